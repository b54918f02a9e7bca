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
# It works, too: a second of picture, cut and turned upright.
ffmpeg -nostdin -v error -f lavfi -i testsrc2=s=320x180:r=30:d=2 -pix_fmt yuv420p in.mp4
venv/bin/python - <<'PYTHON'
import ytclipper_rs as yt

with yt.Engine() as engine:
    report = engine.clip("in.mp4", 0.5, 1.5, "out.mp4", layout=yt.Layout(mode="vertical")).result()
assert (report.frames, report.width, report.height) == (30, 1080, 1920), report
print("rendered", report.frames, "frames from the wheel")
PYTHON
