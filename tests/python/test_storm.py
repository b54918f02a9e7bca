"""Callbacks are safe whatever they do; `make prove` has 10,000 of them (`YTC_CALLBACKS`)."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from proof import tell

CALLBACKS = int(os.environ.get("YTC_CALLBACKS", "1000"))
SEED = int(os.environ.get("YTC_SEED", random.randrange(10**6)))
STORM = Path(__file__).parent / "storm.py"


def storm(callbacks: int, fault: str = "") -> dict[str, int]:
    """What was counted."""
    command = [sys.executable, str(STORM), str(callbacks), str(SEED), *fault.split()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert (done.returncode, done.stderr) == (0, ""), f"seed {SEED}: {done}"
    counts: dict[str, int] = json.loads(done.stdout)
    return counts


@pytest.mark.timeout(630)
def test_callbacks_may_do_what_they_like() -> None:
    counts = storm(CALLBACKS)
    found = (
        f"Python: {counts['called']} callbacks that cancel, submit, close ({counts['refused']} "
        f"waits refused) or raise ({counts['raised']}), seed {SEED}: {counts['deadlocks']} "
        f"deadlocks, userdata freed {counts['freed']} of {counts['made']}"
    )
    whole = counts["called"] == counts["freed"] == CALLBACKS and counts["deadlocks"] == 0
    kept = whole and counts["refused"] > 0 and counts["raised"] > 0 and "unplanned" not in counts
    assert tell(13, found, f"{CALLBACKS} called, 0, all", kept), counts


def test_a_close_that_is_not_refused_is_noticed() -> None:
    counts = storm(100, "unguarded")
    assert counts["deadlocks"] == 1
    assert counts["called"] < 100


def test_userdata_that_is_not_freed_is_noticed() -> None:
    assert storm(100, "leak")["freed"] == 0
