"""What the peer needs and the engine does not: faster-whisper in its own environment, and the
same weights in the folders that it reads, all under `build/bench` of this checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build/bench"
PINS = HERE / "requirements.txt"
# Times that Whisper can tell in its text: 0 to 30 s by 20 ms.
MARKS = 1501
# Where it is set, it chooses another kernel of numpy's library than the machine's best.
UNSET = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass(frozen=True)
class Environment:
    """An interpreter that has faster-whisper."""

    python: Path

    def command(self, script: str, *arguments: object) -> list[str]:
        """The command that runs a script of this folder there, without a network."""
        clean = ["env", *(f"--unset={name}" for name in UNSET), "HF_HUB_OFFLINE=1"]
        return [*clean, str(self.python), str(HERE / f"{script}.py"), *map(str, arguments)]


def prepare() -> Environment:
    """Makes it where it is missing."""
    folder, pins = BUILD / "whisper-venv", PINS.read_text()
    stamp = folder / "pins"
    if not stamp.exists() or stamp.read_text() != pins:
        print("hearing: making build/bench/whisper-venv", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(folder / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
        install += ["--only-binary", ":all:", "--require-hashes"]
        subprocess.run([*install, "-r", str(PINS)], check=True)
        stamp.write_text(pins)
    return Environment(folder / "bin/python")


def weights(name: str) -> Path:
    """A folder with the weights of `models/ct2-<name>` that faster-whisper can read: links, and
    the vocabulary, which it wants by itself."""
    source, folder = ROOT / f"models/ct2-{name}", BUILD / f"whisper-{name}"
    if not (source / "model.bin").is_file():
        raise SystemExit(f"{source} is missing: run `make models`")
    folder.mkdir(parents=True, exist_ok=True)
    for file in ("model.bin", "config.json", "tokenizer.json"):
        link = folder / file
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(os.path.relpath(source / file, folder))
    words = vocabulary(source / "tokenizer.json")
    (folder / "vocabulary.json").write_text(json.dumps(words))
    return folder


def vocabulary(tokenizer: Path) -> list[str]:
    """All tokens by their number, the marks of time at the end."""
    known = json.loads(tokenizer.read_text())
    numbers: dict[str, int] = dict(known["model"]["vocab"])
    numbers |= {token["content"]: token["id"] for token in known["added_tokens"]}
    if sorted(set(numbers.values())) != list(range(len(numbers))):
        raise SystemExit(f"{tokenizer} has numbers without tokens")
    tokens = sorted(numbers, key=numbers.__getitem__)
    return tokens + [f"<|{mark * 0.02:.2f}|>" for mark in range(MARKS)]
