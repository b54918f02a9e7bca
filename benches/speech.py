"""Transcription in figures: words, times and speed, side by side with faster-whisper.

Every way runs in a process of its own, in turn, on the same weights (`models/ct2-*`; ours and
plain use of whisper-rs as ggml), 2 threads, English given, word times on. Ours is the engine as it
comes; faster-whisper runs at int8 and its own defaults otherwise. Seconds are those of
transcription, the loaded model given; CPU and peak memory are the whole process's. Medians count.

`sentences`: the five LibriVox sentences of `pocketsphinx-testdata` with known pauses; `long`: 20
minutes of them; `words`: single words, numbers and short sentences by espeak-ng
(`scripts/spoken.py`). WER counts against the recordings' own text, in which one word stands twice.
Times: begins and ends of single words, and of sentences' first and last words, against the truth;
`over silence` are words that reach more than 0.15 s into a true pause. What was not heard has no
time: so many of so many items were. `nothing` are sounds in which nobody speaks.

The peer's word error rate at its defaults is to be read with care: led by its own earlier text, it
drops whole sentences on sound that repeats five of them. `unled` is its beam 1 with
`condition_on_previous_text=False`, as ours decodes each window.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from framing.figures import most
from hearing import environment, figures, truth, ways
from hearing.figures import Row
from hearing.ways import BEAM_5, OURS, PLAIN, Command, Run
from measure import machine
from report import table, write_section

MODELS = ("base", "tiny.en")
Tables = dict[str, tuple[Row, list[Row]]]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--models", nargs="*", default=MODELS, help="these models only")
    parser.add_argument("--repeats", type=int, default=3, help="runs of each way")
    parser.add_argument("--long-repeats", type=int, default=1, help="the same on 20 minutes")
    parser.add_argument("--hours", type=float, default=0, help="`base` on so many hours, ours only")
    parser.add_argument("--cores", type=int, help="use this many cores only")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md")
    return parser.parse_args()


class Bench:
    """The tables as they grow."""

    def __init__(self, commands: dict[str, Command], folder: Path, cores: int | None) -> None:
        self.commands, self.folder, self.cores = commands, folder, cores
        self.bars: list[Row] = []
        self.speed: list[Row] = []
        self.times: list[Row] = []
        self.near: list[Row] = []
        self.nothing: list[Row] = []

    def compare(self, model: str, known: truth.Truth, repeats: int) -> dict[str, Run]:
        """Runs all ways in turn."""
        runs: dict[str, list[Run]] = {}
        # Plain use takes three times as long as all others and is looked at once.
        commands = {
            name: command
            for name, command in self.commands.items()
            if name != PLAIN or known.name == "sentences"
        }
        for repeat in range(repeats):
            for name, command in commands.items():
                run = ways.hear(command, model, known.sound, self.folder, self.cores)
                runs.setdefault(name, []).append(run)
                about = f"{model}, {known.name}, {name}: {run.seconds:.2f} s"
                print(f"  {repeat + 1}/{repeats} {about}", flush=True)
        return {name: ways.middle(repeated) for name, repeated in runs.items()}

    def measure(self, model: str, repeats: int, long_repeats: int) -> None:
        """All figures of a model."""
        for name, count in (("sentences", repeats), ("long", long_repeats)):
            if count == 0:
                continue
            known = truth.load(name)
            runs = self.compare(model, known, count)
            self.speed += figures.speed_rows(model, known, runs)
            self.bars += figures.speed_bars(model, known, runs)
            if name == "sentences":
                self.place(model, known, runs)
                self.near.append(figures.agreement(model, known, runs))
        words = truth.load("words")
        self.place(model, words, self.compare(model, words, 1))
        self.listen(model)

    def place(self, model: str, known: truth.Truth, runs: dict[str, Run]) -> None:
        """The figures of times."""
        self.times += figures.times_rows(model, known, runs)
        self.bars += figures.times_bars(model, known, runs[OURS])

    def listen(self, model: str) -> None:
        """Words in sounds that have none, ours and the peer's."""
        for sound in truth.nothing():
            heard = {
                name: ways.hear(self.commands[name], model, sound, self.folder, self.cores)
                for name in (OURS, BEAM_5)
            }
            counts = {name: len(run.words) for name, run in heard.items()}
            self.nothing.append([f"{model}, {sound.stem}", *map(str, counts.values())])
            self.bars.append(most(f"{model}, {sound.stem}: words", counts[OURS], 0))

    def endure(self, model: str, hours: float) -> None:
        """Ours on hours of sound."""
        sound = self.folder / "hours.wav"
        truth.repeated(truth.load("long").sound, hours * 3600, sound)
        run = ways.hear(self.commands[OURS], model, sound, self.folder, self.cores)
        sound.unlink()
        print(f"  {model}, {hours:g} hours, ours: {run.seconds:.0f} s", flush=True)
        self.bars += figures.hours_bars(model, hours, run)

    def text(self) -> str:
        """All tables."""
        parts: Tables = {
            "Speed": (figures.SPEED_HEAD, self.speed),
            "Times of words": (figures.TIMES_HEAD, self.times),
            f"Ours beside {BEAM_5}, words": (
                ["model, sound", "compared", "starts, median ms", "ends, median ms"], self.near,
            ),
            "Words where nobody speaks": (["model, sound", OURS, BEAM_5], self.nothing),
        }  # fmt: skip
        bars = table(["what", "measured", "bar", "met"], self.bars)
        return f"{bars}\n\n{figures.text(parts)}"


def main() -> int:
    """Measures, prints, and writes where asked."""
    arguments = parse()
    commands = ways.ways(environment.prepare())
    with tempfile.TemporaryDirectory(prefix="ytclipper-bench-") as name:
        bench = Bench(commands, Path(name), arguments.cores)
        for model in arguments.models:
            bench.measure(model, arguments.repeats, arguments.long_repeats)
        if arguments.hours:
            bench.endure("base", arguments.hours)
    text = bench.text()
    print("\n" + text)
    if arguments.write:
        counts = f"--repeats {arguments.repeats} --long-repeats {arguments.long_repeats}"
        command = f"python benches/speech.py {counts} --hours {arguments.hours:g} --write"
        intro = (__doc__ or "").split("\n\n", 1)[1]
        write_section("speech", "Speech", machine(arguments.cores), command, intro, text)
    return int(any(row[-1] == "NO" for row in bench.bars))


if __name__ == "__main__":
    raise SystemExit(main())
