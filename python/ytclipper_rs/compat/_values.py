"""The dictionaries of the existing server as the engine's requests."""

from __future__ import annotations

import dataclasses
import math
import os
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from .._codec import StrPath
from ..exceptions import InvalidSpec
from ..outcome import TimeRange, Word
from ..spec import CaptionStyle, Insert, Layout, Track, Watermark

Item = Mapping[str, Any]
"""A word, a segment, a clip or a part, as the server's dictionaries have it."""

FORMATS = ("original", "vertical_9x16", "reels", "stacked_photo", "stacked_video")
_STEM = 60


def fault(field: str, message: str) -> InvalidSpec:
    """The error for an argument that cannot be used."""
    return InvalidSpec(f"{field}: {message}", context={"field": field})


def number(value: object, field: str) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise fault(field, f"must be a number, got {value!r}")
    return float(value)


def path(value: object, field: str = "video_path") -> str:
    """A path as text."""
    if not isinstance(value, (str, os.PathLike)) or not os.fspath(value):
        raise fault(field, f"must be a path, got {value!r}")
    return os.fsdecode(cast("StrPath", value))


def items(value: object, field: str) -> list[Item]:
    """A list of dictionaries; nothing is an empty one."""
    if value is None:
        return []
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise fault(field, f"must be a list, got {type(value).__name__}")
    found = list(value)
    for index, item in enumerate(found):
        if not isinstance(item, Mapping):
            raise fault(f"{field}[{index}]", f"must be a dict, got {type(item).__name__}")
    return found


def span(value: object, field: str) -> TimeRange:
    """The `start` and `end` of a part or a clip; a pair or a `TimeRange` will do."""
    if isinstance(value, TimeRange):
        return value
    if isinstance(value, Mapping):
        for key in ("start", "end"):
            if key not in value:
                raise fault(f"{field}.{key}", "is missing")
        return _range(value["start"], value["end"], field)
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)) and len(value) == 2:
        return _range(value[0], value[1], field)
    raise fault(field, f"must have start and end, got {value!r}")


def spans(value: object, field: str = "parts") -> list[TimeRange]:
    """The parts of a clip, at least one."""
    if isinstance(value, (str, bytes, Mapping)) or not isinstance(value, Iterable):
        raise fault(field, f"must be a list, got {type(value).__name__}")
    found = [span(part, f"{field}[{index}]") for index, part in enumerate(value)]
    if not found:
        raise fault(field, "must have at least one part")
    return found


def _range(start: object, end: object, field: str) -> TimeRange:
    return TimeRange(number(start, f"{field}.start"), number(end, f"{field}.end"))


def words(value: object, field: str = "words") -> list[Word]:
    """The words of a transcript. One that ends before it begins is put right."""
    found = []
    for index, item in enumerate(items(value, field)):
        at = span(item, f"{field}[{index}]")
        text = item.get("word", item.get("text"))
        if not isinstance(text, str):
            raise fault(f"{field}[{index}].word", f"must be text, got {text!r}")
        found.append(Word(text, at.start, max(at.start, at.end)))
    return found


def section(config: object, name: str) -> Item:
    """Settings: the section itself, or the whole settings file that has it."""
    if config is None:
        return {}
    if not isinstance(config, Mapping):
        raise fault(name, f"must be a dict, got {type(config).__name__}")
    inner = config.get(name)
    return inner if isinstance(inner, Mapping) else config


def caption_style(config: object) -> CaptionStyle:
    """`caption_settings` as a style; other names of `CaptionStyle` count, too."""
    return CaptionStyle(**_known(section(config, "caption_settings"), CaptionStyle))


def watermark(config: object) -> Watermark | None:
    """`watermark_settings` as a watermark; None where it is not enabled."""
    given = section(config, "watermark_settings")
    if not given.get("enabled", False):
        return None
    known = _known(given, Watermark)
    if known.get("type") == "image":
        known.pop("text", None)
        return Watermark(**{"opacity": 1.0, **known})
    known.pop("image_path", None)
    return Watermark(**known)


def _known(given: Item, cls: type[Any]) -> dict[str, Any]:
    names = {field.name for field in dataclasses.fields(cls)}
    return {key: value for key, value in given.items() if key in names and value is not None}


def layout(
    format: object,
    *,
    auto_detect: bool = True,
    dynamic_mode: bool = True,
    insert: StrPath | None = None,
    field: str = "output_format",
) -> Layout:
    """The layout of an output format."""
    if format not in FORMATS:
        raise fault(field, f"must be one of {', '.join(FORMATS)}, got {format!r}")
    track: Track | None = None if auto_detect else "off"
    if format == "original":
        return Layout()
    if format in ("vertical_9x16", "reels"):
        return Layout("vertical", track=track, speakers="auto" if dynamic_mode else "one")
    return Layout("stacked", track=track, insert=Insert(insert or None))


def beside(video: str, suffix: str) -> str:
    """`<stem>_<suffix>.mp4` in the video's folder."""
    given = Path(video)
    return str(given.with_name(f"{given.stem}_{suffix}.mp4"))


def temporary(folder: StrPath, video: str, what: str) -> str:
    """A new name for a clip of a video: two requests for the same clip do not meet."""
    made = Path(path(folder, "output_dir"))
    made.mkdir(parents=True, exist_ok=True)
    return str(made / f"{Path(video).stem[:_STEM]}_{what}_{secrets.token_hex(4)}.mp4")
