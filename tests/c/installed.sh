#!/usr/bin/env bash
# What a machine needs that has the installed prefix and nothing else of ours: the program of the
# installed page is built by pkg-config and by CMake, and makes a captioned clip.
#     tests/c/installed.sh VIDEO MODEL PICTURE
# VIDEO has speech from second 2 to 8; MODEL is a CTranslate2 folder of `base`; PICTURE, a PNG, gets a
# frame of the clip, to be looked at. The library must have been built.
set -euo pipefail
root=$(realpath "$(dirname "$0")/../..")
[ $# -eq 3 ] || { echo "usage: tests/c/installed.sh VIDEO MODEL PICTURE" >&2; exit 2; }
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
prefix=$home/prefix
start=2 end=8

die() { printf 'installed: %s\n' "$*" >&2; exit 1; }

# What comes along is data. The prefix stands outside of the repository, as everything else does.
cp "$1" "$home/video.mp4"
cp -r "$2" "$home/model"
"$root/scripts/install.sh" "$prefix" > /dev/null

# Runs a command with an empty environment and, where the system lets us, without the repository.
hidden="the repository is hidden"
hide='mount -t tmpfs none "$0" && exec "$@"'
unshare --map-root-user --mount bash -c "$hide" "$root" test ! -e "$root/Cargo.toml" 2> /dev/null ||
    hidden="nothing leads to the repository"
alone() {
    local command=(env -i "PATH=/usr/bin:/bin" "HOME=$home" "PKG_CONFIG_PATH=$prefix/lib/pkgconfig"
        "LD_LIBRARY_PATH=$prefix/lib" "$@")
    if [ "$hidden" = "the repository is hidden" ]; then
        command=(unshare --map-root-user --mount bash -c "$hide" "$root" "${command[@]}")
    fi
    "${command[@]}" > "$home/log" 2>&1 || { cat "$home/log" >&2; die "failed: $*"; }
}

# The first block of a language in the installed page.
block() {
    awk -v "fence=\`\`\`$1" '$0 == fence { inside = 1; next } /^```$/ { if (inside) exit } inside' \
        "$prefix/share/doc/ytclipper/c-api.md"
}

cd "$home"
block c > captioned.c
block cmake > CMakeLists.txt
alone bash -c 'cc -std=c11 -Wall -Wextra -pedantic -Werror captioned.c \
    $(pkg-config --cflags --libs ytclipper) -o captioned'
alone bash -c "cmake -S . -B build -DCMAKE_PREFIX_PATH=$prefix && cmake --build build"

# The first installs the model, the second finds it.
alone ./captioned video.mp4 $start $end first.mp4 model
alone build/captioned video.mp4 $start $end second.mp4
captioned() { python3 "$root/tests/c/captioned.py" video.mp4 $start $end "$1"; }
for clip in first.mp4 second.mp4; do
    ffmpeg -v error -xerror -i $clip -f null - || die "$clip does not play"
    captioned $clip
done
# What keeps the look at the captions honest.
ffmpeg -nostdin -v error -ss $start -i video.mp4 -t $((end - start)) plain.mp4
captioned plain.mp4 2> log && die "a clip without captions passes"
grep -q 'captions at \[\]' log || { cat log >&2; die "a clip without captions fails otherwise"; }
ffmpeg -nostdin -v error -y -ss 2 -i first.mp4 -frames:v 1 "$home/frame.png"
cp frame.png "$3"
printf 'promise C: the program of the installed page, built by pkg-config and by CMake where %s: %s (bar: %s)  ok\n' \
    "$hidden" "2 clips of $((end - start)) s with sound and captions" "2 clips, sound, captions"
