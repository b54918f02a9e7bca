"""The ways to make the same clip, each as the commands that it takes."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Commands = list[list[str]]

OUTPUT = "out.mp4"
WATERMARK = "@ytclipper"
WIDTH, HEIGHT = 1080, 1920

# The middle 9:16 of a 1920×1080 picture, on even pixels: what the engine cuts out, too.
CROP = f"crop=608:1080:656:0,scale={WIDTH}:{HEIGHT}:flags=bicubic,setsar=1"
X264 = "-c:v libx264 -preset medium -crf 23 -pix_fmt yuv420p -profile:v high".split()
AAC = "-c:a aac -b:a 160k".split()
TAIL = "-movflags +faststart -f mp4".split()
# The engine's workers run at this priority; so does ffmpeg here.
FFMPEG = ["nice", "-n", "10", "ffmpeg", "-nostdin", "-v", "error", "-y"]

ASS_HEAD = f"""[Script Info]
ScriptType: v4.00+
PlayResX: {WIDTH}
PlayResY: {HEIGHT}
ScaledBorderAndShadow: yes
WrapStyle: 2

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, \
Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Caption,DejaVu Sans,48,&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,\
1,0,0,0,100,100,0,0,1,3,2,5,0,0,0,1
Style: Mark,DejaVu Sans,32,&H4DFFFFFF,&H4DFFFFFF,&H80000000,&H80000000,\
0,0,0,0,100,100,0,0,1,0,2,9,100,100,100,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True)
class Span:
    """A part of a source, in seconds."""

    source: Path
    start: float
    seconds: float

    @property
    def end(self) -> float:
        return round(self.start + self.seconds, 6)

    def input(self) -> list[str]:
        """The span as ffmpeg's input, exact to the frame."""
        return ["-ss", f"{self.start}", "-t", f"{self.seconds}", "-i", str(self.source)]


def words_of(truth: Path, span: Span) -> list[dict[str, Any]]:
    """The words of the span in source time, each sentence's spread evenly over its speech."""
    words = []
    for sentence in json.loads(truth.read_text())["sentences"]:
        texts = sentence["text"].split()
        step = (sentence["offset"] - sentence["onset"]) / len(texts)
        for index, text in enumerate(texts):
            start = sentence["onset"] + index * step
            if span.start <= start and start + step <= span.end:
                end = round(start + step, 3)
                words.append({"word": text, "start": round(start, 3), "end": end})
    return words


def ours(
    folder: Path,
    span: Span,
    words: list[dict[str, Any]],
    mark: str,
    preset: str | None,
    crf: int | None,
    layout: dict[str, Any] | None = None,
) -> Commands:
    """One render of one plan, with a fixed crop in the middle unless the layout says otherwise."""
    folder.mkdir(exist_ok=True)
    plan: dict[str, Any] = {
        "source": str(span.source),
        "output": str(folder / OUTPUT),
        "overwrite": True,
        "parts": [{"start": span.start, "end": span.end}],
        "layout": {"mode": "vertical", **(layout or {"track": "off"})},
        "audio": {"bit_rate": 160_000},
    }
    if words:
        plan["captions"] = {"words": words}
    if mark:
        plan["watermark"] = {"type": "text", "text": mark}
    if preset is not None:
        plan["encode"] = {"preset": preset, "crf": crf}
    path = folder / "plan.json"
    path.write_text(json.dumps(plan))
    return [[str(Path(sys.executable).with_name("ytclipper")), "render", "--json", str(path)]]


def fused(folder: Path, span: Span, words: list[dict[str, Any]], mark: str) -> Commands:
    """One ffmpeg command: cut, crop, scale, all text."""
    folder.mkdir(exist_ok=True)
    text = _ass(folder / "text.ass", span, words, mark)
    out = str(folder / OUTPUT)
    return [[*FFMPEG, *span.input(), "-vf", CROP + text, *X264, *AAC, *TAIL, out]]


def chain(folder: Path, span: Span, words: list[dict[str, Any]], mark: str) -> Commands:
    """Four ffmpeg commands, each with a whole video between them: cut, crop and scale, watermark,
    captions."""
    folder.mkdir(exist_ok=True)
    text = _ass(folder / "text.ass", span, words, "").lstrip(",") or "null"
    drawn = (
        f"drawtext=font=DejaVu Sans:text={mark}:fontsize=32:fontcolor=white@0.7"
        ":shadowcolor=black@0.5:shadowx=2:shadowy=2:x=w-tw-100:y=100"
        if mark
        else "null"
    )
    cut, reel, marked, out = (str(folder / n) for n in ("1.mp4", "2.mp4", "3.mp4", OUTPUT))
    copy = ["-c:a", "copy"]
    return [
        [*FFMPEG, *span.input(), *X264, *AAC, *TAIL, cut],
        [*FFMPEG, "-i", cut, "-vf", CROP, *X264, *copy, *TAIL, reel],
        [*FFMPEG, "-i", reel, "-vf", drawn, *X264, *copy, *TAIL, marked],
        [*FFMPEG, "-i", marked, "-vf", text, *X264, *copy, *TAIL, out],
    ]


def ideal(output: Path, span: Span) -> Commands:
    """The span cropped and scaled once, without loss."""
    lossless = "-an -c:v libx264 -preset ultrafast -qp 0 -pix_fmt yuv420p".split()
    exact = CROP.replace("bicubic", "bicubic+accurate_rnd+full_chroma_int")
    return [[*FFMPEG, *span.input(), "-vf", exact, *lossless, str(output)]]


def _ass(path: Path, span: Span, words: list[dict[str, Any]], mark: str) -> str:
    """Writes captions of two words and the watermark; the filter that draws them."""
    if not words and not mark:
        return ""
    events = []
    for pair in (words[i : i + 2] for i in range(0, len(words), 2)):
        text = " ".join(word["word"] for word in pair).upper()
        start, end = (_clock(t - span.start) for t in (pair[0]["start"], pair[-1]["end"]))
        place = rf"{{\pos({WIDTH // 2},{HEIGHT * 80 // 100})}}"
        events.append(f"Dialogue: 0,{start},{end},Caption,,0,0,0,,{place}{text}")
    if mark:
        events.append(f"Dialogue: 1,{_clock(0)},{_clock(span.seconds)},Mark,,0,0,0,,{mark}")
    path.write_text(ASS_HEAD + "\n".join(events) + "\n")
    return f",ass={path}"


def _clock(seconds: float) -> str:
    """`H:MM:SS.cc`, as ASS has it."""
    hundredths = round(seconds * 100)
    whole, rest = divmod(hundredths, 100)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}.{rest:02}"
