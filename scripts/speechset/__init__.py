"""Speech whose words begin and end at known times: what `scripts/spoken.py` is made of."""
