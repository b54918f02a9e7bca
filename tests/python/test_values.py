"""Requests and results as values: they can be pickled, copied and looked at."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

import ytclipper_rs as yt
from values import dataclasses_of_the_package, example

CLASSES = dataclasses_of_the_package()


def test_all_of_them_were_found() -> None:
    assert {yt.RenderPlan, yt.Project, yt.Stats, yt.Progress} <= set(CLASSES)
    assert len(CLASSES) > 40


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_value_survives_pickling_and_copying(cls: type[Any]) -> None:
    value = example(cls)
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(value, protocol)) == value
    assert copy.deepcopy(value) == value
    assert dataclasses.replace(value) == value
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(value, dataclasses.fields(cls)[0].name, None)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_a_value_is_shown_in_a_line(cls: type[Any]) -> None:
    shown = repr(example(cls))
    assert shown.startswith(f"{cls.__name__}(")
    assert "\n" not in shown
    assert len(shown) < 3000


def test_what_is_as_by_default_is_not_shown() -> None:
    plan = yt.RenderPlan("a.mp4", "b.mp4", encode=yt.EncodeSpec(crf=20))
    assert repr(plan) == "RenderPlan(source='a.mp4', output='b.mp4', encode=EncodeSpec(crf=20))"


def test_long_content_is_shown_by_its_length() -> None:
    words = (yt.Word("a", 0, 1),) * 400
    assert repr(yt.CaptionSpec(words)) == "CaptionSpec(words=<400 × Word>)"
    assert repr(yt.CaptionSpec(words[:1])).startswith("CaptionSpec(words=(Word(word='a',")
    assert len(repr(yt.ProbeSpec("x" * 1000))) < 100
