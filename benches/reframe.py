"""Tracked framing in figures, on generated truth: real faces on known paths (`scripts/faces.py`).

`quality` compares framings with the truth, `speed` times clips; each writes a section of its own.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from framing import detections, figures, pans, pixels, sheets, sidecar, speed, truth
from framing.environment import BUILD, Environment, prepare
from framing.figures import Figures, least, most
from measure import machine
from report import table, write_section

import ytclipper_rs as yt

OUTPUT = BUILD / "framing"
QUALITY = """\
Every sequence becomes a vertical clip; its framing report is compared with the truth picture by
picture, and around cuts and in slow pans the pixels are. `asked` are the faces that must be
shown, of those that count (from 8 % of the height, in the inner 90 % of the width, at least half as
wide as the widest): listeners beside a speaker are not asked for, nor is anything within 0.5 s of a
jump, of a switch between one person and two, or of a change of the speaker. `tracked` are all that
count, shown or not, in the engine's own analysis; `detector` is CenterFace by OpenCV's Python
package at 6 looks a second, without anything around it. Jerk is that of the detections over that of
the cut-out at the same times. Spread is the highest less the lowest displacement between pictures,
in pixels of the clip, beside what the path asks for."""
SPEED = """\
A vertical clip of 15 s with a watermark (and captions, the sample's), with tracking and
with a crop that stays where the tracked one mostly is, at x264 medium and CRF 23; with tracking
at the engine's own settings, whose picture is no worse (see "One pass against ffmpeg"); and as
the existing server makes it, at medium and CRF 23: cut, reel (two passes that look for a face in
every fourth picture, each after a seek by OpenCV's reader, then every picture cut out and piped
to ffmpeg), watermark, captions. All run in turn at the same priority; medians count. The fixed crop
is scaled by swscale, the tracked one by the engine's own resampler: the first ratio has the cost of
the analysis and the difference of the two."""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", help="these sequences only")
    parser.add_argument("--seconds", type=float, default=15.0, help="length of the timed clips")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each way")
    parser.add_argument("--cores", type=int, help="use this many cores only")
    parser.add_argument("--only", choices=["quality", "speed"], help="measure this only")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    return parser.parse_args()


def frame(engine: yt.Engine, name: str, environment: Environment) -> Figures:
    """Makes a sequence's clip, debug overlay and contact sheets, and measures it."""
    known, clip = truth.load(name), OUTPUT / f"{name}.mp4"
    layout = yt.Layout("vertical", debug_overlay=True)
    engine.reframe(known.video, clip, layout=layout, overwrite=True).result()
    chosen = sidecar.load(clip)
    sheets.sheet(known, OUTPUT / f"{name}.jpg", chosen)
    sheets.plain(clip.with_stem(f"{name}_debug"), OUTPUT / f"{name}_debug.jpg")
    looks = detections.look(known, environment)
    tracks = detections.tracked(known, detections.analysis(known, environment))
    person = next((face.id for frame in known.frames for face in frame.faces), 0)
    raw = detections.way(known, looks, person)
    print(f"  {name}", flush=True)
    return figures.measure(known, chosen, tracks, detections.recall(known, looks), raw)


def quality(arguments: argparse.Namespace, environment: Environment) -> tuple[str, list[list[str]]]:
    """The table of all sequences, and the bars."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    with yt.Engine(workers=1) as engine:
        names = arguments.names or truth.names()
        if not names:
            raise SystemExit("media/faces is missing: run `python scripts/faces.py`")
        all = [frame(engine, name, environment) for name in names]
        rows = figures.bars(all)
        if "cuts" in names:
            known, clip = truth.load("cuts"), OUTPUT / "cuts.mp4"
            rows.append(figures.pixel_bar(pixels.around_cuts(known, sidecar.load(clip), clip)))
        if "creep" in names:
            known = truth.load("creep")
            given = pans.by_path(engine, known, OUTPUT)
            tracked = pans.tracked(engine, known, OUTPUT)
            rows += figures.pan_bars(given, tracked, pans.by_whole_pixels(known, OUTPUT))
    return table(figures.HEAD, [figures.row(each) for each in all]), rows


def cost(arguments: argparse.Namespace, environment: Environment) -> tuple[str, list[list[str]]]:
    """The table of times, and the bars."""
    rows, bars = [], []
    with tempfile.TemporaryDirectory(prefix="ytclipper-bench-") as name:
        for clip, span in speed.spans(arguments.seconds).items():
            folder = Path(name, clip.split()[-1])
            folder.mkdir()
            spent = speed.compare(span, environment, folder, arguments.repeats, arguments.cores)
            for way, usage in (
                ("tracked", spent.tracked),
                ("fixed", spent.fixed),
                ("tracked, own settings", spent.default),
                ("server", spent.server),
            ):
                cells = [f"{usage.wall:.2f}", f"{usage.cpu:.1f}", f"{usage.peak_mb:.0f}"]
                rows.append([f"{clip}, {way}", *cells])
            bars.append(most(f"{clip}: time tracked / fixed", spent.over_fixed, 1.12))
            bars.append(least(f"{clip}: times faster than the server", spent.under_server, 6))
            same = spent.under_server_alike
            bars.append(least(f"{clip}: the same at the server's settings", same, 6))
        flat = speed.memory(Path(name), arguments.cores)
        bars.append(most("peak memory, 2 minutes / 15 s", flat, 1.15))
    return table([f"{arguments.seconds:g} s of", "s", "CPU s", "peak MB"], rows), bars


# Name: title, text and measure. Speed comes first: a child's peak memory begins with its parent's.
SECTIONS = {
    "speed": ("reframe-speed", "What tracking costs", SPEED, cost),
    "quality": ("reframe", "Tracked framing", QUALITY, quality),
}


def main() -> int:
    arguments = parse()
    environment = prepare()
    met = True
    for name, (marker, title, intro, measure) in SECTIONS.items():
        if arguments.only not in (None, name):
            continue
        print(f"framing: {name}", flush=True)
        part, bars = measure(arguments, environment)
        text = "\n\n".join([table(["what", "measured", "bar", "met"], bars), part])
        print("\n" + text)
        met &= all(row[-1] != "NO" for row in bars)
        if arguments.write:
            command = (
                f"python benches/reframe.py --only {name} --repeats {arguments.repeats} --write"
            )
            write_section(marker, title, machine(arguments.cores), command, intro, text)
    return int(not met)


if __name__ == "__main__":
    raise SystemExit(main())
