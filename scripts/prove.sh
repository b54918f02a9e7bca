#!/usr/bin/env bash
# What a newcomer does: clone, `make test`, `make demo`, with no cache of this user but Rust's own
# toolchain; then the proofs that take longer. Uncommitted changes are not part of the clone.
set -euo pipefail
cd "$(dirname "$0")/.."
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
git clone --quiet . "$home/clone"
cd "$home/clone"
# The environment stays but for what leads to this user's files: network settings may be in it.
newcomer() {
    env -u XDG_CACHE_HOME -u XDG_CONFIG_HOME -u YTCLIPPER_MODELS -u VIRTUAL_ENV -u PYTHONPATH \
        -u CARGO_TARGET_DIR HOME="$home" RUSTUP_HOME="${RUSTUP_HOME:-$HOME/.rustup}" \
        CARGO_HOME="$home/.cargo" "$@"
}
SECONDS=0
newcomer make test
echo "prove: make test took $((SECONDS / 60)) min $((SECONDS % 60)) s"
newcomer make demo
newcomer make prove-host
newcomer scripts/schedules.sh
# Promise 11 at its full size; `make test` does a part of it.
newcomer tests/c/run.sh 1000000
# The plan's first test at its full size: two workers busy for 60 s.
newcomer .venv/bin/python benches/server.py --seconds 60
