"""How well and how fast speech is heard, beside faster-whisper, against known words and times."""
