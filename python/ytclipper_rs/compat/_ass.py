"""ASS subtitles: written as the engine draws captions, and read back as words and a style.

What is read is text, times and the look of a style. The engine draws text as text: override codes
of other programs (`{\\fad(...)}`) are left out, and none of them reaches the renderer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..exceptions import UnsupportedMedia
from ..outcome import Word
from ..spec import CaptionStyle
from ._cues import Cue

_REFERENCE_SIDE = 1080
_SIDE_MARGIN = 0.05
_LARGEST = 16 << 20
# The word joiner keeps a backslash from being read together with the letter after it.
_JOINER = "\u2060"

_STYLE_FORMAT = (
    "Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold,"
    " Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow,"
    " Alignment, MarginL, MarginR, MarginV, Encoding"
)
_EVENT_FORMAT = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
_OVERRIDE = re.compile(r"(?<!\\)\{[^}]*\}")
_POSITION = re.compile(r"\\pos\(\s*[-\d.]+\s*,\s*([-\d.]+)\s*\)")
_CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+)[.,](\d+)")
_ARROW = re.compile(rf"{_CLOCK.pattern}\s*-->\s*{_CLOCK.pattern}")


def ass_document(cues: Iterable[Cue], style: CaptionStyle, width: int, height: int) -> str:
    """The cues as an ASS document for a picture of this size."""
    x, y = width / 2, _centre(style, width, height)
    lines = [
        f"Dialogue: 1,{_time(start)},{_time(end)},Caption,,0,0,0,,"
        f"{{\\pos({x:.1f},{y:.1f})}}{_escaped(cue.text)}"
        for cue in cues
        if (end := round(cue.end * 100)) > (start := round(max(cue.start, 0.0) * 100))
    ]
    head = [
        "[Script Info]",
        "ScriptType: v4.00+",
        f"PlayResX: {width}",
        f"PlayResY: {height}",
        "WrapStyle: 0",
        "ScaledBorderAndShadow: yes",
        "",
        "[V4+ Styles]",
        f"Format: {_STYLE_FORMAT}",
        _style_line(style, width, height),
        "",
        "[Events]",
        f"Format: {_EVENT_FORMAT}",
    ]
    return "\n".join([*head, *lines, ""])


def _scale(width: int, height: int) -> float:
    return min(width, height) / _REFERENCE_SIDE


def _style_line(style: CaptionStyle, width: int, height: int) -> str:
    scale, side = _scale(width, height), round(width * _SIDE_MARGIN)
    colour = _ass_colour(style.primary_color)
    return (
        f"Style: Caption,{style.font_family},{style.font_size * scale:.2f},{colour},{colour},"
        f"{_ass_colour(style.outline_color)},{_ass_colour(style.shadow_color)},"
        f"{-1 if style.bold else 0},0,0,0,100,100,0,0,1,{style.outline_width * scale:.2f},"
        f"{style.shadow_offset * scale:.2f},5,{side},{side},0,-1"
    )


def _centre(style: CaptionStyle, width: int, height: int) -> float:
    """Centre of the captions from the top, but a line never leaves the picture."""
    half = style.font_size / 2 + style.outline_width + style.shadow_offset
    edge = min(half * _scale(width, height), height / 2)
    return min(max(height * style.vertical_position / 100, edge), height - edge)


def _time(centiseconds: int) -> str:
    seconds, rest = divmod(centiseconds, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{rest:02}"


def _escaped(text: str) -> str:
    plain = text.replace("\\", f"\\{_JOINER}")
    return plain.replace("{", "\\{").replace("}", "\\}")


def _ass_colour(colour: str) -> str:
    """`#RRGGBB[AA]` as `&HAABBGGRR`, where alpha counts from opaque."""
    digits = colour.removeprefix("#")
    red, green, blue, cover = digits[0:2], digits[2:4], digits[4:6], digits[6:8] or "FF"
    return f"&H{255 - int(cover, 16):02X}{blue}{green}{red}".upper()


# Reading -----------------------------------------------------------------------------------------


def read_subtitles(path: str, style: CaptionStyle) -> tuple[list[Word], CaptionStyle]:
    """The cues of an ASS, SRT or WebVTT file, each as one word, and how they look: by an ASS file's
    own style where it has one, by `style` otherwise. Cues keep their letters and times.

    Raises:
        UnsupportedMedia: It is no such file.
        OSError: It cannot be read.
    """
    file = Path(path)
    if file.stat().st_size > _LARGEST:
        raise UnsupportedMedia(f"{path} is too large for subtitles", context={"path": path})
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UnsupportedMedia(f"{path} is not UTF-8 text", context={"path": path}) from error
    if any(line.strip() == "[Events]" for line in lines):
        return _Script(lines).read(style)
    found = _arrows(lines)
    if not found:
        raise UnsupportedMedia(f"{path} holds no subtitles", context={"path": path})
    return found, _as_written(style)


def _as_written(style: CaptionStyle, **known: object) -> CaptionStyle:
    values = {name: getattr(style, name) for name in style.__dataclass_fields__}
    fixed = {"words_per_caption": 1, "letter_case": "as_is", "hold_gap": 0.0}
    return CaptionStyle(**{**values, **known, **fixed})


def _seconds(clock: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = (part or "0" for part in clock)
    return int(hours) * 3600 + int(minutes) * 60 + float(f"{seconds}.{fraction}")


def _word(text: str, start: float, end: float) -> Word:
    return Word(text, start, max(start, end))


def _arrows(lines: list[str]) -> list[Word]:
    """Cues of SRT and WebVTT: a line of times, then text until an empty line."""
    found, at = [], 0
    while at < len(lines):
        times = _ARROW.search(lines[at])
        at += 1
        if times:
            first = at
            while at < len(lines) and lines[at].strip():
                at += 1
            text = re.sub(r"<[^>]*>", "", " ".join(lines[first:at]))
            clock = times.groups()
            found.append(_word(text, _seconds(clock[:4]), _seconds(clock[4:])))
    return found


class _Script:
    """An ASS file's lines, by section."""

    def __init__(self, lines: list[str]) -> None:
        self._info: dict[str, str] = {}
        self._rows: dict[str, list[dict[str, str]]] = {"Style": [], "Dialogue": []}
        form: list[str] = []
        for line in lines:
            name, _, value = line.partition(":")
            if name == "Format":
                form = [field.strip() for field in value.split(",")]
            elif name in self._rows and form:
                cells = value.strip().split(",", len(form) - 1)
                self._rows[name].append(dict(zip(form, cells, strict=False)))
            else:
                self._info[name.strip()] = value.strip()

    def read(self, style: CaptionStyle) -> tuple[list[Word], CaptionStyle]:
        found = []
        for row in self._rows["Dialogue"]:
            start, end = _CLOCK.match(row.get("Start", "")), _CLOCK.match(row.get("End", ""))
            if start and end:
                text = _plain(row.get("Text", ""))
                found.append(_word(text, _seconds(start.groups()), _seconds(end.groups())))
        return found, _as_written(style, **self._look())

    def _look(self) -> dict[str, object]:
        """What the style of the first cue says, in the units of `CaptionStyle`."""
        first = next(iter(self._rows["Dialogue"]), {})
        named = [row for row in self._rows["Style"] if row.get("Name") == first.get("Style")]
        row = next(iter(named or self._rows["Style"]), None)
        if row is None:
            return {}
        width, height = self._size("PlayResX", 384), self._size("PlayResY", 288)
        scale = _scale(width, height)
        look: dict[str, object] = {"bold": row.get("Bold", "0").strip() not in ("", "0")}
        if font := row.get("Fontname", "").strip():
            look["font_family"] = font
        for name, column, low, high in (
            ("font_size", "Fontsize", 8.0, 400.0),
            ("outline_width", "Outline", 0.0, 40.0),
            ("shadow_offset", "Shadow", 0.0, 40.0),
        ):
            if (value := _float(row.get(column))) is not None:
                look[name] = min(max(round(value / scale, 1), low), high)
        for name, column in (
            ("primary_color", "PrimaryColour"),
            ("outline_color", "OutlineColour"),
            ("shadow_color", "BackColour"),
        ):
            if (colour := _colour(row.get(column, ""))) is not None:
                look[name] = colour
        look["vertical_position"] = _vertical(first, row, height)
        return look

    def _size(self, name: str, default: int) -> int:
        value = _float(self._info.get(name))
        return int(value) if value is not None and value >= 1 else default


def _vertical(cue: dict[str, str], row: dict[str, str], height: int) -> float:
    """Where the centre of the text is, in percent from the top."""
    placed = _POSITION.search(cue.get("Text", ""))
    y = _float(placed.group(1)) if placed else None
    if y is None:
        alignment = int(_float(row.get("Alignment")) or 2)
        margin = (_float(row.get("MarginV")) or 0.0) + (_float(row.get("Fontsize")) or 0.0) / 2
        y = margin if alignment >= 7 else height / 2 if alignment >= 4 else height - margin
    return min(max(round(100 * y / height, 3), 0.0), 100.0)


def _plain(text: str) -> str:
    """The text of a cue without override codes and escapes."""
    shown = _OVERRIDE.sub("", text)
    for code in ("\\N", "\\n", "\\h"):
        shown = shown.replace(code, " ")
    return shown.replace("\\{", "{").replace("\\}", "}").replace(f"\\{_JOINER}", "\\")


def _float(value: str | None) -> float | None:
    try:
        return float(value) if value is not None else None
    except ValueError:
        return None


def _colour(value: str) -> str | None:
    """`&H[AA]BBGGRR` as `#RRGGBBAA`."""
    digits = value.strip().removeprefix("&H").rstrip("&").rjust(8, "0").upper()
    if not re.fullmatch(r"[0-9A-F]{8}", digits):
        return None
    cover = 255 - int(digits[0:2], 16)
    return f"#{digits[6:8]}{digits[4:6]}{digits[2:4]}{cover:02X}"
