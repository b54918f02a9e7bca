"""A transcript as a text file."""

from __future__ import annotations

import json
from collections.abc import Callable

from .._codec import encode
from ..outcome import Transcript, Word


def transcript(spoken: Transcript, format: str) -> str:
    """The transcript as `txt`, `srt`, `vtt`, `json` or `words` (a word a line: start, end, word and
    probability, between tabs)."""
    return FORMATS[format](spoken)


def _plain(spoken: Transcript) -> str:
    return "".join(f"{segment.text.strip()}\n" for segment in spoken.segments)


def _srt(spoken: Transcript) -> str:
    cues = (
        f"{number}\n{_time(s.start, ',')} --> {_time(s.end, ',')}\n{s.text.strip()}\n"
        for number, s in enumerate(spoken.segments, start=1)
    )
    return "\n".join(cues)


def _vtt(spoken: Transcript) -> str:
    cues = (
        f"{_time(s.start, '.')} --> {_time(s.end, '.')}\n{_vtt_text(s.text.strip())}\n"
        for s in spoken.segments
    )
    return "\n".join(["WEBVTT\n", *cues])


def _vtt_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _json(spoken: Transcript) -> str:
    return json.dumps(encode(spoken), indent=2, ensure_ascii=False) + "\n"


def _words(spoken: Transcript) -> str:
    def line(word: Word) -> str:
        probability = "" if word.probability is None else f"{word.probability:.3f}"
        return f"{word.start:.3f}\t{word.end:.3f}\t{word.word}\t{probability}\n"

    return "".join(map(line, spoken.words()))


FORMATS: dict[str, Callable[[Transcript], str]] = {
    "txt": _plain,
    "srt": _srt,
    "vtt": _vtt,
    "json": _json,
    "words": _words,
}


def _time(seconds: float, point: str) -> str:
    milliseconds = max(0, round(seconds * 1000))
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{point}{rest:03}"
