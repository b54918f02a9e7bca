"""Stacked pictures: an insert in one half, the speaker in the other, read by their pixels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from framing import pictures
from PIL import Image

import ytclipper_rs as yt
from conftest import Media, ffmpeg

QUICK = yt.EncodeSpec(preset="ultrafast", crf=16)
RED, GREEN, BLUE, BLACK = (220, 20, 20), (20, 200, 20), (20, 20, 220), (0, 0, 0)
Colour = tuple[int, int, int]


@pytest.fixture(scope="module")
def grey_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3 s of plain grey at 30 a second, without sound."""
    path = tmp_path_factory.mktemp("stacked") / "grey.mp4"
    picture = "color=c=0x808080:size=640x360:rate=30:duration=3"
    ffmpeg("-f", "lavfi", "-i", picture, "-pix_fmt", "yuv420p", str(path))
    return path


def stacked(
    engine: yt.Engine, source: Path, output: Path, insert: Path | None, **settings: Any
) -> yt.RenderReport:
    """The source below or above an insert, its own cut-out fixed."""
    layout = yt.Layout("stacked", track="off", insert=yt.Insert(insert, **settings))
    made = engine.reframe(source, output, layout=layout, encode=QUICK).result(60)
    assert (made.width, made.height) == (1080, 1920)
    return made


def at(video: Path, frame: int) -> Any:
    """A picture of a clip, at a quarter of its size."""
    return next(iter(pictures.colour(video, 270, 480, [frame])))


def assert_colour(picture: Any, x: float, y: float, expected: Colour) -> None:
    """A spot of the picture, in fractions of its size, has about this colour."""
    row, column = int(y * picture.shape[0]), int(x * picture.shape[1])
    spot = picture[row - 2 : row + 3, column - 2 : column + 3].reshape(-1, 3).mean(axis=0)
    assert np.abs(spot - expected).max() < 40, f"{spot} at {x}, {y}, not {expected}"


GREY = (128, 128, 128)


def test_a_photo_of_odd_size_is_fitted_between_bars(
    engine: yt.Engine, grey_clip: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "odd.png"
    Image.new("RGB", (333, 777), RED).save(photo)
    stacked(engine, grey_clip, tmp_path / "out.mp4", photo)
    picture = at(tmp_path / "out.mp4", 45)
    # 333 x 777 in 1080 x 960 is 411 wide: from 0.31 to 0.69 of the width.
    for x, colour in ((0.1, BLACK), (0.28, BLACK), (0.34, RED), (0.66, RED), (0.72, BLACK)):
        assert_colour(picture, x, 0.25, colour)
    assert_colour(picture, 0.5, 0.02, RED)
    assert_colour(picture, 0.5, 0.48, RED)
    assert_colour(picture, 0.5, 0.52, GREY)
    assert_colour(picture, 0.1, 0.75, GREY)


def test_the_insert_may_stand_below(engine: yt.Engine, grey_clip: Path, tmp_path: Path) -> None:
    photo = tmp_path / "wide.png"
    Image.new("RGB", (901, 301), BLUE).save(photo)
    stacked(engine, grey_clip, tmp_path / "out.mp4", photo, position="below")
    picture = at(tmp_path / "out.mp4", 45)
    # 901 x 301 in 1080 x 960 is 361 high: from 0.656 to 0.844 of the height.
    for y, colour in ((0.25, GREY), (0.48, GREY), (0.6, BLACK), (0.75, BLUE), (0.9, BLACK)):
        assert_colour(picture, 0.5, y, colour)


def test_alpha_stands_upon_black(engine: yt.Engine, grey_clip: Path, tmp_path: Path) -> None:
    photo = tmp_path / "alpha.png"
    image = Image.new("RGBA", (1080, 960), (*GREEN, 255))
    image.paste((*RED, 0), (0, 0, 540, 960))
    image.paste((*GREEN, 128), (540, 0, 810, 960))
    image.save(photo)
    stacked(engine, grey_clip, tmp_path / "out.mp4", photo)
    picture = at(tmp_path / "out.mp4", 0)
    assert_colour(picture, 0.25, 0.25, BLACK)
    assert_colour(picture, 0.62, 0.25, (10, 100, 10))
    assert_colour(picture, 0.9, 0.25, GREEN)


def test_a_photo_taken_upright_is_shown_upright(
    engine: yt.Engine, grey_clip: Path, tmp_path: Path
) -> None:
    photo = tmp_path / "phone.jpg"
    image = Image.new("RGB", (400, 200), RED)
    image.paste(GREEN, (200, 0, 400, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned clockwise by a quarter for viewing: the left side becomes the top
    image.save(photo, quality=95, exif=exif)
    stacked(engine, grey_clip, tmp_path / "out.mp4", photo)
    picture = at(tmp_path / "out.mp4", 10)
    # 200 x 400 in 1080 x 960 is 480 wide: from 0.28 to 0.72 of the width.
    assert_colour(picture, 0.5, 0.12, RED)
    assert_colour(picture, 0.5, 0.38, GREEN)
    assert_colour(picture, 0.2, 0.25, BLACK)
    assert_colour(picture, 0.8, 0.25, BLACK)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1 s: half a second red, half a second blue, with a loud tone; 25 a second, odd width."""
    path = tmp_path_factory.mktemp("insert") / "short.mkv"
    parts = [f"color=c={c}:size=451x300:rate=25:duration=0.5" for c in ("0xDC1414", "0x1414DC")]
    inputs = [word for part in parts for word in ("-f", "lavfi", "-i", part)]
    sound = ("-f", "lavfi", "-i", "sine=frequency=440:duration=1")
    graph = "[0][1]concat=n=2,format=yuv444p"
    ffmpeg(*inputs, *sound, "-filter_complex", graph, "-shortest", str(path))
    return path


@pytest.mark.parametrize(
    ("end", "expected"),
    [("loop", [RED, BLUE, RED, BLUE, RED, BLUE]), ("hold", [RED, BLUE, BLUE, BLUE, BLUE, BLUE])],
)
def test_a_short_video_is_looped_or_held_without_its_sound(
    engine: yt.Engine,
    grey_clip: Path,
    short: Path,
    tmp_path: Path,
    end: str,
    expected: list[Colour],
) -> None:
    made = stacked(engine, grey_clip, tmp_path / "out.mp4", short, end=end)
    assert not made.has_audio
    assert made.frames == 90
    middles = [7, 22, 37, 52, 67, 82]
    shown = pictures.colour(tmp_path / "out.mp4", 270, 480, middles)
    for picture, colour in zip(shown, expected, strict=True):
        assert_colour(picture, 0.5, 0.25, colour)
        assert_colour(picture, 0.5, 0.75, GREY)


def test_a_long_video_ends_with_the_clip(
    engine: yt.Engine, grey_clip: Path, media: Media, tmp_path: Path
) -> None:
    made = stacked(engine, grey_clip, tmp_path / "out.mp4", media.long)
    assert (made.frames, made.has_audio) == (90, False)


def test_without_an_insert_a_dark_placeholder_stands_there(
    engine: yt.Engine, grey_clip: Path, tmp_path: Path
) -> None:
    stacked(engine, grey_clip, tmp_path / "out.mp4", None)
    picture = at(tmp_path / "out.mp4", 45)
    assert picture[:235].max() < 80
    assert_colour(picture, 0.5, 0.75, GREY)


def test_the_clip_keeps_its_own_sound(engine: yt.Engine, media: Media, tmp_path: Path) -> None:
    assert stacked(engine, media.video, tmp_path / "out.mp4", None).has_audio


@pytest.mark.parametrize("name", ["none.png", "text.mp4"])
def test_an_insert_that_is_none_is_told(
    engine: yt.Engine, grey_clip: Path, media: Media, tmp_path: Path, name: str
) -> None:
    layout = yt.Layout("stacked", track="off", insert=yt.Insert(media.text.with_name(name)))
    job = engine.reframe(grey_clip, tmp_path / "out.mp4", layout=layout)
    error = job.exception(30)
    assert isinstance(error, (yt.NotFound, yt.UnsupportedMedia, yt.CorruptMedia))
    assert name in str(error)
    assert list(tmp_path.iterdir()) == []


def test_the_speaker_is_tracked_in_the_other_half(engine: yt.Engine, tmp_path: Path) -> None:
    from framing import metrics, sidecar, truth

    known, clip = truth.load("walk"), tmp_path / "walk.mp4"
    engine.reframe(known.video, clip, layout="stacked", encode=QUICK).result(60)
    chosen = sidecar.load(clip, aspect=9 / 8)
    assert metrics.central(known, chosen).percent >= 99
    assert metrics.whole(known, chosen).percent >= 99.5
