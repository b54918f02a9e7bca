"""Layouts that contradict themselves are refused, each at its field, before anything is done."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

import ytclipper_rs as yt

INSERT = yt.Insert("chart.png")


def plan(layout: yt.Layout) -> yt.JobSpec:
    return yt.RenderPlan("none.mp4", "out.mp4", layout=layout)


def options(format: yt.OutputFormat, **layout: Any) -> yt.JobSpec:
    return yt.ProcessOptions(format=format, layout=yt.Layout(**layout)).spec("none.mp4")


def checked(spec: yt.JobSpec) -> Any:
    """The request as the core takes it."""
    return yt.spec_from_json(yt.spec_to_json(spec))


def briefly(value: Any) -> str:
    """A layout by what it is told beyond the defaults."""
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return str(value)
    fields = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    default = type(value)()
    told = {name: item for name, item in fields.items() if item != getattr(default, name)}
    return "-".join(f"{name}={briefly(item)}" for name, item in told.items())


def fault(spec: yt.JobSpec) -> yt.InvalidSpec:
    with pytest.raises(yt.InvalidSpec) as caught:
        checked(spec)
    return caught.value


@pytest.mark.parametrize(
    ("layout", "field"),
    [
        # An original picture has no cut-out to follow anybody.
        (yt.Layout(track="speaker"), "track"),
        (yt.Layout(framing="a.framing.json"), "framing"),
        (yt.Layout(debug_overlay=True), "debug_overlay"),
        # A framing says where and whom itself.
        (yt.Layout("vertical", framing="a.framing.json", x=0.5), "x"),
        (yt.Layout("vertical", framing="a.framing.json", y=0.5), "y"),
        (yt.Layout("vertical", framing="a.framing.json", fit="cover"), "fit"),
        (yt.Layout("vertical", framing="a.framing.json", fit="contain"), "fit"),
        (yt.Layout("vertical", framing="a.framing.json", track="speaker"), "track"),
        (yt.Layout("vertical", framing="a.framing.json", track="off"), "track"),
        (yt.Layout("stacked", framing="a.framing.json", track="off"), "track"),
        # One half has room for one person.
        (yt.Layout("stacked", speakers="two"), "speakers"),
        (yt.Layout("stacked", speakers="one"), "speakers"),
        # Bars leave nothing to cut out.
        (yt.Layout("vertical", fit="contain", track="speaker"), "fit"),
        (yt.Layout("stacked", fit="contain"), "fit"),
        (yt.Layout("vertical", insert=INSERT), "insert"),
        (yt.Layout("original", insert=INSERT), "insert"),
        # Numbers.
        (yt.Layout("vertical", x=1.01), "x"),
        (yt.Layout("vertical", y=-0.01), "y"),
        (yt.Layout("vertical", faces=yt.FaceFilter(rate=31)), "faces.rate"),
        (yt.Layout("vertical", faces=yt.FaceFilter(min_height=0)), "faces.min_height"),
        (yt.Layout("vertical", faces=yt.FaceFilter(min_aspect=2)), "faces.max_aspect"),
        (yt.Layout("vertical", camera=yt.CameraSpec(safe_area=0.1)), "camera.safe_area"),
        (yt.Layout("vertical", camera=yt.CameraSpec(min_shot=0)), "camera.min_shot"),
        (yt.Layout("vertical", framing=""), "framing"),
        (yt.Layout("stacked", insert=yt.Insert("")), "insert.path"),
    ],
    ids=briefly,
)
def test_a_layout_that_cannot_be_is_refused_at_its_field(layout: yt.Layout, field: str) -> None:
    assert fault(plan(layout)).field == f"layout.{field}"


@pytest.mark.parametrize(
    "layout",
    [
        yt.Layout("vertical", 0.3, 0.4, track="speaker", no_face="centre"),
        yt.Layout("vertical", fit="contain", track="off", debug_overlay=True),
        yt.Layout("vertical", framing="a.framing.json", speakers="two", debug_overlay=True),
        yt.Layout("stacked", x=0.2, insert=INSERT),
        yt.Layout("stacked", framing="a.framing.json", insert=INSERT),
        yt.Layout(fit="contain", track="off"),
    ],
    ids=briefly,
)
def test_a_layout_that_can_be_is_taken(layout: yt.Layout) -> None:
    assert checked(plan(layout)).layout == layout


@pytest.mark.parametrize(
    ("format", "mode"),
    [
        ("original", "original"),
        ("vertical_9x16", "vertical"),
        ("reels", "vertical"),
        ("stacked_photo", "stacked"),
        ("stacked_video", "stacked"),
    ],
)
def test_the_mode_of_a_projects_layout_is_that_of_its_format(
    format: yt.OutputFormat, mode: yt.LayoutMode
) -> None:
    checked(options(format, x=0.4))
    checked(options(format, mode=mode, x=0.4))
    checked(options(format, track="off"))
    for other in ("vertical", "stacked"):
        if other != mode:
            error = fault(options(format, mode=other))
            assert error.field == "layout.mode"
            assert f"must be `{mode}` for the format" in str(error)


def test_the_rules_of_the_formats_mode_hold_for_a_projects_layout() -> None:
    checked(options("stacked_photo", insert=INSERT))
    assert fault(options("vertical_9x16", insert=INSERT)).field == "layout.insert"
    assert fault(options("stacked_photo", speakers="one")).field == "layout.speakers"
    assert fault(options("original", track="speaker")).field == "layout.track"


def test_a_framing_belongs_to_one_clip_not_to_a_project() -> None:
    for given in ({}, {"mode": "vertical"}):
        error = fault(options("vertical_9x16", framing="a.framing.json", **given))
        assert error.field == "layout.framing"
