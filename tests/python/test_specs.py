"""Requests: the core takes every one as it is, with the same defaults on both sides."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import re
from pathlib import Path
from typing import Any, get_args

import pytest

import ytclipper_rs as yt
from ytclipper_rs import _native

WORDS = (yt.Word("Hello,", 0.2, 0.6, 0.9), yt.Word("world.", 0.7, 1.1))
MINIMAL: list[yt.JobSpec] = [
    yt.ProbeSpec("none.mp4"),
    yt.DownloadSpec("none.mp4"),
    yt.TranscribeSpec("none.mp4"),
    yt.AnalyzeSpec(yt.TranscribeSpec("none.mp4")),
    yt.RenderPlan("none.mp4", "out.mp4"),
    yt.ThumbnailSpec("none.mp4", "out.jpg"),
    yt.ProcessSpec("none.mp4"),
    yt.InstallModelSpec("tiny.en", from_="none"),
]
FULL: list[yt.JobSpec] = [
    yt.RenderPlan(
        Path("none.mp4"),
        "out.mkv",
        overwrite=True,
        parts=[yt.TimeRange(1, 2), yt.TimeRange(4.5, 6)],
        transition=yt.Transition(0),
        layout=yt.Layout("vertical", 0.25, 0.75, "contain"),
        captions=yt.CaptionSpec(WORDS, yt.CaptionStyle(letter_case="as_is")),
        watermark=yt.Watermark.image("logo.png", width=0.2),
        audio=yt.AudioSpec(loudness=yt.Loudness()),
        encode=yt.EncodeSpec("medium", 23, 25, yt.Size(640, 360)),
    ),
    yt.RenderPlan(
        "none.mp4",
        "out.mp4",
        layout=yt.Layout(
            "vertical",
            0.3,
            0.4,
            "cover",
            track="speaker",
            speakers="two",
            no_face="centre",
            faces=yt.FaceFilter(10, 0.5, 0.1, 0.02, 0.5, 1.5, 0.4),
            camera=yt.CameraSpec(0.1, 0.5, 0.8, 1.5, 2),
            debug_overlay=True,
        ),
    ),
    yt.RenderPlan(
        "none.mp4",
        "out.mp4",
        layout=yt.Layout("stacked", insert=yt.Insert(Path("chart.png"), "below", "hold")),
    ),
    yt.RenderPlan(
        "none.mp4", "out.mp4", layout=yt.Layout("vertical", framing=Path("a.framing.json"))
    ),
    yt.ProcessOptions(
        format="vertical_9x16",
        num_clips=3,
        output_dir=Path("made"),
        clips=[
            yt.ClipRequest(1, 2, keywords=["a"], words=WORDS, parts=[yt.TimeRange(1, 2), (4, 5)]),
            yt.ClipRequest(parts=[yt.ClipPart(1, 2, "b", "t", "r", ["k"], list(WORDS))]),
        ],
        selected_clips=[1],
        full_transcript_words=WORDS,
        language="en",
        watermark=yt.Watermark(text='it\'s {100%} \\ : "quoted" \N{GRINNING FACE}'),
    ).spec("none.mp4"),
]
KEYS = {
    yt.ProbeSpec: {"source"},
    yt.DownloadSpec: {"url"},
    yt.TranscribeSpec: {"source"},
    yt.AnalyzeSpec: {"transcribe"},
    yt.RenderPlan: {"source", "output"},
    yt.ThumbnailSpec: {"source", "output"},
    yt.ProcessSpec: {"source"},
    yt.InstallModelSpec: {"name", "from"},
}


def known(value: Any) -> Any:
    """Without absent values, which the core may leave out or write as null."""
    if isinstance(value, dict):
        return {key: known(item) for key, item in value.items() if item is not None}
    return [known(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("spec", MINIMAL, ids=lambda spec: spec.kind)
def test_defaults_are_the_cores(spec: yt.JobSpec) -> None:
    ours = json.loads(yt.spec_to_json(spec))
    bare = {"kind": spec.kind} | {key: ours[key] for key in KEYS[type(spec)]}
    if isinstance(spec, yt.AnalyzeSpec):
        bare["transcribe"] = {"source": "none.mp4"}
    assert known(json.loads(_native.check_spec(json.dumps(bare)))) == known(ours)


@pytest.mark.parametrize("spec", MINIMAL + FULL, ids=lambda spec: spec.kind)
def test_a_request_comes_back_from_its_json_and_its_pickle(spec: yt.JobSpec) -> None:
    assert yt.spec_from_json(yt.spec_to_json(spec)) == spec
    assert pickle.loads(pickle.dumps(spec)) == spec
    assert hash(spec) == hash(pickle.loads(pickle.dumps(spec)))


@pytest.mark.parametrize("spec", MINIMAL + FULL, ids=lambda spec: spec.kind)
def test_the_engine_takes_it_and_misses_only_the_file(engine: yt.Engine, spec: yt.JobSpec) -> None:
    assert type(engine.submit(spec).exception(30)) is yt.NotFound


@pytest.mark.parametrize(
    ("literal", "path"),
    [
        (yt.LayoutMode, "layout.mode"),
        (yt.Fit, "layout.fit"),
        (yt.Track, "layout.track"),
        (yt.Speakers, "layout.speakers"),
        (yt.NoFace, "layout.no_face"),
        (yt.InsertPosition, "layout.insert.position"),
        (yt.InsertEnd, "layout.insert.end"),
        (yt.WatermarkType, "watermark.type"),
        (yt.Corner, "watermark.position"),
        (yt.Preset, "encode.preset"),
        (yt.LetterCase, "captions.style.letter_case"),
    ],
)
def test_a_literal_has_the_names_of_the_core(literal: Any, path: str) -> None:
    assert names_at(json.loads(yt.spec_to_json(FULL[0])), path) == list(get_args(literal))


def test_the_other_literals_have_the_names_of_the_core() -> None:
    process = json.loads(yt.spec_to_json(MINIMAL[6]))
    assert set(names_at(process, "format")) | {"reels"} == set(get_args(yt.OutputFormat))
    model = json.loads(yt.spec_to_json(MINIMAL[7]))
    assert names_at(model, "quantization") == list(get_args(yt.Quantization))
    for name in get_args(yt.OutputFormat):
        yt.spec_from_json(yt.spec_to_json(yt.ProcessSpec("a.mp4", format=name)))


def names_at(request: dict[str, Any], path: str) -> list[str]:
    """The names that the core knows, as its own error lists them."""
    *parents, last = path.split(".")
    place = request
    for parent in parents:
        place = place[parent]
    place[last] = "?"
    with pytest.raises(yt.InvalidSpec) as caught:
        _native.check_spec(json.dumps(request))
    assert caught.value.field == path
    return re.findall(r"`(\w+)`", caught.value.message.split("expected")[1])


def test_a_request_is_settled_when_it_is_made() -> None:
    parts = [yt.TimeRange(0, 1)]
    plan = yt.RenderPlan(Path("a.mp4"), "b.mp4", parts=parts)
    parts.append(yt.TimeRange(2, 3))
    assert plan.parts == (yt.TimeRange(0, 1),)
    assert plan.source == "a.mp4"
    with pytest.raises(dataclasses.FrozenInstanceError):
        plan.source = "c.mp4"  # type: ignore[misc]


def test_parts_of_a_clip_may_be_given_in_three_ways() -> None:
    clip = yt.ClipRequest(parts=[yt.ClipPart(1, 2), yt.TimeRange(1, 2), (1, 2)])
    assert clip.parts == (yt.ClipPart(1, 2),) * 3
    broken = yt.ProcessSpec("a.mp4", clips=[yt.ClipRequest(parts=[(1, 2), (2, 2)])])
    with pytest.raises(yt.InvalidSpec) as caught:
        yt.spec_from_json(yt.spec_to_json(broken))
    assert caught.value.field == "clips[0].parts[1].end"


def test_what_json_cannot_carry_is_refused_at_its_field(engine: yt.Engine) -> None:
    with pytest.raises(yt.InvalidSpec) as caught:
        engine.probe(os.fsdecode(b"\xff.mp4"))
    assert caught.value.field == "source"
    plan = yt.RenderPlan("a.mp4", "b.mp4", parts=[yt.TimeRange(b"1", 2)])  # type: ignore[arg-type]
    with pytest.raises(yt.InvalidSpec) as caught:
        engine.render(plan)
    assert caught.value.field == "parts[0].start"
    with pytest.raises(yt.InvalidSpec):
        engine.clip("a.mp4", 0, float("nan"), "b.mp4")


def test_a_typing_mistake_in_json_is_told() -> None:
    with pytest.raises(yt.InvalidSpec, match="sourse"):
        yt.spec_from_json('{"kind": "probe", "source": "a", "sourse": "b"}')
    with pytest.raises(yt.InvalidSpec) as caught:
        yt.spec_from_json("[")
    assert caught.value.field == "$"
