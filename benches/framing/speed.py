"""What tracking costs, and what the existing server's way costs."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import contenders
from measure import Usage, run_all, video_facts

import ytclipper_rs as yt
from framing import sidecar
from framing.environment import Environment
from framing.truth import FACES

ROOT = Path(__file__).resolve().parent.parent.parent
SAMPLE = ROOT / "media/sample.mp4"


@dataclass(frozen=True)
class Cost:
    """Medians of the ways to make the same clip, in seconds."""

    tracked: Usage
    """At the server's settings: x264 medium, CRF 23."""
    fixed: Usage
    """The same with a crop that stays where the tracked one mostly is."""
    default: Usage
    """Tracked, at the engine's own settings."""
    server: Usage

    @property
    def over_fixed(self) -> float:
        """Time with tracking over time without."""
        return self.tracked.wall / self.fixed.wall

    @property
    def under_server(self) -> float:
        """How many times faster than the server, at the engine's own settings."""
        return self.server.wall / self.default.wall

    @property
    def under_server_alike(self) -> float:
        """The same at the server's settings."""
        return self.server.wall / self.tracked.wall


def server(folder: Path, span: contenders.Span, environment: Environment) -> contenders.Commands:
    """The server's chain: cut, reel with two passes of detection, watermark, captions."""
    words = _words(span)
    cut, _, marked, drawn = contenders.chain(folder, span, words, contenders.WATERMARK)
    reel = environment.command("server", environment.model, folder / "1.mp4", folder / "2.mp4")
    return [cut, ["nice", "-n", "10", *reel], marked, drawn]


def _words(span: contenders.Span) -> list[dict[str, object]]:
    return contenders.words_of(SAMPLE.with_suffix(".json"), span) if span.source == SAMPLE else []


def spans(seconds: float) -> dict[str, contenders.Span]:
    """The clips: the sample's that the other bench renders, and one with faces all through."""
    return {
        "the sample": contenders.Span(SAMPLE, 26.1, seconds),
        "the interview": contenders.Span(FACES / "interview.mp4", 0.0, seconds),
    }


def compare(
    span: contenders.Span,
    environment: Environment,
    folder: Path,
    repeats: int,
    cores: int | None,
) -> Cost:
    """Runs the ways in turn; the server's, which takes longest, once for every two of the
    others."""
    words, mark = _words(span), contenders.WATERMARK
    place = usual_place(span, folder)
    tracked: dict[str, object] = {"track": "speaker"}

    def ours(
        name: str, layout: dict[str, object], preset: str | None, crf: int | None
    ) -> Callable[[], contenders.Commands]:
        return lambda: contenders.ours(folder / name, span, words, mark, preset, crf, layout)

    ways: dict[str, Callable[[], contenders.Commands]] = {
        "tracked": ours("tracked", tracked, "medium", 23),
        "fixed": ours("fixed", {"track": "off", "x": place}, "medium", 23),
        "default": ours("default", tracked, None, None),
        "server": lambda: server(folder / "server", span, environment),
    }
    usages: dict[str, list[Usage]] = {name: [] for name in ways}
    for repeat in range(repeats):
        for name, commands in ways.items():
            if name == "server" and repeat % 2:
                continue
            usages[name].append(run_all(commands(), cores))
            print(f"  {repeat + 1}/{repeats} {name}: {usages[name][-1].wall:.2f} s", flush=True)
    _same_length([folder / name / contenders.OUTPUT for name in ways])
    return Cost(*(_median(usages[name]) for name in ("tracked", "fixed", "default", "server")))


def memory(folder: Path, cores: int | None) -> float:
    """Peak memory of two minutes over that of 15 s, tracked."""

    def peak(seconds: float) -> float:
        span = contenders.Span(SAMPLE, 0.0, seconds)
        place = folder / f"memory-{seconds:g}"
        tracked: dict[str, object] = {"track": "speaker"}
        commands = contenders.ours(place, span, [], "", "ultrafast", 30, tracked)
        return run_all(commands, cores).peak_mb

    return peak(118.0) / peak(15.0)


def usual_place(span: contenders.Span, folder: Path) -> float:
    """Where the tracked crop mostly is, as a part of the width: a crop that shows nobody would be
    encoded in less time, whatever tracking costs."""
    clip = folder / "place.mp4"
    quick = yt.EncodeSpec(preset="ultrafast", size=yt.Size(90, 160))
    with yt.Engine(workers=1) as engine:
        engine.clip(
            span.source, span.start, span.end, clip, layout="vertical", encode=quick
        ).result()  # fmt: skip
    chosen = sidecar.load(clip)
    times = [span.start + number / 10 for number in range(int(span.seconds * 10))]
    return statistics.median(chosen.crops_at(time)[0].x for time in times) / chosen.width


def _same_length(outputs: list[Path]) -> None:
    """Who makes fewer pictures is no faster."""
    frames = [video_facts(output)[0] for output in outputs]
    if max(frames) - min(frames) > 1:
        raise SystemExit(f"the ways made {frames} pictures")


def _median(usages: list[Usage]) -> Usage:
    return Usage(
        statistics.median(usage.wall for usage in usages),
        statistics.median(usage.cpu for usage in usages),
        statistics.median(usage.peak_mb for usage in usages),
    )
