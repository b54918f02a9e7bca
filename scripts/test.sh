#!/usr/bin/env bash
# Runs the tests of Rust, Python and C, and repeats the runners' closing lines at the end.
# Arguments go to cargo (`--release`).
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build
logs=$(mktemp -d build/test-XXXXXX)
trap 'rm -rf "$logs"' EXIT

# The models and xtask want other features of some libraries than the engine does. Built apart, the
# engine's tests find it and its dependencies compiled as Python's package has them.
options=("$@")
engine=(--workspace --exclude ytclipper-models --exclude xtask)
cargo_test() { cargo test "${options[@]}" --tests "$@"; }
# Test binaries are all built before the first runs, so that a compile error shows at once.
cargo_test "${engine[@]}" --no-run
cargo_test --package ytclipper-models --no-run
cargo_test --package xtask --no-run
{
    cargo_test "${engine[@]}" --no-fail-fast
    cargo_test --package ytclipper-models --no-fail-fast
    cargo_test --package xtask
} 2>&1 | tee "$logs/rust"
# Most of the time a test waits for something, so two run at once.
pytest=(.venv/bin/python -m pytest tests/python)
"${pytest[@]}" -m "not alone" --numprocesses 2 --dist loadfile 2>&1 | tee "$logs/python"
"${pytest[@]}" -m alone 2>&1 | tee "$logs/alone"
cargo build "$@" --package ytclipper-c
tests/c/run.sh 2>&1 | tee "$logs/c"

echo
grep '^test result:' "$logs/rust"
tail --quiet --lines 1 "$logs/python" "$logs/alone"
grep -E '^(c|scenarios|lifecycle|wrapper|promise [0-9C]+):' "$logs/c"
