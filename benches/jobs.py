"""The job contract in figures: how long `submit` takes with a full queue, how soon a cancel works.

Both bars are absolute promises of the design: submit p99 under 1 ms with 1,000 jobs queued, and
a cancel in the middle of an encode done within 250 ms with no file left.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from pathlib import Path

from measure import machine
from report import table, write_section

import ytclipper_rs as yt

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "media/sample.mp4"
QUEUED = 1000
CANCELS = 20
SUBMIT_BAR_MS = 1.0
CANCEL_BAR_MS = 250.0


def plan(output: Path, track: yt.Track = "off") -> yt.RenderPlan:
    """A render that takes far longer than anyone waits here."""
    return yt.RenderPlan(
        SAMPLE,
        output,
        layout=yt.Layout(mode="vertical", track=track),
        watermark=yt.Watermark(text="@channel"),
        encode=yt.EncodeSpec(preset="medium", crf=23),
    )


def started(job: yt.Job[yt.RenderReport], doing: str = "frame ") -> yt.Job[yt.RenderReport]:
    """Waits until the job says what it does."""
    next(event for event in job.iter_events() if doing in event.message)
    return job


def submits(folder: Path) -> list[float]:
    """Milliseconds of each submit while the only worker is busy."""
    taken = []
    with yt.Engine(workers=1, queue_capacity=QUEUED) as engine:
        started(engine.render(plan(folder / "busy.mp4")))
        spec = yt.ProbeSpec(SAMPLE)
        for _ in range(QUEUED):
            begun = time.perf_counter()
            engine.submit(spec)
            taken.append((time.perf_counter() - begun) * 1000)
        engine.shutdown("now")
    return taken


def cancels(folder: Path, track: yt.Track, doing: str) -> list[float]:
    """Milliseconds from each cancel, while the job does something, to its end."""
    taken = []
    pause = random.Random(7)
    with yt.Engine(workers=1) as engine:
        for number in range(CANCELS):
            job = started(engine.render(plan(folder / f"{number}.mp4", track)), doing)
            time.sleep(pause.uniform(0.1, 1.5))
            begun = time.perf_counter()
            job.cancel()
            if not isinstance(job.exception(), yt.JobCancelled):
                raise SystemExit(f"job {number} was not cancelled: {job!r}")
            taken.append((time.perf_counter() - begun) * 1000)
    return taken


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def row(name: str, values: list[float], bar: float) -> list[str]:
    """One line of the table."""
    worst = percentile(values, 0.99)
    figures = [f"{x:.3f}" for x in (percentile(values, 0.5), worst, max(values))]
    return [name, str(len(values)), *figures, f"< {bar:g}", "yes" if worst < bar else "NO"]


def main() -> None:
    """Measures, prints, and writes where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [
            row(f"submit with {QUEUED} queued", submits(folder), SUBMIT_BAR_MS),
            row("cancel in mid-encode", cancels(folder, "off", "frame "), CANCEL_BAR_MS),
            row(
                "cancel while faces are followed",
                cancels(folder, "speaker", "faces"),
                CANCEL_BAR_MS,
            ),
        ]
        left = sorted(path.name for path in folder.iterdir())
    head = ["milliseconds", "times", "p50", "p99", "max", "bar (p99)", "met"]
    text = (
        table(head, rows)
        + f"\n\nFiles left by {2 * CANCELS + 1} cancelled renders: {len(left)} {left or ''}"
    )
    print(text)
    if arguments.write:
        intro = (
            "From Python, JSON included. Cancelled are renders of 1080p30 to vertical, x264 medium."
        )
        write_section("jobs", "Jobs", machine(None), "python benches/jobs.py --write", intro, text)


if __name__ == "__main__":
    main()
