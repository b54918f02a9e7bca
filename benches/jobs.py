"""How long `submit` takes with a full queue: p99 under 1 ms with 1,000 jobs queued.

How soon a cancel works is proved by `benches/cancels.py`.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from measure import machine, percentile
from report import table, write_section

import ytclipper_rs as yt

SAMPLE = Path(__file__).resolve().parent.parent / "media/sample.mp4"
QUEUED = 1000
BAR_MS = 1.0


def submits(folder: Path) -> list[float]:
    """Milliseconds of each submit while the only worker is busy."""
    taken = []
    with yt.Engine(workers=1, queue_capacity=QUEUED) as engine:
        busy = engine.render(yt.RenderPlan(SAMPLE, folder / "busy.mp4"))
        next(event for event in busy.iter_events() if "frame " in event.message)
        spec = yt.ProbeSpec(SAMPLE)
        for _ in range(QUEUED):
            begun = time.perf_counter()
            engine.submit(spec)
            taken.append((time.perf_counter() - begun) * 1000)
        engine.shutdown("now")
    return taken


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
        measured = row(f"submit with {QUEUED} queued", submits(Path(name)), BAR_MS)
    head = ["milliseconds", "times", "p50", "p99", "max", "bar (p99)", "met"]
    text = table(head, [measured])
    print(text)
    if arguments.write:
        intro = "From Python, JSON included. How soon a cancel works: [proofs](proofs.md)."
        write_section("jobs", "Jobs", machine(None), "python benches/jobs.py --write", intro, text)


if __name__ == "__main__":
    main()
