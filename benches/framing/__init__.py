"""How well a clip is framed, measured from outside: its report and pixels against known truth."""
