"""The long proofs of the promises of an engine in a host's process, each with its figure.

Every proof prints `promise N: what was found (bar: what should be)  ok`. All of them run, also
after one that failed; at the end all lines stand together, and one that misses its bar, or is not
there, is a failure. What a proof prints besides is kept in `build/proofs`.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from measure import machine
from proof import Figure, figures
from report import PROOFS, table, write_section

ROOT = Path(__file__).resolve().parent.parent
LOGS = ROOT / "build/proofs"
TAIL = 40


@dataclass(frozen=True)
class Proof:
    """A command, and the promises whose figures it prints."""

    name: str
    title: str
    promises: tuple[str, ...]
    command: str
    """For a shell, in the project's folder. `YTC_SEED` is set."""


ALL = (
    Proof(
        "panics",
        "No panic crosses a boundary",
        ("10",),
        "cargo test --release --package ytclipper-c-panics -- --nocapture",
    ),
    Proof(
        "models",
        "No race, no deadlock in pool and handles",
        ("12",),
        "python benches/schedules.py",
    ),
    Proof(
        "callbacks",
        "Callbacks are safe, from Rust",
        ("13",),
        "YTC_CALLBACKS=10000 cargo test --release --package ytclipper --test core "
        "engine::storm -- --nocapture",
    ),
    Proof(
        "callbacks-python",
        "Callbacks are safe, from Python",
        ("13",),
        "YTC_CALLBACKS=10000 python -m pytest -q -s tests/python/test_storm.py",
    ),
    # Real jobs start threads, for which glibc makes arenas: steps of a megabyte or two at random
    # moments, which say nothing about jobs. With one arena they are gone.
    Proof(
        "memory",
        "Memory is flat",
        ("26",),
        "MALLOC_ARENA_MAX=1 cargo test --release --package ytclipper --test core "
        "engine::memory -- --nocapture --test-threads 1 --include-ignored --skip are_as_many",
    ),
    Proof(
        "exits",
        "The interpreter exits cleanly, a fork is survived",
        ("14", "15"),
        "YTC_EXITS=300 YTC_FORKS=200 python -m pytest -q -s tests/python/test_exits.py "
        "tests/python/test_uvicorn.py",
    ),
    Proof("cancel", "Cancel is prompt", ("16",), "python benches/cancels.py"),
    Proof(
        "heartbeat",
        "The host stays quick: its event loop",
        ("27",),
        "python benches/heartbeat.py",
    ),
    Proof("server", "The host stays quick: the server", ("27",), "python benches/server.py"),
    Proof(
        "plan",
        "The plan's tests 2 to 4 of the server, whole, and its page in a browser",
        ("S2", "S3", "S4"),
        "YTC_WHOLE=1 python -m pytest -q -s tests/python/serve tests/python/browser",
    ),
    Proof(
        "c",
        "Misuse from C is caught, callbacks from C are safe",
        ("11", "13"),
        "YTC_CALLBACKS=10000 tests/c/run.sh 1000000 $YTC_SEED",
    ),
    Proof(
        "installed",
        "A C program where only the installed prefix is in reach",
        ("C",),
        "tests/c/installed.sh media/sample.mp4 models/ct2-base build/captioned.png",
    ),
)


def run(proof: Proof) -> list[Figure]:
    """Runs a proof; a promise of which it said nothing is missed."""
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"{proof.name}.log"
    print(f"\n{proof.title}: {proof.command}", flush=True)
    with log.open("w") as output:
        status = subprocess.run(
            ["bash", "-c", proof.command],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    said = log.read_text(errors="replace")
    found = complete(proof, figures(said), status)
    if status != 0:
        print("\n".join(said.splitlines()[-TAIL:]))
    print("\n".join(map(str, found)), flush=True)
    return found


def complete(proof: Proof, found: list[Figure], status: int) -> list[Figure]:
    """The figures, and one for each promise that has none although it should, or for a proof that
    failed for another reason than a bar."""
    told = {figure.promise for figure in found}
    missing = [promise for promise in proof.promises if promise not in told]
    if status != 0 and not missing and all(figure.kept for figure in found):
        missing = list(proof.promises[-1:])
    ended = f"`{proof.name}` ended with status {status}"
    return found + [Figure(promise, ended, "0, and a figure", False) for promise in missing]


def rows(found: list[Figure]) -> list[list[str]]:
    """The figures as rows of a table."""
    return [
        [figure.promise, figure.found, figure.bar, "yes" if figure.kept else "NO"]
        for figure in found
    ]


def write(proof: Proof, found: list[Figure]) -> None:
    """Puts the figures into docs/proofs.md."""
    text = table(["promise", "found", "bar", "kept"], rows(found))
    command = f"YTC_SEED={os.environ['YTC_SEED']} {proof.command}"
    write_section(proof.name, proof.title, machine(None), command, "", text, PROOFS)


def chosen(names: list[str]) -> list[Proof]:
    """The proofs of these names or promises; all where there is none."""
    known = {proof.name for proof in ALL} | {name for proof in ALL for name in proof.promises}
    if unknown := set(names) - known:
        sys.exit(f"no proof of {', '.join(sorted(unknown))}, only of {', '.join(sorted(known))}")
    return [
        proof for proof in ALL if not names or {proof.name, *proof.promises}.intersection(names)
    ]


def main() -> None:
    """Runs the proofs, prints their figures, and writes them where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("names", nargs="*", help="names of proofs, or numbers of promises")
    parser.add_argument("--write", action="store_true", help="write docs/proofs.md")
    arguments = parser.parse_args()
    proofs = chosen(arguments.names)
    seed = os.environ.setdefault("YTC_SEED", str(random.randrange(10**6)))
    print(f"YTC_SEED={seed} repeats these runs")
    found = []
    for proof in proofs:
        told = run(proof)
        found += told
        if arguments.write:
            write(proof, told)
    print("\nAll figures:\n" + "\n".join(map(str, found)))
    if missed := [figure for figure in found if not figure.kept]:
        sys.exit(f"{len(missed)} of {len(found)} bars were missed")


if __name__ == "__main__":
    main()
