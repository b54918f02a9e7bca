#!/usr/bin/env bash
# Runs the Rust tests, then the Python tests, and repeats the runners' closing lines at the end.
# Arguments go to cargo (`--release`).
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build
logs=$(mktemp -d build/test-XXXXXX)
trap 'rm -rf "$logs"' EXIT

# Test binaries are all built before the first runs, so that a compile error shows at once.
cargo test "$@" --workspace --no-run
cargo test "$@" --workspace --no-fail-fast 2>&1 | tee "$logs/rust"
.venv/bin/python -m pytest tests/python 2>&1 | tee "$logs/python"

echo
grep '^test result:' "$logs/rust"
tail -n 1 "$logs/python"
