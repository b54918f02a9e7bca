"""How soon a cancel works, whatever the job is at (promise 16).

500 jobs are cancelled at random moments of every stage that takes longer than a few milliseconds.
A cancel's time is that from the call to the job's end. The bar is at the 99th percentile of each
stage: 1 s in a download, 250 ms elsewhere. Afterwards no job may have reported anything, and no
file, thread, descriptor or child process may be left.
"""

from __future__ import annotations

import argparse
import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import stages
from measure import percentile
from proof import tell
from stages import Stage

import ytclipper_rs as yt

CANCELS = 500
WITHIN_S = 5.0


@dataclass(frozen=True)
class Cancelled:
    """What came of the cancels at a stage."""

    times_ms: list[float]
    reported: int
    """Jobs that reported something after their end."""
    files: list[str]
    """Files that are left."""


@dataclass(frozen=True)
class Resources:
    """What a process has of the system."""

    threads: int
    descriptors: int
    children: int

    @staticmethod
    def now() -> Resources:
        """Those of this process."""
        tasks = list(Path("/proc/self/task").iterdir())
        children = sum(len((task / "children").read_text().split()) for task in tasks)
        # The folder that is read is a descriptor, too.
        return Resources(len(tasks), len(list(Path("/proc/self/fd").iterdir())) - 1, children)

    def exceed(self, other: Resources) -> bool:
        """Whether there is more of anything."""
        return (
            self.threads > other.threads
            or self.descriptors > other.descriptors
            or self.children > other.children
        )


def reached(job: stages.AnyJob, sign: str) -> bool:
    """Waits until the job runs and says that it does something; whether it did."""
    while job.state == "queued" and sign != stages.QUEUED:
        time.sleep(0.001)
    return sign in ("", stages.QUEUED) or any(sign in event.message for event in job.iter_events())


def cancel_one(stage: Stage, job: stages.AnyJob, chance: random.Random) -> float | None:
    """Milliseconds that a cancel takes; None where the job was over before."""
    if not reached(job, stage.sign):
        return None
    time.sleep(chance.uniform(0, stage.longest_s))
    begun = time.perf_counter()
    job.cancel()
    error = job.exception(timeout=30)
    took = (time.perf_counter() - begun) * 1000
    return took if isinstance(error, yt.JobCancelled) else None


def cancel_many(stage: Stage, times: int, chance: random.Random, folder: Path) -> Cancelled:
    """Cancels at a stage so many times."""
    taken: list[float] = []
    seen: list[tuple[stages.AnyJob, int]] = []
    output = folder / "out"
    output.mkdir()
    engine = stage.engine(folder)
    for number in range(3 * times):
        if len(taken) == times:
            break
        if stage.fresh:
            engine.shutdown("now")
            engine = stage.engine(folder)
        job = stage.start(engine, output / str(number))
        if (took := cancel_one(stage, job, chance)) is not None:
            taken.append(took)
            seen.append((job, job.progress.seq))
        else:
            stage.undo(output / str(number))
    else:
        sys.exit(f"{stage.name}: most jobs were over before they were cancelled")
    engine.shutdown("now")
    left = [*output.rglob("*"), *(folder / "work").rglob("*"), *(folder / "models").rglob("*")]
    return Cancelled(
        taken, sum(job.progress.seq != seq for job, seq in seen), sorted(map(str, left))
    )


def judge(stage: Stage, cancelled: Cancelled) -> bool:
    """Tells how soon the cancels at a stage worked."""
    times = cancelled.times_ms
    p50, p99 = percentile(times, 0.5), percentile(times, 0.99)
    found = f"{stage.name}: {len(times)} cancels, p50 {p50:.1f} ms, p99 {p99:.1f} ms, max "
    return tell(16, f"{found}{max(times):.1f} ms", f"p99 <= {stage.bar_ms:g}", p99 <= stage.bar_ms)


def back_to(before: Resources) -> Resources:
    """What the process has, once that is no more than before or the time is over."""
    gc.collect()
    limit = time.monotonic() + WITHIN_S
    while (now := Resources.now()).exceed(before) and time.monotonic() < limit:
        time.sleep(0.01)
    return now


@contextmanager
def emptied() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def control(folder: Path, stage: Stage) -> None:
    """The negative control: a job that nobody cancels is not over within the bar."""
    (folder / "out").mkdir()
    with stage.engine(folder) as engine:
        job = stage.start(engine, folder / "out/0")
        reached(job, stage.sign)
        try:
            job.exception(timeout=stage.bar_ms / 1000)
        except yt.JobTimeout:
            engine.shutdown("now")
            return
    sys.exit(f"{stage.name}: jobs end by themselves: this measurement cannot fail")


def run(all_stages: list[Stage], share: float, seed: int) -> bool:
    """Cancels at every stage; whether all bars were kept."""
    chance = random.Random(seed)
    kept, done, reported = [], 0, 0
    files: list[str] = []
    with emptied() as folder:
        control(folder, all_stages[0])
    before = Resources.now()
    for stage in all_stages:
        with emptied() as folder:
            cancelled = cancel_many(stage, max(1, round(stage.times * share)), chance, folder)
        kept.append(judge(stage, cancelled))
        done += len(cancelled.times_ms)
        reported += cancelled.reported
        files += cancelled.files
    after = back_to(before)
    threads, descriptors = after.threads - before.threads, after.descriptors - before.descriptors
    found = (
        f"{done} cancels at {len(all_stages)} stages, seed {seed}: {reported} reports afterwards; "
        f"left: {len(files)} files, {max(0, threads)} threads, {max(0, descriptors)} descriptors, "
        f"{after.children} children"
    )
    clean = not reported and not files and not after.exceed(before)
    enough = done >= CANCELS * min(share, 1.0)
    kept.append(tell(16, found, f">= {CANCELS}, nothing afterwards", clean and enough))
    print("\n".join(files))
    return all(kept)


def main() -> None:
    """Cancels and tells. Fails where a bar was missed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--share", type=float, default=1.0, help="of the cancels; 1 is all")
    parser.add_argument("--only", help="one stage, by its name")
    arguments = parser.parse_args()
    seed = int(os.environ.get("YTC_SEED") or random.randrange(10**6))
    with stages.sources() as given:
        chosen = [stage for stage in stages.all_of(given) if arguments.only in (None, stage.name)]
        if not run(chosen, arguments.share, seed):
            sys.exit("a bar was missed")


if __name__ == "__main__":
    main()
