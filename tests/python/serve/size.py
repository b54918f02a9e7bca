"""How large the plan's tests are: short in `make test`, whole in `make prove`."""

from __future__ import annotations

import os
import random

WHOLE = os.environ.get("YTC_WHOLE") == "1"
SEED = int(os.environ.get("YTC_SEED") or random.randrange(10**6))
