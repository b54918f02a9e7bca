#!/usr/bin/env bash
# Brings a Debian machine to where the project builds: system packages, Rust, .venv.
# Every step looks first and does only what is missing, so that a repeat takes a moment.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# The listed Debian packages that are not installed.
missing_packages() {
    local wanted
    mapfile -t wanted < <(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' scripts/apt-packages.txt)
    comm -23 \
        <(printf '%s\n' "${wanted[@]}" | sort) \
        <(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${wanted[@]}" 2>/dev/null |
            sed -n 's/^installed //p' | sort)
}

system_packages() {
    command -v dpkg-query >/dev/null ||
        die "this is no Debian; install the counterparts of scripts/apt-packages.txt, then run 'make venv build'"
    local missing
    mapfile -t missing < <(missing_packages)
    [ ${#missing[@]} -eq 0 ] && return
    local install="apt-get install -y --no-install-recommends ${missing[*]}"
    [ "$(id -u)" -eq 0 ] || die "${#missing[@]} system packages are missing; run: sudo $install"
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $install -qq >/dev/null
}

rust() {
    local need have
    need=$(sed -n 's/^rust-version *= *"\(.*\)"/\1/p' Cargo.toml | head -n 1)
    command -v cargo >/dev/null || die "Rust $need or newer is missing: install rustup, then 'rustup toolchain install $need'"
    have=$(cargo --version | cut -d ' ' -f 2)
    [ "$(printf '%s\n%s\n' "$need" "$have" | sort -V | head -n 1)" = "$need" ] ||
        die "cargo is $have, but $need is needed: 'rustup toolchain install $need && rustup default $need'"
}

# The virtual environment, made anew when the pins or the interpreter have changed.
virtual_environment() {
    local python=${PYTHON:-python3} stamp=.venv/.ytclipper-setup pins
    pins=$("$python" -VV; cat requirements-dev.txt constraints.txt)
    if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$pins" ]; then return; fi
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || die "Python 3.10 or newer is needed"
    say "making .venv"
    # --clear only where the interpreter is not the same: a build that is in there stays.
    .venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
    printf '%s\n' "$pins" >"$stamp"
}

case ${1:-all} in
all) system_packages; rust; virtual_environment ;;
venv) rust; virtual_environment ;;
*) die "usage: scripts/setup.sh [all|venv]" ;;
esac
