"""Callbacks that cancel, submit, close or raise, by the thousand.

    python storm.py CALLBACKS SEED [FAULT]

`test_storm.py` runs it in a process of its own, because a fault may leave a thread that never ends.
The faults, planted to see that the test can fail: `unguarded`, where a callback closes the engine
through another thread, which no guard sees; and `leak`, where userdata is kept.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable

import ytclipper_rs as yt

ROUND = 500
NOTHING = "/nonexistent.mp4"

counts: Counter[str] = Counter()
lock = threading.Lock()
kept: list[Userdata] = []


def count(what: str) -> None:
    """Counts, on any thread."""
    with lock:
        counts[what] += 1


class Planned(Exception):
    """What a callback raises."""


class Userdata:
    """What a callback carries. Its end is counted."""

    def __del__(self) -> None:
        count("freed")


class Callback:
    """Does something at the end of a job."""

    def __init__(self, action: str, engine: yt.Engine, held: yt.Job[yt.MediaInfo]) -> None:
        self.action = action
        self.engine = engine
        self.held = held
        self.userdata = Userdata()

    def __call__(self, job: yt.Job[yt.MediaInfo]) -> None:
        count("called")
        ACTIONS[self.action](self, job)

    def cancel(self, job: yt.Job[yt.MediaInfo]) -> None:
        """Cancels its own job, which is over, and the next one, which may not be."""
        job.cancel()
        if (after := self.engine.job(job.id + 1)) is not None:
            after.cancel()

    def submit(self, job: yt.Job[yt.MediaInfo]) -> None:
        """Puts another job into the queue, unless that is being closed."""
        with contextlib.suppress(yt.ShutDown):
            self.engine.probe(NOTHING)

    def close(self, job: yt.Job[yt.MediaInfo]) -> None:
        """Closes the engine and waits for an unfinished job: neither may be done here."""
        for wait in (lambda: self.engine.shutdown("now"), self.held.result):
            try:
                wait()
            except yt.WouldDeadlock:
                count("refused")

    def close_unguarded(self, job: yt.Job[yt.MediaInfo]) -> None:
        """Closes the engine where no guard sees that a callback waits for it."""
        closing = threading.Thread(target=self.engine.shutdown, daemon=True)
        closing.start()
        closing.join()

    def fail(self, job: yt.Job[yt.MediaInfo]) -> None:
        """Raises."""
        raise Planned


ACTIONS: dict[str, Callable[[Callback, yt.Job[yt.MediaInfo]], None]] = {
    "cancel": Callback.cancel,
    "submit": Callback.submit,
    "close": Callback.close,
    "raise": Callback.fail,
}


def unraisable(raised: sys.UnraisableHookArgs) -> None:
    """Counts what callbacks raise."""
    count("raised" if isinstance(raised.exc_value, Planned) else "unplanned")


def round_of(callbacks: int, chance: random.Random, fault: str, held: yt.Job[yt.MediaInfo]) -> bool:
    """Runs an engine to its end; false where it never ends."""
    engine = yt.Engine(workers=2, queue_capacity=4 * ROUND)
    with contextlib.suppress(yt.ShutDown):  # a callback closes it only where that is planted
        for _ in range(callbacks):
            callback = Callback(chance.choice(list(ACTIONS)), engine, held)
            if fault == "leak":
                kept.append(callback.userdata)
            engine.probe(NOTHING).add_done_callback(callback)
            del callback
    try:
        engine.shutdown("drain", timeout=2 if fault == "unguarded" else 60)
    except yt.JobTimeout:
        return False
    return True


def main() -> None:
    """Prints what was counted, as JSON."""
    total, seed, fault = int(sys.argv[1]), int(sys.argv[2]), " ".join(sys.argv[3:])
    sys.unraisablehook = unraisable
    if fault == "unguarded":
        ACTIONS["close"] = Callback.close_unguarded
    chance = random.Random(seed)
    counts.update(made=0, called=0, deadlocks=0, freed=0, raised=0, refused=0)
    with yt.Engine(workers=1) as paused:
        paused.pause()
        held = paused.probe(NOTHING)
        while counts["made"] < total and not counts["deadlocks"]:
            callbacks = min(ROUND, total - counts["made"])
            counts["deadlocks"] += not round_of(callbacks, chance, fault, held)
            counts["made"] += callbacks
    print(json.dumps(counts), flush=True)
    # A thread that never ends would keep the interpreter.
    os._exit(0)


if __name__ == "__main__":
    main()
