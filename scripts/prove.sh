#!/usr/bin/env bash
#     scripts/prove.sh [--write]      --write puts the figures into docs/proofs.md
# What a newcomer does: clone, `make test`, `make demo`, with no cache of this user but Rust's own
# toolchain; then the proofs that take longer. Uncommitted changes are not part of the clone.
set -euo pipefail
here=$(realpath "$(dirname "$0")/..")
cd "$here"
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
newcomer make features
# Each promise's figure. What was written goes with the checkout that this was started from.
status=0
newcomer make proofs PROOFS="$*" || status=$?
git diff --quiet docs/proofs.md || cp docs/proofs.md "$here/docs/proofs.md"
exit $status
