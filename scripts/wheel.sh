#!/usr/bin/env bash
# Builds the wheel into dist/, installs it into a clean virtual environment and runs it there.
set -euo pipefail
cd "$(dirname "$0")/.."
rm -rf dist
.venv/bin/maturin build --release --quiet --out dist
clean=$(mktemp -d)
trap 'rm -rf "$clean"' EXIT
python3 -m venv "$clean/venv"
"$clean/venv/bin/pip" install --quiet --disable-pip-version-check -c constraints.txt dist/*.whl
# From elsewhere, so that nothing of the checkout is imported by chance.
cd "$clean"
venv/bin/ytclipper --version
venv/bin/python -c 'import ytclipper_rs; print("imported from", ytclipper_rs.__file__)' |
    grep --fixed-strings "$clean/venv"
ls "$OLDPWD"/dist/*-abi3-*.whl
# The face model came along, with its licence, and an engine takes it from there.
venv/bin/python - <<'PYTHON'
import hashlib, pathlib
import ytclipper_rs
from ytclipper_rs.engine import _face_model

data = pathlib.Path(ytclipper_rs.__file__).parent / "data"
model = data / "centerface.onnx"
assert _face_model() == str(model) and (data / "centerface.LICENSE").is_file(), list(data.iterdir())
assert hashlib.sha256(model.read_bytes()).hexdigest() == (
    "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
)
print("the face model is in the wheel")
PYTHON
# Nothing installed elsewhere may help what follows.
export YTCLIPPER_MODELS="$clean/none"
# It works, too: a second of picture, cut and turned upright.
ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=320x180:r=30:d=2 -pix_fmt yuv420p in.mp4
venv/bin/python - <<'PYTHON'
import ytclipper_rs as yt

with yt.Engine() as engine:
    report = engine.clip("in.mp4", 0.5, 1.5, "out.mp4", layout=yt.Layout(mode="vertical")).result()
assert (report.frames, report.width, report.height) == (30, 1080, 1920), report
print("rendered", report.frames, "frames from the wheel")
PYTHON
