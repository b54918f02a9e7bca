"""The ways to hear the same sound, each as a command of its own, and what they took."""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from measure import Usage, run

import ytclipper_rs as yt
from hearing.environment import BUILD, HERE, ROOT, Environment, weights
from hearing.metrics import Word
from hearing.truth import SPEECH

# The sound, and the JSON file to be written.
Command = Callable[[str, Path, Path], list[str]]

THREADS = 2
OURS, BEAM_1, BEAM_5, PLAIN = "ours", "faster-whisper, beam 1", "faster-whisper, beam 5", "plain"
# Beam 1, each window by itself.
FORGETFUL = "faster-whisper, unled"
PLAIN_BINARY = ROOT / "target/release/examples/plain_whisper"


@dataclass(frozen=True)
class Run:
    """What was heard, and what it took."""

    load: float
    """Seconds until the model was there."""
    seconds: float
    """Seconds of transcription."""
    text: str
    words: tuple[Word, ...]
    usage: Usage
    """Of the whole process."""
    still: float = 0.0
    """Longest time without a move of the progress, in seconds; of ours only."""


def ways(environment: Environment) -> dict[str, Command]:
    """All ways; plain use of whisper-rs where that example has been built."""
    peers = {
        BEAM_1: _peer(environment, "--beam", 1),
        BEAM_5: _peer(environment, "--beam", 5),
        FORGETFUL: _peer(environment, "--beam", 1, "--forget"),
    }
    found = {OURS: _ours} | peers
    return found | ({PLAIN: _plain} if PLAIN_BINARY.exists() else {})


def _ours(model: str, sound: Path, target: Path) -> list[str]:
    script, silence = str(HERE / "ours.py"), str(SPEECH / "nothing/silence.wav")
    command = [sys.executable, script, model, str(sound), str(target)]
    return [*command, "--silence", silence, "--threads", str(THREADS)]


def _peer(environment: Environment, *options: object) -> Command:
    def command(model: str, sound: Path, target: Path) -> list[str]:
        places = weights(model), sound, target
        return environment.command("peer", *places, "--threads", THREADS, *options)

    return command


def _plain(model: str, sound: Path, target: Path) -> list[str]:
    """It writes to its output, and reads half precision."""
    words = [str(PLAIN_BINARY), str(half_precision(model)), str(sound), str(THREADS)]
    return ["sh", "-c", 'exec "$@" >"$0"', str(target), *words]


def half_precision(model: str) -> Path:
    """The model's ggml file as published, made of the same weights where it is missing."""
    folder = BUILD / "whisper-f16"
    known = {each.name: each.path for each in yt.list_models(folder)} if folder.exists() else {}
    if model not in known:
        folder.mkdir(parents=True, exist_ok=True)
        with yt.Engine(workers=1, model_dir=folder) as engine:
            source = ROOT / f"models/ct2-{model}"
            return engine.install_model(model, source, quantization="f16").result().path
    return known[model]


def hear(command: Command, model: str, sound: Path, folder: Path, cores: int | None) -> Run:
    """Runs a way in a process of its own."""
    target = folder / "heard.json"
    target.unlink(missing_ok=True)
    usage = run(command(model, sound, target), cores)
    found = json.loads(target.read_text())
    words = whole(
        [Word(word["text"], word["start"], word["end"]) for word in found.get("words", ())]
    )
    text, still = found["text"].strip(), found.get("still", 0.0)
    return Run(found.get("load", 0.0), found["seconds"], text, words, usage, still)


def whole(pieces: Sequence[Word]) -> tuple[Word, ...]:
    """Words out of a way's pieces: what stands without a space before it (`%`, `20` after `$`)
    belongs to the piece before."""
    words: list[Word] = []
    for piece in pieces:
        if words and not piece.text.startswith(" "):
            words[-1] = Word(words[-1].text + piece.text, words[-1].start, piece.end)
        else:
            words.append(piece)
    return tuple(words)


def middle(runs: Sequence[Run]) -> Run:
    """The medians of what repeats took; what the first one heard."""
    usage = Usage(
        statistics.median(each.usage.wall for each in runs),
        statistics.median(each.usage.cpu for each in runs),
        statistics.median(each.usage.peak_mb for each in runs),
    )
    load = statistics.median(each.load for each in runs)
    seconds = statistics.median(each.seconds for each in runs)
    still = max(each.still for each in runs)
    return Run(load, seconds, runs[0].text, runs[0].words, usage, still)
