"""The renderer against the ffmpeg command, side by side in one run.

15 s of the 1080p30 sample become a vertical picture with captions and a text watermark, three
ways at the same settings (x264 medium, CRF 23, AAC 160 kbit/s):

- ours: one `ytclipper render` of one plan, started from nothing, Python included;
- fused: one ffmpeg command with a fixed crop and the same text as one ASS file;
- chain: the four ffmpeg commands that the existing server runs, one after the other.

`default` is ours at the engine's own settings. Every way runs as often as the others, in turn,
on the same cores and at the same priority; the table shows medians. A second set of runs without
captions and watermark is compared with the ideal: the same crop and scale of the source, once,
without loss.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import contenders
from measure import Usage, machine, run_all, ssim, video_facts
from report import table, write_section

ROOT = Path(__file__).resolve().parent.parent
LIMITS = {"fused": 1.05, "chain": 1 / 3}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=15.0, help="length of the clip")
    parser.add_argument("--start", type=float, default=26.1, help="where it begins in the sample")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each way")
    parser.add_argument("--cores", type=int, help="use this many cores only")
    parser.add_argument("--only", nargs="*", help="run these ways only")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    return parser.parse_args()


def measure(
    ways: dict[str, Callable[[Path], contenders.Commands]],
    arguments: argparse.Namespace,
    folder: Path,
) -> dict[str, list[Usage]]:
    """Runs every way as often as asked, in turn."""
    usages: dict[str, list[Usage]] = {name: [] for name in ways}
    for repeat in range(arguments.repeats):
        for name, commands in ways.items():
            usage = run_all(commands(folder / name), arguments.cores)
            usages[name].append(usage)
            print(f"  {repeat + 1}/{arguments.repeats} {name}: {usage.wall:.2f} s", flush=True)
    return usages


def ways_of(arguments: argparse.Namespace, drawn: bool) -> dict[str, Any]:
    """The contenders by name, with or without text on the picture."""
    span = contenders.Span(ROOT / "media/sample.mp4", arguments.start, arguments.seconds)
    words = contenders.words_of(ROOT / "media/sample.json", span) if drawn else []
    mark = contenders.WATERMARK if drawn else ""
    all_ways = {
        "ours": lambda folder: contenders.ours(folder, span, words, mark, "medium", 23),
        "fused": lambda folder: contenders.fused(folder, span, words, mark),
        "chain": lambda folder: contenders.chain(folder, span, words, mark),
        "default": lambda folder: contenders.ours(folder, span, words, mark, None, None),
    }
    return {
        name: way
        for name, way in all_ways.items()
        if arguments.only is None or name in arguments.only
    }


def summarise(name: str, usages: list[Usage], output: Path, likeness: float) -> dict[str, Any]:
    """Medians and facts of one way."""
    frames, size = video_facts(output)
    return {
        "way": name,
        "wall": statistics.median(usage.wall for usage in usages),
        "cpu": statistics.median(usage.cpu for usage in usages),
        "peak": statistics.median(usage.peak_mb for usage in usages),
        "frames": frames,
        "size": size / 1e6,
        "ssim": likeness,
    }


def lines(results: dict[str, dict[str, Any]]) -> str:
    """The table of all ways."""
    ours = results.get("ours")
    rows = [
        [
            name,
            f"{r['wall']:.2f}",
            f"{ours['wall'] / r['wall']:.3f}" if ours else "",
            f"{r['cpu']:.1f}",
            f"{r['peak']:.0f}",
            f"{r['size']:.2f}",
            f"{r['frames']}",
            f"{r['ssim']:.5f}",
        ]
        for name, r in results.items()
    ]
    head = ["way", "s", "ours / this", "CPU s", "peak MB", "file MB", "frames", "SSIM to ideal"]
    return table(head, rows)


def verdicts(results: dict[str, dict[str, Any]]) -> list[str]:
    """Each promise, and whether this run keeps it."""
    if not {"ours", "fused", "chain"} <= results.keys():
        return []
    ours, fused, chain = (results[name] for name in ("ours", "fused", "chain"))
    to_fused, to_chain = ours["wall"] / fused["wall"], chain["wall"] / ours["wall"]
    promises = [
        (to_fused <= LIMITS["fused"], f"time {to_fused:.3f} × the fused command's (at most 1.05)"),
        (to_chain >= 1 / LIMITS["chain"], f"{to_chain:.2f} × faster than the chain (at least 3)"),
        (
            ours["peak"] <= fused["peak"],
            f"peak memory {ours['peak']:.0f} MB, fused {fused['peak']:.0f} MB (not above)",
        ),
        (
            ours["ssim"] > chain["ssim"],
            f"SSIM to the ideal {ours['ssim']:.5f}, chain {chain['ssim']:.5f} (above)",
        ),
    ]
    return [f"- {'kept' if kept else 'MISSED'}: {text}" for kept, text in promises]


def compare(arguments: argparse.Namespace, folder: Path) -> dict[str, float]:
    """SSIM of each way's bare picture to the ideal."""
    span = contenders.Span(ROOT / "media/sample.mp4", arguments.start, arguments.seconds)
    ideal = folder / "ideal.mkv"
    for command in contenders.ideal(ideal, span):
        subprocess.run(command, check=True)
    likeness = {}
    for name, commands in ways_of(arguments, drawn=False).items():
        run_all(commands(folder / name), arguments.cores)
        likeness[name] = ssim(folder / name / contenders.OUTPUT, ideal)
        print(f"  SSIM {name}: {likeness[name]:.5f}", flush=True)
    return likeness


def main() -> int:
    arguments = parse()
    with tempfile.TemporaryDirectory(prefix="ytclipper-bench-") as name:
        drawn, bare = Path(name, "drawn"), Path(name, "bare")
        drawn.mkdir()
        bare.mkdir()
        print(f"render: {arguments.seconds:g} s, {arguments.repeats} runs each", flush=True)
        ways = ways_of(arguments, drawn=True)
        usages = measure(ways, arguments, drawn)
        likeness = compare(arguments, bare)
        results = {
            way: summarise(way, usages[way], drawn / way / contenders.OUTPUT, likeness[way])
            for way in ways
        }
    text = "\n".join([lines(results), "", *verdicts(results)])
    print("\n" + text)
    if arguments.write:
        command = f"python benches/render.py --repeats {arguments.repeats}"
        command += f" --cores {arguments.cores}" if arguments.cores else ""
        intro = (__doc__ or "").split("\n\n", 1)[1]
        facts = json.dumps(results, indent=1)
        write_section(
            "render", "One pass against ffmpeg", machine(arguments.cores), command, intro, text
        )
        (ROOT / "build").mkdir(exist_ok=True)
        (ROOT / "build/bench-render.json").write_text(facts + "\n")
    return int(any("MISSED" in verdict for verdict in verdicts(results)))


if __name__ == "__main__":
    raise SystemExit(main())
