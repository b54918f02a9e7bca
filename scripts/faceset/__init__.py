"""Video with faces on known paths: what `scripts/faces.py` is made of."""
