"""`SectionAnalyzer` against the core's own analysis, over a table and many generated transcripts.

The core reads speech; it is given a transcript by way of its cache beside a video."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import ytclipper_rs as yt
from compat.conftest import SPEECH_MODEL
from conftest import Media, ffmpeg
from ytclipper_rs import compat

Segment = dict[str, Any]
Ask = Callable[[list[Segment], yt.Selection], tuple[yt.ClipCandidate, ...]]


@pytest.fixture
def core(media: Media, tmp_path: Path, engine: yt.Engine) -> Ask:
    """The clips that the core chooses from a transcript."""
    video = tmp_path / "tone.mp4"
    ffmpeg("-i", str(media.video), "-c", "copy", str(video))
    engine.transcribe(video, model=SPEECH_MODEL, language="en").result(60)
    cache = tmp_path / "tone_transcript.json"
    stored = json.loads(cache.read_text())

    def clips(segments: list[Segment], selection: yt.Selection) -> tuple[yt.ClipCandidate, ...]:
        known = [{**segment, "id": number} for number, segment in enumerate(segments)]
        stored.update(segments=known, duration=1e6)
        cache.write_text(json.dumps(stored))
        job = engine.analyze(video, model=SPEECH_MODEL, language="en", selection=selection)
        found = job.result(20)
        assert found.transcript.cached
        return found.clips

    return clips


def segment(start: float, end: float, text: str) -> Segment:
    words = text.split()
    step = (end - start) / max(len(words), 1)
    timed = [
        {"word": word, "start": start + at * step, "end": start + (at + 1) * step}
        for at, word in enumerate(words)
    ]
    return {"id": 0, "start": start, "end": end, "text": text, "words": timed}


TEXTS = [
    ("plain words here", 10, 0),
    ("that is amazing", 10, 10),
    ("amazing incredible insane epic wow", 10, 30),
    ("tell me why", 10, 5),
    ("is it?", 10, 10),
    ("why? how? what?", 10, 20),
    ("it is really important", 10, 6),
    ("never always really exactly truly must", 10, 15),
    ("go! go! go!", 10, 10),
    ("NASA and esa", 10, 10),
    ("what\u2019s mind-blowing, “Amazing,” 'secret' so_so really- 你好\uff01 \uff1f", 10, 59),
    ("straße ÉLAN ΣΑΣ ǅ ① x2", 10, 10),
    ("amazing", 4.9, 5),
    ("amazing", 5.0, 10),
    ("amazing wow", 120.0, 20),
    ("amazing wow epic", 120.1, 9),
    ("word " * 10, 10, 0),
    ("word " * 11, 10, 5),
    ("word " * 49, 10, 5),
    ("word " * 50, 10, 0),
    ("ABCdefghij", 10, 0),
    ("ABCDefghij", 10, 10),
]
ALL = "AMAZING INCREDIBLE INSANE WHY HOW WHAT WHEN REALLY NEVER ALWAYS EXACTLY TRULY !!! ???"
TEXTS.append((ALL, 10, 90))


@pytest.mark.parametrize(("text", "seconds", "expected"), TEXTS)
def test_a_segment_scores_as_in_the_table(text: str, seconds: float, expected: float) -> None:
    given = segment(10.0, 10.0 + seconds, text)
    analyzer = compat.SectionAnalyzer()
    assert analyzer.score_segment_sync(given) == pytest.approx(expected)
    assert asyncio.run(analyzer.score_segment(given)) == pytest.approx(expected)


def core_score(core: Ask, given: Segment) -> float:
    """The core's score of one segment. A fallback shows it scaled to 19 %, after 10 points for
    speech without a pause, and 3 each for beginning and ending with a sentence."""
    (clip,) = core([given], yt.Selection(min_clip_duration=0.5, max_clip_duration=3600.0))
    if not clip.fallback:
        return clip.score
    ends = given["text"].rstrip("\"') ]”\u2019»」』").endswith(tuple(".!?…。\uff01\uff1f؟।"))
    return clip.score / 0.19 - 10 - 3 - (3 if ends else 0)


def test_the_core_scores_the_table_alike(core: Ask) -> None:
    for text, seconds, _ in TEXTS:
        given = segment(10.0, 10.0 + seconds, text)
        own = compat.SectionAnalyzer().score_segment_sync(given)
        assert core_score(core, given) == pytest.approx(own, abs=1e-6), text


def transcript(chance: random.Random) -> list[Segment]:
    """Segments with pauses and overlaps, some of no length, some very long."""
    texts = ["plain words", "amazing and incredible", "amazing incredible insane", "WHY? really!"]
    at, made = chance.uniform(0, 5), []
    for _ in range(chance.randrange(60)):
        start = round(max(at + chance.uniform(-0.3, 2.0), 0.0), 2)
        longest = 150.0 if chance.randrange(20) == 0 else 12.0
        at = round(start + chance.uniform(0.05, longest), 2)
        made.append(segment(start, at, chance.choice(texts)))
    return made


def test_the_core_chooses_the_same_clips(core: Ask) -> None:
    found = 0
    for seed in range(60):
        chance = random.Random(seed)
        segments, count = transcript(chance), chance.randrange(1, 8)
        low = round(chance.uniform(0.5, 30), 2)
        high = low + round(chance.uniform(0, 40), 2)
        expected = core(segments, yt.Selection(count, low, high, padding=0.0, fallback=False))
        clips = compat.SectionAnalyzer(low, high).find_interesting_clips_sync(segments, count)
        assert isinstance(clips, list)
        for name in ("start", "end", "score"):
            chosen = [getattr(clip, name) for clip in expected]
            assert [clip[name] for clip in clips] == pytest.approx(chosen), f"seed {seed}"
        assert [(clip["clip_number"], clip["text"]) for clip in clips] == [
            (clip.clip_number, clip.text) for clip in expected
        ]
        assert [[w["word"] for w in c["words"]] for c in clips] == [
            [w.word for w in c.words] for c in expected
        ]
        found += len(clips)
    assert found > 60, "the generator reaches picks"


def test_choosing_and_adjusting_gives_the_cores_padded_clips(core: Ask) -> None:
    good, long = "amazing and incredible", "amazing incredible insane"
    segments = [segment(0.2, 20, good), segment(30, 42, long), segment(60, 150, good)]
    expected = core(segments, yt.Selection(fallback=False))
    analyzer = compat.SectionAnalyzer()

    async def main() -> list[Any]:
        clips = await analyzer.find_interesting_clips(segments)
        assert isinstance(clips, list)
        return [await analyzer.adjust_clip_timing(clip) for clip in clips]

    adjusted = asyncio.run(main())
    assert [(c["start"], c["end"]) for c in adjusted] == [(c.start, c.end) for c in expected]
    assert [(c["start"], c["end"]) for c in adjusted] == [(0, 20.5), (29.5, 42.5), (59.5, 119.5)]


def test_below_twenty_nothing_is_offered() -> None:
    plain = [segment(at * 10, at * 10 + 9, "plain words.") for at in range(10)]
    assert asyncio.run(compat.SectionAnalyzer().find_interesting_clips(plain)) == []
