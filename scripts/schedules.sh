#!/usr/bin/env bash
# The engine's concurrency at length (promises 12 and 26): every order of steps within loom's larger
# bounds, 100,000 schedules of each of shuttle's scenarios, the planted faults, and memory and
# threads over 1,000 jobs. YTC_SEED replays the schedules of an earlier run.
set -euo pipefail
cd "$(dirname "$0")/.."
export YTC_SEED=${YTC_SEED:-$((RANDOM * 32768 + RANDOM))} YTC_SCHEDULES=100000 YTC_LONG=1
echo "schedules: YTC_SEED=$YTC_SEED"
mkdir -p build
# A failing model prints its schedule: the whole log is kept until the next run.
log=build/schedules.log
figures() { grep -oE '(loom|shuttle|memory): .*|[a-z_]+: found by .*|test result: .*' "$log"; }
cargo test --release --package ytclipper-models -- --nocapture --test-threads 1 >"$log" 2>&1 || {
    tail -n 50 "$log"
    exit 1
}
figures
# Real jobs start threads, for which glibc makes arenas: steps of a megabyte or two at random moments,
# which say nothing about jobs. With one arena they are gone.
MALLOC_ARENA_MAX=1 cargo test --release --package ytclipper --test core engine::memory -- --nocapture --test-threads 1 \
    --include-ignored >"$log" 2>&1 || {
    tail -n 50 "$log"
    exit 1
}
figures
