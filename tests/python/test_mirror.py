"""The dataclasses mirror the core: its own source says which fields and names there are."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any, get_args

import pytest

import ytclipper_rs as yt

SRC = Path(__file__).parents[2] / "src"
STRUCT = re.compile(r"^pub struct (\w+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"((?:^    #\[.*\]\n)*)^    pub (\w+):", re.MULTILINE)
RENAMED = re.compile(r'rename = "(\w+)"')
ENUM_NAMES = re.compile(r'Self::\w+ => "(\w+)"')
NOT_MIRRORED = {"Faults"}


def structs(folder: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in sorted((SRC / folder).glob("*.rs")):
        for name, body in STRUCT.findall(file.read_text()):
            found[name] = [
                renamed[1] if (renamed := RENAMED.search(attributes)) else field
                for attributes, field in FIELD.findall(body)
            ]
    return {name: fields for name, fields in found.items() if name not in NOT_MIRRORED}


REQUESTS, RESULTS = structs("spec"), structs("outcome")


def fields_of(cls: Any) -> list[str]:
    return [field.name.rstrip("_") for field in dataclasses.fields(cls)]


def test_the_source_was_read() -> None:
    assert "RenderPlan" in REQUESTS
    assert REQUESTS["Watermark"][0] == "type"
    assert RESULTS["TimeRange"] == ["start", "end"]


@pytest.mark.parametrize("name", sorted(REQUESTS | RESULTS))
def test_a_dataclass_has_the_fields_of_the_core_in_their_order(name: str) -> None:
    assert fields_of(getattr(yt, name)) == (REQUESTS | RESULTS)[name]


@pytest.mark.parametrize("name", ["Stats", "KindStats", "Quantiles"])
def test_the_numbers_of_an_engine_are_all_there(name: str) -> None:
    assert fields_of(getattr(yt, name)) == structs("engine")[name]


def test_the_settings_of_an_engine_can_all_be_given() -> None:
    given = inspect.signature(yt.Engine.__init__).parameters
    names = {name.removesuffix("_s") for name in structs("engine")["EngineConfig"]}
    assert {*given} - {"self", "cancel_on_await_cancel"} == names


def test_a_submission_takes_every_option() -> None:
    given = inspect.signature(yt.Engine.submit).parameters
    names = [name.removesuffix("_s") for name in fields_of(yt.SubmitOptions)]
    assert [*given] == ["self", "spec", *names]


@pytest.mark.parametrize(
    ("file", "literal"),
    [
        ("outcome/progress.rs", yt.Stage),
        ("store/job.rs", yt.JobState),
        ("outcome/framing.rs", yt.ShotMode),
    ],
)
def test_names_that_the_core_reports_are_all_known(file: str, literal: Any) -> None:
    names = ENUM_NAMES.findall((SRC / file).read_text())
    assert list(get_args(literal)) == names


def test_options_are_the_request_without_its_source() -> None:
    request = {*fields_of(yt.ProcessSpec)} - {"source", "selection"}
    assert {*fields_of(yt.ProcessOptions)} == request | {*fields_of(yt.Selection)}
