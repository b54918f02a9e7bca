"""The main job with real speech: `make test` has made the sample and installed the model."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

import ytclipper_rs as yt
from conftest import ffmpeg

SAMPLE = Path(__file__).parents[2] / "media" / "sample.mp4"
MODEL = "tiny.en"
SECONDS = 24


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The beginning of the sample."""
    assert SAMPLE.exists(), "make sample makes it"
    assert yt.model_path(MODEL).exists(), "make models installs it"
    file = tmp_path_factory.mktemp("talk") / "talk.mp4"
    ffmpeg("-i", str(SAMPLE), "-t", str(SECONDS), "-c", "copy", str(file))
    return file


def test_speech_becomes_words_in_order_of_time(engine: yt.Engine, talk: Path) -> None:
    spoken = engine.transcribe(talk, model=MODEL, language="en").result(100)
    words = list(spoken.words())
    assert "dashwood" in spoken.full_text.lower()
    assert [word.start for word in words] == sorted(word.start for word in words)
    assert all(0 <= word.start <= word.end <= SECONDS + 1 for word in words)
    again = engine.transcribe(talk, model=MODEL, language="en").result(10)
    assert (spoken.cached, again.cached, again.segments) == (False, True, spoken.segments)


def test_a_video_becomes_captioned_clips(talk: Path, tmp_path: Path) -> None:
    options = yt.ProcessOptions(
        format="vertical_9x16",
        num_clips=1,
        min_clip_duration=3,
        max_clip_duration=6,
        output_dir=tmp_path,
        model=MODEL,
        encode=yt.EncodeSpec("ultrafast", size=yt.Size(180, 320)),
    )

    async def main() -> tuple[list[str], yt.Project]:
        async with yt.Engine() as engine:
            job = engine.process(talk, options)
            return [event.stage async for event in job.events()], await job

    stages, project = asyncio.run(main())
    assert list(dict.fromkeys(stages))[-4:] == ["analyzing", "clipping", "organizing", "complete"]
    (clip,) = project.clips
    assert (clip.report.width, clip.report.height, clip.report.encodes) == (180, 320, 1)
    assert clip.path.is_relative_to(tmp_path)
    assert 3 <= clip.report.duration <= 7
    assert clip.words
    assert all(0 <= word.start <= word.end <= clip.report.duration + 0.1 for word in clip.words)
    assert json.loads(clip.info_path.read_text())["clip"]["format"]


def test_the_command_line_writes_subtitles(talk: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "ytclipper_rs.cli", "transcribe", str(talk), "--model", MODEL]
    subprocess.run([*command, "--format", "srt", "-o", "a.srt"], cwd=tmp_path, check=True)
    assert (tmp_path / "a.srt").read_text().startswith("1\n00:00:0")
    analysis = subprocess.run(
        [sys.executable, "-m", "ytclipper_rs.cli", "analyze", str(talk), "--model", MODEL],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert "words" in analysis.stdout
