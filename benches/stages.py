"""Jobs that are long at one stage each, for whoever wants to stop them there."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import ytclipper_rs as yt

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "media/sample.mp4"
MODEL = ROOT / "models/ct2-base"
AnyJob = yt.Job[Any]
QUEUED = "queued"
"""The sign of a job that waits for a worker."""


@dataclass(frozen=True)
class Sources:
    """What the jobs read."""

    talk: Path
    """Two minutes of speech at 1080p, alone in its folder, so that transcripts may stand beside."""
    one_key: Path
    """A minute of 1080p with one keyframe: a cut at its end decodes all of it first."""
    long_sound: Path
    """An hour of sound beside a still picture."""
    url: str
    """A video that comes slowly."""


@dataclass(frozen=True)
class Stage:
    """Jobs that are at one stage for long, and when they are there."""

    name: str
    times: int
    """How many jobs are cancelled there."""
    start: Callable[[yt.Engine, Path], AnyJob]
    """Submits a job with this output, a path without an ending."""
    sign: str
    """Part of the message by which a job tells that it is there; empty: as soon as it runs."""
    longest_s: float
    """The cancel comes so many seconds after the sign at most."""
    bar_ms: float = 250.0
    fresh: bool = False
    """Whether each job needs an engine of its own, because the stage is gone through once."""
    own_models: bool = False
    """Whether the engine's folder of models is its own, and empty."""

    def engine(self, folder: Path) -> yt.Engine:
        """An engine with one worker that works within the folder."""
        models = folder / "models" if self.own_models else None
        return yt.Engine(1, folder, models, allow_hosts=["127.0.0.1"])

    def undo(self, output: Path) -> None:
        """Takes away what a job left that was over too early."""
        for path in output.parent.glob(f"{output.name}*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def all_of(given: Sources) -> list[Stage]:
    """Every stage that takes longer than a few milliseconds."""
    return [*picture_stages(given), *speech_stages(given), *whole_stages(given)]


def picture_stages(given: Sources) -> list[Stage]:
    """Decoding, encoding, looking for faces."""

    def decode(engine: yt.Engine, output: Path) -> AnyJob:
        return engine.clip(given.one_key, 58, 60, output.with_suffix(".mp4"))

    def encode(engine: yt.Engine, output: Path) -> AnyJob:
        layout = yt.Layout(mode="vertical", track="off")
        encoding = yt.EncodeSpec(preset="medium", crf=23)
        path = output.with_suffix(".mp4")
        mark = yt.Watermark(text="@channel")
        return engine.render(
            yt.RenderPlan(given.talk, path, layout=layout, watermark=mark, encode=encoding)
        )

    def measure(engine: yt.Engine, output: Path) -> AnyJob:
        audio = yt.AudioSpec(loudness=yt.Loudness(-16.0))
        return engine.render(
            yt.RenderPlan(given.long_sound, output.with_suffix(".mp4"), audio=audio)
        )

    def follow(engine: yt.Engine, output: Path) -> AnyJob:
        return engine.reframe(given.talk, output.with_suffix(".mp4"))

    return [
        Stage("encode", 80, encode, "frame ", 1.5),
        Stage("decode", 70, decode, "", 1.0),
        Stage("loudness", 50, measure, "measuring loudness", 1.0),
        Stage("faces", 70, follow, "Following faces", 1.5),
    ]


def speech_stages(given: Sources) -> list[Stage]:
    """Loading a model, listening, installing a model."""

    def listen(engine: yt.Engine, output: Path) -> AnyJob:
        return engine.transcribe(given.talk, cache=False)

    def install(engine: yt.Engine, output: Path) -> AnyJob:
        return engine.install_model("base", MODEL)

    return [
        Stage("transcription", 80, listen, "", 3.0),
        Stage("model loading", 30, listen, "Loading the model", 0.1, fresh=True),
        Stage("model conversion", 20, install, "", 0.5, own_models=True),
    ]


def whole_stages(given: Sources) -> list[Stage]:
    """Waiting, downloading, and the main job from end to end."""

    def wait(engine: yt.Engine, output: Path) -> AnyJob:
        engine.pause()
        return engine.probe(given.talk)

    def download(engine: yt.Engine, output: Path) -> AnyJob:
        return engine.download(given.url, output.parent)

    def process(engine: yt.Engine, output: Path) -> AnyJob:
        options = yt.ProcessOptions(format="vertical_9x16", num_clips=2, output_dir=output)
        return engine.process(given.talk, options)

    return [
        Stage("queue", 20, wait, QUEUED, 0.05),
        Stage("download", 50, download, "Looking at", 2.5, bar_ms=1000.0),
        Stage("main job", 30, process, "", 10.0),
    ]


def ffmpeg(arguments: str, output: Path) -> Path:
    """Makes a file."""
    command = f"ffmpeg -nostdin -v error {arguments} {output}".split()
    subprocess.run(command, check=True)
    return output


class Slow(BaseHTTPRequestHandler):
    """Sends the sample, a little at a time."""

    def do_HEAD(self) -> None:
        """What there is."""
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Content-Length", str(SAMPLE.stat().st_size))
        self.end_headers()

    def do_GET(self) -> None:
        """Sends until the one who asked goes."""
        self.do_HEAD()
        with SAMPLE.open("rb") as file, suppress(ConnectionError):
            while part := file.read(1 << 15):
                self.wfile.write(part)
                time.sleep(0.02)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def slow_server() -> Iterator[str]:
    """The URL of a video that comes slowly, on this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/talk.mp4"
        finally:
            server.shutdown()
            serving.join()


@contextmanager
def sources() -> Iterator[Sources]:
    """Makes what the jobs read; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as name, slow_server() as url:
        folder = Path(name)
        talk = folder / "talk/talk.mp4"
        talk.parent.mkdir()
        shutil.copyfile(SAMPLE, talk)
        one_key = ffmpeg(
            "-stream_loop -1 -i " + str(SAMPLE) + " -t 60 -c:v libx264 -preset ultrafast "
            "-g 100000 -sc_threshold 0 -c:a copy",
            folder / "one_key.mp4",
        )
        long_sound = ffmpeg(
            "-f lavfi -i color=s=320x180:r=5:d=3600 -f lavfi -i sine=d=3600 -c:v libx264 "
            "-preset ultrafast -pix_fmt yuv420p -c:a aac",
            folder / "long_sound.mp4",
        )
        yield Sources(talk, one_key, long_sound, url)
