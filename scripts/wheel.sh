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
