#!/usr/bin/env bash
# Installs the C library, which must have been built (`cargo build --release -p ytclipper-c`):
#     scripts/install.sh PREFIX
# DESTDIR is put in front of every path, as packagers expect.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -eq 1 ] && [ -n "$1" ] || { echo "usage: scripts/install.sh PREFIX" >&2; exit 2; }
prefix=$(realpath -ms "$1")
root=${DESTDIR:-}$prefix
built=${CARGO_TARGET_DIR:-target}/release
packaging=bindings/c/packaging
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version *= *"\(.*\)"/\1/p' Cargo.toml)
abi=${version%.*}

# A template with its names filled in.
fill() {
    sed -e "s|@PREFIX@|$prefix|g" -e "s|@VERSION@|$version|g" -e "s|@ABI@|$abi|g" \
        -e "s|@ABI_PATTERN@|${abi//./\\\\\\\\.}|g" "$packaging/$1.in"
}

install -d "$root/include" "$root/lib/pkgconfig" "$root/lib/cmake/ytclipper"
install -m 644 include/ytclipper.h include/ytclipper.hpp "$root/include"
install -m 755 "$built/libytclipper_c.so" "$root/lib/libytclipper.so.$version"
ln -sf "libytclipper.so.$version" "$root/lib/libytclipper.so.$abi"
ln -sf "libytclipper.so.$abi" "$root/lib/libytclipper.so"
install -m 644 "$built/libytclipper_c.a" "$root/lib/libytclipper.a"
fill ytclipper.pc > "$root/lib/pkgconfig/ytclipper.pc"
for file in ytclipperConfig ytclipperConfigVersion; do
    fill "$file.cmake" > "$root/lib/cmake/ytclipper/$file.cmake"
done
# The page's links lead to what is installed.
doc=$root/share/doc/ytclipper
install -d "$doc/examples/c" "$doc/examples/cpp" "$doc/schema"
install -m 644 docs/schema/*.json "$doc/schema"
install -m 644 examples/c/*.c "$doc/examples/c"
install -m 644 examples/cpp/*.cpp "$doc/examples/cpp"
sed -e 's|](../include/|](../../../include/|g' -e 's|](../examples/|](examples/|g' docs/c-api.md > "$doc/c-api.md"
echo "install: ytclipper $version is in $root"
