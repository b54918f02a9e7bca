"""The engine's concurrency at length: every order of steps within loom's larger bounds, 100,000
schedules of each of shuttle's scenarios, and the planted faults.

A model that fails prints its schedule, which stands in what is printed here.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from pathlib import Path

from proof import tell

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "tests/models/tests"
SCHEDULES = 100_000
COMMAND = "cargo test --release --package ytclipper-models -- --nocapture --test-threads 1"


def named(file: str, reported: str) -> set[str]:
    """Names of the tests in a file that report what they found."""
    text = (MODELS / file).read_text()
    return set(re.findall(rf'fn (\w+)\(\) {{\n    {reported}\w*\("\1"', text))


def planted() -> set[str]:
    """Names of the faults in `mutants.txt`."""
    text = (ROOT / "tests/models/mutants.txt").read_text()
    return set(re.findall(r'mutants::on\("(\w+)"\)', text))


def judge(said: str, seed: str) -> bool:
    """Tells what the models found; whether that is what it should be."""
    loom = {name: int(n) for name, n in re.findall(r"loom: (\w+): all (\d+) orders", said)}
    shuttle = {name: int(n) for name, n in re.findall(r"shuttle: (\w+): (\d+) schedules", said)}
    models, scenarios = named("loom.rs", "check"), named("shuttle.rs", "check")
    least = min(shuttle.values(), default=0)
    found = set(re.findall(r"(\w+): found by \w+", said))
    failed = "test result: FAILED" in said
    return all(
        [
            tell(
                12,
                f"loom: {sum(loom.values())} orders of steps in {len(loom)} models, "
                f"{'some' if failed else 'none'} of which fails",
                f"every order within the bounds, in {len(models)} models, none",
                loom.keys() == models and len(models) > 0 and not failed,
            ),
            tell(
                12,
                f"shuttle: {least} schedules of each of {len(shuttle)} "
                f"scenarios, seed {seed}, {'some' if failed else 'none'} of which fails",
                f"{SCHEDULES} of {len(scenarios)}, none",
                shuttle.keys() == scenarios and least >= SCHEDULES and not failed,
            ),
            tell(
                12,
                f"{len(found & planted())} of {len(planted())} planted faults are found",
                "all",
                found == planted(),
            ),
        ]
    )


def main() -> None:
    """Runs the models and tells what they found."""
    seed = os.environ.get("YTC_SEED") or str(random.randrange(10**6))
    long = {"YTC_SEED": seed, "YTC_SCHEDULES": str(SCHEDULES), "YTC_LONG": "1"}
    done = subprocess.run(
        COMMAND.split(),
        cwd=ROOT,
        env=os.environ | long,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(done.stdout)
    if not judge(done.stdout, seed) or done.returncode != 0:
        sys.exit("a model failed")


if __name__ == "__main__":
    main()
