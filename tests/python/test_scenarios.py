"""The scenarios that Rust, Python and C share (`tests/scenarios.json`), through Python."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ytclipper_rs as yt
from ytclipper_rs.outcome import OUTCOMES

# The table has limits of time.
pytestmark = pytest.mark.alone

ROOT = Path(__file__).parents[2]
TABLE: dict[str, Any] = json.loads((ROOT / "tests/scenarios.json").read_text())
SCENARIOS: dict[str, Any] = {scenario["name"]: scenario for scenario in TABLE["scenarios"]}
LONG = 60.0
Step = dict[str, Any]
Wait = Callable[["yt.Job[Any]", float], None]


class Raised(Exception):
    """What a `raise` step throws."""


def wait_in_thread(job: yt.Job[Any], timeout: float) -> None:
    job.exception(timeout)


def wait_in_loop(job: yt.Job[Any], timeout: float) -> None:
    async def main() -> None:
        try:
            await asyncio.wait_for(job, timeout)
        except asyncio.TimeoutError:
            raise yt.JobTimeout("not in time") from None
        except yt.YtclipperError:
            assert job.done()

    asyncio.run(main())


class Runner:
    """Takes the steps of one scenario."""

    def __init__(self, out: Path, wait: Wait = wait_in_thread) -> None:
        self.out = out
        self.wait = wait
        self.thread = threading.get_ident()
        self.engines: dict[str, yt.Engine] = {}
        self.jobs: dict[str, yt.Job[Any]] = {}
        self.known = threading.Condition()
        self.done: Counter[str] = Counter()
        self.faults: list[BaseException] = []
        self.raised = 0

    def run(self, scenario: dict[str, Any]) -> None:
        try:
            for step in scenario["steps"]:
                self.take(step)
        finally:
            for engine in self.engines.values():
                engine.shutdown("now", LONG)
        assert self.faults == []
        assert self.done == Counter(self.jobs.keys())
        for job in self.jobs.values():
            events = list(job.iter_events())
            for earlier, later in itertools.pairwise(events):
                assert earlier.seq < later.seq
                assert earlier.percent <= later.percent

    def take(self, step: Step) -> None:
        action = getattr(self, f"do_{step['do']}")
        arguments = {key: value for key, value in step.items() if key not in ("do", "error")}
        if step["do"] == "expect":
            action(**arguments, error=step.get("error"))
        elif "error" in step:
            with pytest.raises(yt.YtclipperError) as caught:
                action(**arguments)
            self.check_error(caught.value, step["error"])
        else:
            action(**arguments)

    @staticmethod
    def check_error(error: yt.YtclipperError | None, wanted: dict[str, str] | None) -> None:
        if wanted is None:
            assert error is None
            return
        assert error is not None
        assert error.kind == wanted["kind"]
        if "field" in wanted:
            assert error.context.get("field") == wanted["field"]

    # Steps ------------------------------------------------------------------------------

    def do_open(self, engine: str = "main", config: dict[str, Any] | None = None) -> None:
        self.engines[engine] = yt.Engine(**(config or {}))

    def do_submit(
        self, job: str, spec: str, engine: str = "main", on_done: list[Step] | None = None
    ) -> None:
        text = json.dumps(TABLE["specs"][spec])
        text = text.replace("${sample}", str(ROOT / "media/sample.mp4"))
        request = yt.spec_from_json(text.replace("${out}", str(self.out)))
        made = self.engines[engine].submit(request)
        with self.known:
            self.jobs[job] = made
            self.known.notify_all()
        made.add_done_callback(lambda _: self.called(job, on_done or []))

    def called(self, job: str, steps: list[Step]) -> None:
        self.done[job] += 1
        try:
            for step in steps:
                self.take(step)
        except Raised:
            raise
        except BaseException as fault:
            self.faults.append(fault)

    def job(self, name: str) -> yt.Job[Any]:
        with self.known:
            assert self.known.wait_for(lambda: name in self.jobs, LONG)
            return self.jobs[name]

    def do_running(self, job: str) -> None:
        waited = self.job(job)
        assert any(event.percent > 0 for event in waited.iter_events())
        assert waited.state == "running"

    def do_cancel(self, job: str, effect: bool) -> None:
        assert self.job(job).cancel() is effect

    def do_wait(self, job: str, timeout: float = LONG) -> None:
        # A callback has a thread of its own, and no event loop that it could block.
        wait = self.wait if threading.get_ident() == self.thread else wait_in_thread
        wait(self.job(job), timeout)

    def do_shutdown(
        self, mode: yt.ShutdownMode, engine: str = "main", timeout: float = LONG
    ) -> None:
        self.engines[engine].shutdown(mode, timeout)

    def do_expect(
        self, job: str, state: str, error: dict[str, str] | None, outcome: str | None = None
    ) -> None:
        looked_at = self.job(job)
        assert looked_at.state == state
        self.check_error(looked_at.exception() if looked_at.done() else None, error)
        if outcome is not None:
            assert type(looked_at.result()) is OUTCOMES[outcome]

    def do_files(self, names: list[str]) -> None:
        assert sorted(path.name for path in self.out.iterdir()) == names

    def do_raise(self) -> None:
        self.raised += 1
        raise Raised


def run(scenario: dict[str, Any], out: Path, monkeypatch: pytest.MonkeyPatch, wait: Wait) -> None:
    reported: list[Any] = []
    runner = Runner(out, wait)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "unraisablehook", lambda args: reported.append(args.exc_value))
        runner.run(scenario)
    assert [type(error) for error in reported] == [Raised] * runner.raised


@pytest.mark.parametrize("wait", [wait_in_thread, wait_in_loop])
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_ends_as_the_table_says(
    name: str, wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(SCENARIOS[name], tmp_path, monkeypatch, wait)


def wrong(scenario: str, step: int, **changes: Any) -> Any:
    changed = copy.deepcopy(SCENARIOS[scenario])
    changed["steps"][step] |= changes
    return pytest.param(changed, id=f"{scenario}-{step}-{next(iter(changes))}")


@pytest.mark.parametrize(
    "scenario",
    [
        wrong("missing_file", 3, state="succeeded"),
        wrong("missing_file", 3, error={"kind": "io"}),
        wrong("missing_file", 2, error={"kind": "timeout"}),
        wrong("invalid_spec", 1, error={"kind": "invalid_spec", "field": "parts[0].end"}),
        wrong("invalid_spec", 2, names=["invalid.mp4"]),
        wrong("cancel_queued", 7, effect=True),
        wrong(
            "wait_in_callback",
            3,
            on_done=[
                {"do": "submit", "job": "next", "spec": "quick"},
                {"do": "cancel", "job": "busy", "effect": False},
            ],
        ),
        wrong("callback_raises", 3, outcome="render"),
    ],
)
def test_a_wrong_table_is_found(
    scenario: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception, yt.YtclipperError)):
        run(scenario, tmp_path, monkeypatch, wait_in_thread)
