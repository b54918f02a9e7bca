"""Captions over the server's detour by a file against the engine's own: same cues, same picture."""

from __future__ import annotations

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from framing import pictures

import ytclipper_rs as yt
from conftest import Media
from ytclipper_rs import compat
from ytclipper_rs.compat._ass import read_subtitles
from ytclipper_rs.compat._cues import group

TEXTS = ["so", "it", "goes.", "Mr.", "J.", "“really?”", "what\tnow", "a\u0007b", " ", "你", "wow!"]
TEXTS += ["好\u3002", "STRASSE", "straße", "{\\fs90}", "a\\Nb", "e.g.", "fin…"]


def spoken(seed: int) -> list[yt.Word]:
    chance, at, words = random.Random(seed), 0.1, []
    while at < 3.7:
        at = round(at + chance.choice((0, 0.05, 0.1, 0.5, 0.9)), 3)
        length = chance.choice((0.0, 0.05, 0.2, 0.4))
        words.append(yt.Word(chance.choice(TEXTS), at, round(at + length, 3)))
        at += length * chance.choice((0.5, 1.0))
    return words


def plain(words: list[yt.Word]) -> list[dict[str, Any]]:
    return [{"word": word.word, "start": word.start, "end": word.end} for word in words]


@pytest.mark.parametrize("seed", range(6))
def test_words_are_grouped_as_the_core_does(
    media: Media, tmp_path: Path, engine: yt.Engine, seed: int
) -> None:
    # The core clamps words to the clip and ends each where the next begins; so does this.
    words = [word for word in spoken(seed) if word.end < 3.9]
    for index in range(1, len(words)):
        words[index - 1] = yt.Word(
            words[index - 1].word,
            words[index - 1].start,
            min(words[index - 1].end, words[index].start),
        )
    style = yt.CaptionStyle(words_per_caption=1 + seed % 4, letter_case="upper")
    project = engine.process(
        media.video,
        yt.ProcessOptions(
            clips=[yt.ClipRequest(0, 4, text="x", words=words)],
            caption_style=style,
            output_dir=tmp_path,
            encode=yt.EncodeSpec("ultrafast"),
        ),
    ).result(60)
    told = json.loads(project.clips[0].path.with_suffix(".captions.json").read_text())
    own = group(words, style)
    assert own
    assert [cue.text for cue in own] == [cue["text"] for cue in told]
    for name in ("start", "end"):
        times = [cue[name] for cue in told]
        assert [getattr(cue, name) for cue in own] == pytest.approx(times, abs=0.002)


def test_a_file_in_between_changes_no_pixel_that_matters(
    media: Media, tmp_path: Path, engine: yt.Engine
) -> None:
    words = [yt.Word("Look {\\b1}", 0.2, 1.0), yt.Word("here\\N!", 1.0, 1.8), yt.Word("你好", 2, 3)]
    style = yt.CaptionStyle(font_size=90, vertical_position=40, primary_color="#FFE000")
    engine.burn_captions(media.video, words, tmp_path / "direct.mp4", style=style).result(60)
    config = {"font_size": 90, "vertical_position": 40, "primary_color": "#FFE000"}
    captions = compat.CaptionGenerator(config)

    async def main() -> Any:
        ass = await captions.create_ass_subtitles(plain(words), tmp_path / "a.ass", 0, 320, 240)
        assert isinstance(ass, str)
        return await captions.burn_captions(media.video, ass, tmp_path / "file.mp4")

    assert asyncio.run(main())["success"]
    pairs = zip(
        pictures.grey(media.video, 320, 240),
        pictures.grey(tmp_path / "direct.mp4", 320, 240),
        pictures.grey(tmp_path / "file.mp4", 320, 240),
        strict=True,
    )
    drawn, apart = [], []
    for source, direct, by_file in pairs:
        drawn.append(np.abs(source.astype(int) - direct).max())
        apart.append(np.abs(direct.astype(int) - by_file).mean())
    assert max(drawn) > 60, "captions are seen"
    assert max(apart) < 0.2


def test_a_file_that_was_edited_is_drawn_as_it_is(tmp_path: Path) -> None:
    captions = compat.CaptionGenerator({})
    file = tmp_path / "a.ass"
    captions.create_ass_subtitles_sync([{"word": "one", "start": 0, "end": 1}], file)
    file.write_text(file.read_text().replace("}ONE", "}Two, {\\i1}three{\\i0}\\N{four"))
    words, style = read_subtitles(str(file), yt.CaptionStyle())
    assert words == [yt.Word("Two, three {four", 0.0, 1.0)]
    assert (style.words_per_caption, style.letter_case) == (1, "as_is")
    assert (style.font_size, style.vertical_position) == (48.0, 80.0)


def test_a_file_of_another_program_is_read(tmp_path: Path) -> None:
    other = tmp_path / "other.ass"
    other.write_text(
        "[Script Info]\nPlayResX: 640\nPlayResY: 360\n[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Outline, Alignment, MarginV\n"
        "Style: Top,DejaVu Serif,24,&H0000FFFF,0,1,8,24\n[Events]\n"
        "Format: Start, End, Style, Text\n"
        "Dialogue: 0:00:01.00,0:00:02.50,Top,{\\fad(200,200)}Hello, you\n"
    )
    words, style = read_subtitles(str(other), yt.CaptionStyle())
    assert words == [yt.Word("Hello, you", 1.0, 2.5)]
    assert (style.font_family, style.font_size, style.bold) == ("DejaVu Serif", 72.0, False)
    assert (style.primary_color, style.vertical_position) == ("#FFFF00FF", 10.0)
    srt = tmp_path / "other.srt"
    srt.write_text("1\n00:00:01,000 --> 00:01:02,500\n<i>Hello</i>\nyou\n\n2\n")
    assert read_subtitles(str(srt), yt.CaptionStyle())[0] == [yt.Word("Hello you", 1.0, 62.5)]
    vtt = tmp_path / "other.vtt"
    vtt.write_text("WEBVTT\n\n00:01.000 --> 00:02.000 align:start\nHello\n")
    assert read_subtitles(str(vtt), yt.CaptionStyle())[0] == [yt.Word("Hello", 1.0, 2.0)]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"no subtitles at all"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, media: Media, content: bytes) -> None:
    file = tmp_path / "a.ass"
    file.write_bytes(content)
    result = compat.CaptionGenerator({}).burn_captions_sync(media.video, file)
    assert set(result) == {"success", "error"}
    assert str(file) in result["error"]


def test_words_move_to_the_clips_own_time(tmp_path: Path) -> None:
    words = [
        {"word": "gone", "start": 9.0, "end": 10.0},
        {"word": "half", "start": 9.8, "end": 10.4},
        {"word": "in.", "start": 10.5, "end": 11.0},
        {"word": "next", "start": 11.0, "end": 11.5},
    ]
    file = tmp_path / "a.ass"
    compat.CaptionGenerator({}).create_ass_subtitles_sync(words, file, clip_start_time=10)
    cues = [line for line in file.read_text().splitlines() if line.startswith("Dialogue")]
    assert [cue.rpartition("}")[2] for cue in cues] == ["HALF IN.", "NEXT"]
    assert "0:00:00.00,0:00:01.00" in cues[0]
