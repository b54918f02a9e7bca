#!/usr/bin/env bash
# The C library as its users meet it: installed, built against by pkg-config and by CMake, run on
# real video, misused, watched by an address sanitizer and by valgrind.
#     tests/c/run.sh [SEQUENCES [SEED]]      sequences of random calls; 20000 unless told otherwise
# YTC_CALLBACKS says how many callbacks misbehave; 1000 unless told otherwise.
# The library must have been built (`cargo build --release -p ytclipper-c`).
set -euo pipefail
cd "$(dirname "$0")/../.."
sequences=${1:-20000}
seed=${2:-$(date +%s)}
callbacks=${YTC_CALLBACKS:-1000}
work=$PWD/build/c
prefix=$work/prefix
video=$PWD/media/bikes.mp4
warnings=(-Wall -Wextra -pedantic -Werror)
sanitizer=(-g -O1 -fno-omit-frame-pointer -fsanitize=address)
mkdir -p "$work"
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig LD_LIBRARY_PATH=$prefix/lib

say() { printf 'c: %s\n' "$*"; }
die() { printf 'c: %s\n' "$*" >&2; exit 1; }

# Runs a command whose output is of interest only if it fails.
quietly() { "$@" > "$work/log" 2>&1 || { cat "$work/log" >&2; die "failed: $*"; }; }

# compile COMPILER STANDARD SOURCE PROGRAM [FLAG...], against the installed library
compile() {
    local compiler=$1 standard=$2 source=$3 program=$4
    shift 4
    # shellcheck disable=SC2046 # flags are words
    quietly "$compiler" "-std=$standard" "${warnings[@]}" -D_DEFAULT_SOURCE "$@" "$source" -o "$work/$program" \
        $(pkg-config --cflags --libs ytclipper) -lpthread
}

headers_compile_without_warnings() {
    local compiler
    echo '#include <ytclipper.h>' > "$work/header.c"
    echo '#include <ytclipper.hpp>' > "$work/header.cpp"
    for compiler in gcc clang; do
        quietly $compiler -std=c11 "${warnings[@]}" -Wstrict-prototypes -fsyntax-only -I"$prefix/include" "$work/header.c"
    done
    for compiler in g++ clang++; do
        quietly $compiler -std=c++17 "${warnings[@]}" -fsyntax-only -I"$prefix/include" -x c++ "$work/header.c"
        quietly $compiler -std=c++17 "${warnings[@]}" -fsyntax-only -I"$prefix/include" "$work/header.cpp"
    done
    say "headers: C11 and C++17, gcc and clang, no warning"
}

examples_run() {
    local folder=$1 how=$2 options='{"clips":[{"start":1,"end":2}],"burn_captions":false,"caption_files":false,"layout":{"track":"off"}}'
    rm -rf "$work/out" && mkdir "$work/out"
    quietly "$folder/clip" "$video" 1 2 "$work/out/clip.mp4"
    quietly "$folder/poll" "$work/out/poll.mp4" "$video" "$PWD/media/sample.mp4" < /dev/null
    quietly "$folder/process" "$video" "$work/out" "$options"
    local made
    mapfile -t made < <(find "$work/out" -name '*.mp4' | sort)
    [ ${#made[@]} -eq 3 ] || die "the examples made ${#made[@]} videos, not 3"
    for file in "${made[@]}"; do
        ffmpeg -v error -xerror -i "$file" -f null - || die "$file does not play"
    done
    "$folder/clip" /nonexistent 1 2 "$work/out/none.mp4" > "$work/log" 2>&1 && die "a missing file is no failure"
    grep -q not_found "$work/log" || die "a missing file is not told"
    say "examples: built by $how, run, 3 videos that play"
}

examples_by_pkg_config() {
    compile gcc c11 examples/c/clip.c clip
    compile clang c11 examples/c/poll.c poll
    compile g++ c++17 examples/cpp/process.cpp process
    examples_run "$work" pkg-config
}

examples_by_cmake() {
    rm -rf "$work/cmake"
    quietly cmake -S tests/c -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix"
    quietly cmake --build "$work/cmake" --parallel 2
    examples_run "$work/cmake" CMake
    ldd "$work/cmake/clip-static" | grep -q libytclipper && die "clip-static is linked dynamically"
    quietly "$work/cmake/clip-static" "$video" 1 2 "$work/out/static.mp4"
    say "examples: the static library works"
}

# wrong SCENARIO PATTERN REPLACEMENT: a table with this mistake in it must fail
wrong() {
    sed "/\"name\": \"$1\"/,/^    }/s|$2|$3|" tests/scenarios.json > "$work/wrong.json"
    cmp -s "$work/wrong.json" tests/scenarios.json && die "the scenario $1 has no $2"
    "$work/scenarios" "$work/wrong.json" "$PWD/media/sample.mp4" "$1" > "$work/log" 2>&1 &&
        die "a wrong $1 passes"
    return 0
}

scenarios_end_as_the_table_says() {
    compile gcc c11 tests/c/scenarios.c scenarios
    "$work/scenarios" tests/scenarios.json "$PWD/media/sample.mp4" > "$work/log" 2>&1 ||
        { cat "$work/log"; die "scenarios failed"; }
    tail -n 1 "$work/log"
    wrong missing_file not_found io
    wrong missing_file '"failed"' '"succeeded"'
    wrong invalid_spec 'parts\[1\].end' 'parts[0].end'
    wrong cancel_queued '"effect": false' '"effect": true'
    wrong success '"brief.mp4"' '"other.mp4"'
    wrong wait_in_callback would_deadlock timeout
    say "scenarios: a wrong table fails"
}

lifecycle_holds() {
    compile gcc c11 tests/c/lifecycle.c lifecycle
    "$work/lifecycle" "$video" "$work/picture.jpg" fork
    compile g++ c++17 tests/c/wrapper.cpp wrapper
    "$work/wrapper" "$video"
}

# The sanitizer is on: what is planted is reported, in the host's memory and in the library's.
sanitizer_reports() {
    local fault=$1 expected=$2
    "$work/misuse" "$fault" > "$work/log" 2>&1 && die "the sanitizer passed $fault"
    grep -q "$expected" "$work/log" || { cat "$work/log"; die "no report of $fault"; }
}

misuse_is_caught() {
    compile gcc c11 tests/c/misuse.c misuse "${sanitizer[@]}"
    compile gcc c11 examples/c/clip.c clip-asan "${sanitizer[@]}"
    sanitizer_reports --plant-host AddressSanitizer:.heap-buffer-overflow
    sanitizer_reports --plant-library AddressSanitizer:.heap-use-after-free
    sanitizer_reports --plant-leak LeakSanitizer:.detected
    say "sanitizer: reports what is planted: an overflow, a use after free in the library, a leak"
    quietly "$work/clip-asan" "$video" 1 2 "$work/out/asan.mp4"
    "$work/misuse" "$sequences" "$seed"
}

# In a storm of callbacks nothing hangs and userdata is freed once; a storm with a fault in it fails.
callbacks_are_safe() {
    local fault sign
    compile g++ c++17 tests/c/storm.cpp storm "${sanitizer[@]}"
    while read -r fault sign; do
        "$work/storm" 200 "$seed" "$fault" > "$work/log" 2>&1 && die "a storm passes with $fault"
        grep -q "$sign" "$work/log" || { cat "$work/log"; die "a storm fails otherwise with $fault"; }
    done <<< $'unguarded 1 deadlocks\ntwice userdata was freed twice'
    "$work/storm" "$callbacks" "$seed"
}

valgrind_is_silent() {
    local valgrind=(valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite
        --errors-for-leak-kinds=definite)
    local fault
    compile gcc c11 tests/c/misuse.c misuse-plain
    for fault in --plant-library --plant-leak; do
        "${valgrind[@]}" "$work/misuse-plain" $fault > "$work/log" 2>&1 && die "valgrind passed $fault"
    done
    "${valgrind[@]}" "$work/lifecycle" "$video" "$work/picture.jpg" > "$work/log" 2>&1 ||
        { cat "$work/log"; die "valgrind has found something"; }
    echo "promise 11: valgrind over one of everything: 0 errors, 0 definite leaks, no suppression (bar: 0, 0)  ok"
}

quietly scripts/install.sh "$prefix"
headers_compile_without_warnings
examples_by_pkg_config
examples_by_cmake
# The whole sample is heard by `make proofs`.
quietly ffmpeg -nostdin -y -i media/sample.mp4 -t 10 -c copy "$work/talk.mp4"
tests/c/installed.sh "$work/talk.mp4" models/ct2-base "$work/captioned.png"
scenarios_end_as_the_table_says
lifecycle_holds
misuse_is_caught
callbacks_are_safe
valgrind_is_silent
