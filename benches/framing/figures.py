"""All figures of the framings of all sequences, and the bars that they have to meet."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from framing import metrics
from framing.metrics import Share
from framing.pixels import Compared, Steadiness
from framing.sidecar import Sidecar
from framing.switches import Switches, Turns, switches, turns
from framing.truth import Truth

NOTHING = Share(0, 0)


@dataclass(frozen=True)
class Figures:
    """What was measured of a sequence; None where it was not made for it."""

    truth: Truth
    modes: tuple[str, ...]
    central: Share
    whole: Share
    seen: Share
    asked: Share
    """Faces that must be seen, of all that count."""
    tracked: Share
    """By the engine's tracks, shown or not."""
    misnamed: int
    """Looks at which a track has another person's number."""
    detected: Share
    """By the bare detector."""
    wrong_after_cut: int
    motion: float | None = None
    path_error: float | None = None
    jerk_ratio: float | None = None
    switches: Switches | None = None
    turns: Turns | None = None
    false_tracks: int | None = None


def measure(
    truth: Truth,
    sidecar: Sidecar,
    tracked: tuple[Share, int],
    detected: Share,
    raw: list[tuple[float, float]],
) -> Figures:
    """Measures what a sequence is made for; `raw` is the way of its person as detected."""

    def where(check: str) -> bool:
        return check in truth.checks

    constant, free = where("constant"), where("none")
    return Figures(
        truth,
        tuple(dict.fromkeys(shot.mode for shot in sidecar.shots)),
        metrics.central(truth, sidecar),
        metrics.whole(truth, sidecar),
        metrics.seen(truth, sidecar),
        metrics.asked(truth, sidecar),
        *tracked,
        detected,
        metrics.wrong_after_cut(truth, sidecar),
        metrics.motion(truth, sidecar) if where("still") else None,
        metrics.path_error(truth, sidecar) if constant else None,
        metrics.jerk_ratio(sidecar, raw) if constant else None,
        None if free else switches(truth, sidecar),
        turns(truth, sidecar) if where("turns") else None,
        metrics.false_tracks(sidecar) if free else None,
    )


def _shortest(changes: list[Switches]) -> float:
    """The shortest span; 0 where nothing ever changed."""
    spans = [each.shortest for each in changes if not math.isinf(each.shortest)]
    return min(spans, default=0)


def _lowest(shares: Iterable[Share]) -> float:
    return min((share.percent for share in shares if share.all), default=0)


Row = list[str]


def row(figures: Figures) -> Row:
    """A sequence's line of the table."""
    own = [
        _text("moves {:.2f} px", figures.motion),
        _text("path {:.1f} %", figures.path_error),
        _text("jerk 1/{:.0f}", figures.jerk_ratio),
        _text("false {}", figures.false_tracks),
    ]
    if figures.switches is not None and figures.truth.switches:
        own.append(f"switches {figures.switches.farthest:.2f} s off")
    if figures.turns is not None:
        own.append(f"speaker {figures.turns.shown:.0f} %, alone {figures.turns.alone:.0f} %")
    return [
        f"{figures.truth.name}: {figures.truth.about}",
        " ".join(figures.modes),
        _percent(figures.central),
        _percent(figures.whole),
        _percent(figures.seen),
        _percent(figures.asked),
        _percent(figures.tracked),
        _percent(figures.detected),
        str(figures.wrong_after_cut),
        ", ".join(filter(None, own)),
    ]


HEAD = [
    "sequence", "modes", "central %", "whole %", "shown %", "asked %", "tracked %", "detector %",
    "wrong crops", "its own",
]  # fmt: skip


def _percent(share: Share) -> str:
    return f"{share.percent:.1f}" if share.all else ""


def _text(form: str, value: float | int | None) -> str:
    return "" if value is None else form.format(value)


def _total(shares: Iterable[Share]) -> Share:
    return sum(shares, NOTHING)


def bars(all: list[Figures]) -> list[Row]:
    """Every bar of the framing: what was measured, the bar, whether it is met."""
    changes = [figures.switches for figures in all if figures.switches is not None]
    shown = [figures.turns for figures in all if figures.turns is not None]
    central, whole = _total(f.central for f in all), _total(f.whole for f in all)
    seen, tracked = _total(f.seen for f in all), _total(f.tracked for f in all)
    turning = [f.turns for f in all if f.turns is not None and f.truth.switches == ()]

    def worst(pick: Callable[[Figures], float | None]) -> float:
        # No sequence that was made for it is no success.
        return max((value for value in map(pick, all) if value is not None), default=math.inf)

    ratios = [figures.jerk_ratio for figures in all if figures.jerk_ratio is not None]
    return [
        least("face's centre in the middle 60 %, %", central.percent, 99),
        least("the same, the worst sequence, %", _lowest(f.central for f in all), 97),
        least("whole face inside, %", whole.percent, 99.5),
        least("the same, the worst sequence, %", _lowest(f.whole for f in all), 98),
        most("still subject: the crop moves, px", worst(lambda f: f.motion), 0),
        most("constant speed: path error, median, %", worst(lambda f: f.path_error), 3),
        least("constant speed: jerk of detections / crop", min(ratios, default=0), 5),
        most("pictures of a wrong crop at cuts", sum(f.wrong_after_cut for f in all), 0),
        most(
            "two persons: switch off by, s",
            max((s.farthest for s in changes), default=math.inf),
            0.5,
        ),
        most("two persons: switches that should not be", sum(s.additional for s in changes), 0),
        least("two persons: shortest span, s", _shortest(changes), 1),
        most("two persons: pictures upside down", sum(s.swapped for s in changes), 0),
        least("speaker seen in turns, %", min((t.shown for t in shown), default=0), 95),
        least("speaker seen alone, %", min((t.alone for t in turning), default=0), 60),
        most("interjections followed", sum(t.followed for t in shown), 0),
        least("faces from 8 % of the height shown, %", seen.percent, 98),
        least("the same in tracks, shown or not, %", tracked.percent, 98),
        most("looks at which a person has another number", sum(f.misnamed for f in all), 0),
        most("false tracks without faces", worst(lambda f: f.false_tracks), 0),
    ]


def pan_bars(given: Steadiness, tracked: Steadiness, control: Steadiness) -> list[Row]:
    """The slow pan's bars; `control` proves that steps are seen."""
    seen = control.spread
    return [
        most("0.3 px a picture, path given: spread, px", given.spread, 0.35),
        most("0.3 px a picture, tracked: spread, px", tracked.spread, 0.35),
        least("the same by whole pixels (control), px", seen, 0.35),
    ]


def pixel_bar(compared: Compared) -> Row:
    """The bar of what the pixels around cuts show."""
    name = f"wrong of {compared.looked} pictures at cuts, by pixels"
    return most(name, compared.wrong, 0)


def most(name: str, value: float, bar: float) -> Row:
    """A value that may be as high as its bar."""
    return [name, _number(value), f"<= {bar:g}", "yes" if value <= bar else "NO"]


def least(name: str, value: float, bar: float) -> Row:
    """A value that has to be as high as its bar."""
    return [name, _number(value), f">= {bar:g}", "yes" if value >= bar else "NO"]


def _number(value: float) -> str:
    if math.isinf(value):
        return "none"
    return str(value) if isinstance(value, int) else f"{value:.2f}"
