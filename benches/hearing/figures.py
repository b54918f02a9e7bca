"""The figures of all ways as tables, and the bars that ours have to meet."""

from __future__ import annotations

from collections.abc import Mapping

from framing.figures import least, most
from report import table

from hearing import metrics
from hearing.text import error_rate
from hearing.truth import Truth
from hearing.ways import BEAM_1, BEAM_5, FORGETFUL, OURS, PLAIN, Run

Row = list[str]
# What each way heard.
Runs = Mapping[str, Run]

FASTER = {BEAM_1: 1.3, BEAM_5: 1.5, FORGETFUL: 1.3, PLAIN: 2.0}
# Points of word error rate that ours may be above the peer's.
WORSE = 0.2
# The most that `base` may hear wrong, in percent.
WRONG = 5.0
# Longest time in which the progress does not move, in s, and most memory for hours, in MB.
STILL, FLAT = 1.0, 700.0
# Times count only where most items were heard, in percent.
HEARD = 80.0
SPEED_HEAD = ["model, sound, way", "WER", "s", "x realtime", "load s", "CPU s", "peak MB"]
TIMES_HEAD = [
    "model, sound, way", "starts of", "median ms", "95 % ms", "ends of", "median ms", "95 % ms",
    "late starts", "over silence", "overlapping",
]  # fmt: skip


def speed_rows(model: str, truth: Truth, runs: Runs) -> list[Row]:
    """What each way took."""
    return [
        [
            f"{model}, {truth.name}, {name}",
            f"{error_rate(truth.text, run.text):.2%}",
            f"{run.seconds:.2f}",
            f"{truth.duration / run.seconds:.1f}",
            f"{run.load:.2f}",
            f"{run.usage.cpu:.1f}",
            f"{run.usage.peak_mb:.0f}",
        ]
        for name, run in runs.items()
    ]


def speed_bars(model: str, truth: Truth, runs: Runs) -> list[Row]:
    """Ours beside each other way."""
    ours, about = runs[OURS], f"{model}, {truth.name}"
    wrong = 100 * error_rate(truth.text, ours.text)
    rows = [most(f"{about}: WER, percent", wrong, WRONG)] if model == "base" else []
    rows.append(most(f"{about}: longest time without progress, s", ours.still, STILL))
    for name, bar in FASTER.items():
        if name not in runs:
            continue
        other = runs[name]
        rows.append(least(f"{about}: times faster than {name}", other.seconds / ours.seconds, bar))
        if name != PLAIN:
            worse = wrong - 100 * error_rate(truth.text, other.text)
            rows.append(most(f"{about}: WER above {name}, points", worse, WORSE))
            memory = ours.usage.peak_mb / other.usage.peak_mb
            rows.append(most(f"{about}: peak memory / {name}", memory, 1))
    return rows


def hours_bars(model: str, hours: float, run: Run) -> list[Row]:
    """What hours of sound take."""
    about = f"{model}, {hours:g} hours"
    return [
        most(f"{about}: peak memory, MB", run.usage.peak_mb, FLAT),
        most(f"{about}: longest time without progress, s", run.still, STILL),
    ]


def times_rows(model: str, truth: Truth, runs: Runs) -> list[Row]:
    """How far each way's words are from the truth."""
    rows = []
    for name, run in runs.items():
        if not run.words:
            continue
        found = metrics.times(truth.items, run.words)
        late = sum(error > 0 for error in found.starts)
        rows.append(
            [
                f"{model}, {truth.name}, {name}",
                f"{len(found.starts)}/{found.items}",
                *_milliseconds(found.starts),
                f"{len(found.ends)}/{found.items}",
                *_milliseconds(found.ends),
                str(late),
                str(metrics.over_silence(truth.items, run.words, truth.duration)),
                str(metrics.overlapping(run.words)),
            ]
        )
    return rows


def _milliseconds(errors: tuple[float, ...]) -> list[str]:
    sizes = metrics.median(errors), metrics.percentile(errors, 0.95)
    return [f"{1000 * size:.0f}" for size in sizes]


def times_bars(model: str, truth: Truth, run: Run) -> list[Row]:
    """Ours against the truth."""
    about, found = f"{model}, {truth.name}", metrics.times(truth.items, run.words)
    silent = metrics.over_silence(truth.items, run.words, truth.duration)
    heard = 100 * min(len(found.starts), len(found.ends)) / found.items
    return [
        least(f"{about}: items heard, percent", heard, HEARD),
        most(f"{about}: starts, median ms", 1000 * metrics.median(found.starts), 50),
        most(f"{about}: starts, 95 % ms", 1000 * metrics.percentile(found.starts, 0.95), 150),
        most(f"{about}: ends, 95 % ms", 1000 * metrics.percentile(found.ends, 0.95), 200),
        most(f"{about}: words over a silence", silent, 0),
        most(f"{about}: words over another", metrics.overlapping(run.words), 0),
    ]


def agreement(model: str, truth: Truth, runs: Runs) -> Row:
    """How near ours are to the peer's, word by word."""
    found = metrics.times(runs[BEAM_5].words, runs[OURS].words)
    cells = [f"{1000 * metrics.median(errors):.0f}" for errors in (found.starts, found.ends)]
    return [f"{model}, {truth.name}", f"{len(found.starts)}/{found.items}", *cells]


def text(parts: Mapping[str, tuple[Row, list[Row]]]) -> str:
    """Titled tables; those without rows are left out."""
    return "\n\n".join(
        f"{title}:\n\n{table(head, rows)}" for title, (head, rows) in parts.items() if rows
    )
