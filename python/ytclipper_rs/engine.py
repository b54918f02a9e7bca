"""The engine: jobs go in, handles come out."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import importlib.util
import json
import os
import sys
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Literal, TypeVar, overload

from . import _exit, _native
from ._codec import StrPath, decode
from .job import Job, _call_soon
from .outcome import (
    Analysis,
    Download,
    MediaInfo,
    Model,
    Project,
    RenderReport,
    Thumbnail,
    TimeRange,
    Transcript,
    Word,
)
from .spec import (
    AnalyzeSpec,
    AudioSpec,
    CaptionSpec,
    CaptionStyle,
    DownloadSpec,
    EncodeSpec,
    InstallModelSpec,
    JobSpec,
    Layout,
    LayoutMode,
    ProbeSpec,
    ProcessOptions,
    ProcessSpec,
    Quantization,
    RenderPlan,
    Selection,
    ThumbnailSpec,
    TranscribeSpec,
    Transition,
    Watermark,
    spec_to_json,
)

__all__ = ["Engine", "ShutdownMode", "Stats"]

E = TypeVar("E", bound="Engine")
ShutdownMode = Literal["drain", "finish_running", "now"]
"""What becomes of jobs at shutdown: all are finished; the running ones are finished and the
queued ones cancelled; all are cancelled."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What an engine is doing."""


class Engine:
    """A bounded pool of worker threads that runs media jobs.

    Every method that names a kind of job puts one into the queue and returns its
    [`Job`][ytclipper_rs.Job] at once. Nothing here holds the GIL while it works or waits.

    As a context manager, plain or `async`, the engine finishes all its jobs when the block is
    left normally (`drain`), and cancels them when an exception leaves it (`now`).

    Args:
        workers: Jobs that run at the same time.
        data_dir: Folder for intermediate files; the system's temporary folder where None.
        model_dir: Folder of the speech models; see `default_model_dir`.
        queue_capacity: Jobs that may wait, before `submit` raises `QueueFull`.
        threads: Threads for codecs, filters and models, shared by the running jobs; 0 takes all
            cores.
        nice: How far the workers stand back for the host, 0 to 19.
        allow_hosts: Hosts that downloads may reach although their address is private.
        max_download_bytes: Largest download.
        max_pixels: Largest picture that is decoded, width times height.
        yt_dlp: Command of the downloader; the installed package where None.
        cancel_on_await_cancel: Whether cancelling a task that awaits a job cancels the job too.

    Raises:
        InvalidSpec: A setting is out of range.

    Example:
        >>> import ytclipper_rs as yt
        >>> with yt.Engine(workers=2) as engine:
        ...     engine.jobs()
        []
    """

    def __init__(
        self,
        workers: int = 2,
        data_dir: StrPath | None = None,
        model_dir: StrPath | None = None,
        *,
        queue_capacity: int | None = None,
        threads: int | None = None,
        nice: int | None = None,
        allow_hosts: Sequence[str] = (),
        max_download_bytes: int | None = None,
        max_pixels: int | None = None,
        yt_dlp: Sequence[str] | None = None,
        cancel_on_await_cancel: bool = False,
    ) -> None:
        self.cancel_on_await_cancel = cancel_on_await_cancel
        settings = {
            "workers": workers,
            "data_dir": None if data_dir is None else os.fspath(data_dir),
            "model_dir": None if model_dir is None else os.fspath(model_dir),
            "queue_capacity": queue_capacity,
            "threads": threads,
            "nice": nice,
            "allow_hosts": list(allow_hosts),
            "max_download_bytes": max_download_bytes,
            "max_pixels": max_pixels,
            "yt_dlp": _yt_dlp_command() if yt_dlp is None else list(yt_dlp),
        }
        given = {name: value for name, value in settings.items() if value is not None}
        self._native = _native.Engine(json.dumps(given))
        self._jobs: weakref.WeakValueDictionary[int, Job[Any]] = weakref.WeakValueDictionary()
        _exit.close_at_exit(self)

    # Jobs about a source as it is ---------------------------------------------------------

    def probe(self, source: StrPath) -> Job[MediaInfo]:
        """Tells what is in a file.

        Job errors: `NotFound`, `IsDirectory`, `UnsupportedMedia`, `CorruptMedia`.

        Example:
            info = engine.probe("talk.mp4").result()
            print(info.duration, info.video.width, info.video.height)
        """
        return self.submit(ProbeSpec(source))

    def download(
        self, url: str, dir: StrPath = "./Downloads", *, max_height: int = 1080
    ) -> Job[Download]:
        """Fetches a video with yt-dlp, or looks at a local path.

        Args:
            url: An http(s) URL, or a path.
            dir: Folder for the file `<id>.mp4`; a file that is there is reused.
            max_height: Largest height to ask for, in pixels (144 to 4320).

        Job errors: `DownloadError`, whose `context["reason"]` tells how; `NotFound`, `NoSpace`.

        Example:
            video = await engine.download("https://example.org/watch?v=1")
            print(video.title, video.video_path)
        """
        return self.submit(DownloadSpec(os.fspath(url), dir, max_height))

    # Speech -------------------------------------------------------------------------------

    def transcribe(
        self,
        source: StrPath,
        *,
        model: str = "base",
        language: str | None = None,
        cache: bool = True,
    ) -> Job[Transcript]:
        """Turns a file's speech into words with times.

        Args:
            source: A video or sound file.
            model: Name of an installed model, or the path of a ggml file.
            language: ISO 639-1 code; detected where None.
            cache: Whether to read and write `<stem>_transcript.json` beside the file.

        Job errors: `ModelUnavailable`, `UnsupportedMedia` (no sound), `NotFound`.

        Example:
            spoken = await engine.transcribe("talk.mp4", language="en")
            for word in spoken.words():
                print(word.start, word.end, word.word)
        """
        return self.submit(TranscribeSpec(source, model, language, cache))

    def analyze(
        self,
        source: StrPath,
        *,
        model: str = "base",
        language: str | None = None,
        cache: bool = True,
        selection: Selection = Selection(),
    ) -> Job[Analysis]:
        """Transcribes a file and chooses clips.

        Example:
            found = await engine.analyze("talk.mp4", selection=yt.Selection(num_clips=3))
            for clip in found.clips:
                print(clip.start, clip.end, clip.score, clip.text)
        """
        transcribe = TranscribeSpec(source, model, language, cache)
        return self.submit(AnalyzeSpec(transcribe, selection))

    def install_model(
        self,
        name: str,
        source: StrPath | None = None,
        *,
        quantization: Quantization = "q8_0",
    ) -> Job[Model]:
        """Installs a speech model into the model folder.

        Args:
            name: Name of the model (`base`, `tiny.en`).
            source: A CTranslate2 folder or a ggml file to import; the published ggml file is
                fetched where None.
            quantization: How to store the weights.

        Job errors: `NotFound`, `CorruptMedia`, `DownloadError`, `NoSpace`.

        Example:
            model = engine.install_model("base", "faster-whisper-base").result()
            print(model.path, model.sha256)
        """
        return self.submit(InstallModelSpec(name, source, quantization))

    # Pictures -----------------------------------------------------------------------------

    def render(self, plan: RenderPlan) -> Job[RenderReport]:
        """Renders a plan in one decode and one encode.

        Job errors: `NotFound`, `UnsupportedMedia`, `CorruptMedia`, `LimitExceeded`, `NoSpace`.

        Example:
            plan = yt.RenderPlan("talk.mp4", "short.mp4", parts=[yt.TimeRange(10, 18)])
            report = await engine.render(plan)
            print(report.frames, report.realtime_factor)
        """
        return self.submit(plan)

    def clip(
        self,
        source: StrPath,
        start: float,
        end: float,
        output: StrPath,
        *,
        overwrite: bool = False,
        layout: Layout | LayoutMode = "original",
        captions: CaptionSpec | None = None,
        watermark: Watermark | str | None = None,
        audio: AudioSpec = AudioSpec(),
        encode: EncodeSpec = EncodeSpec(),
    ) -> Job[RenderReport]:
        """Cuts one span, exact to the frame.

        Args:
            source: The source file.
            start: Begin in seconds, 0 or more.
            end: End in seconds, clamped to the source's end; the report's notes say so.
            output: The finished file: .mp4, .m4v, .mov or .mkv.
            overwrite: Whether an existing file may be replaced.
            layout: What of the picture is shown.
            captions: Captions to draw, in source time.
            watermark: Watermark to draw; a string is a line of text.
            audio: What becomes of the sound.
            encode: How the result is encoded.

        Example:
            report = await engine.clip("talk.mp4", 60.0, 75.0, "clip.mp4", layout="vertical")
        """
        return self.submit(
            RenderPlan(
                source,
                output,
                overwrite=overwrite,
                parts=(TimeRange(start, end),),
                layout=_layout(layout),
                captions=captions,
                watermark=_watermark(watermark),
                audio=audio,
                encode=encode,
            )
        )

    def stitch(
        self,
        source: StrPath,
        parts: Sequence[TimeRange | tuple[float, float]],
        output: StrPath,
        transition: float = 0.1,
        *,
        overwrite: bool = False,
        layout: Layout | LayoutMode = "original",
        captions: CaptionSpec | None = None,
        watermark: Watermark | str | None = None,
        audio: AudioSpec = AudioSpec(),
        encode: EncodeSpec = EncodeSpec(),
    ) -> Job[RenderReport]:
        """Joins spans of a source with cross-fades, in the order given.

        Args:
            source: The source file.
            parts: Spans in seconds.
            output: The finished file: .mp4, .m4v, .mov or .mkv.
            transition: Length of the cross-fades in seconds (0 to 5); 0 is a hard cut.
            overwrite: Whether an existing file may be replaced.
            layout: What of the picture is shown.
            captions: Captions to draw, in source time.
            watermark: Watermark to draw; a string is a line of text.
            audio: What becomes of the sound.
            encode: How the result is encoded.

        Example:
            job = engine.stitch("talk.mp4", [(10, 18), (42.5, 50)], "best.mp4")
        """
        return self.submit(
            RenderPlan(
                source,
                output,
                overwrite=overwrite,
                parts=[part if isinstance(part, TimeRange) else TimeRange(*part) for part in parts],
                transition=Transition(transition),
                layout=_layout(layout),
                captions=captions,
                watermark=_watermark(watermark),
                audio=audio,
                encode=encode,
            )
        )

    def reframe(
        self,
        source: StrPath,
        output: StrPath,
        layout: Layout | LayoutMode = "vertical",
        *,
        overwrite: bool = False,
        audio: AudioSpec = AudioSpec(),
        encode: EncodeSpec = EncodeSpec(),
    ) -> Job[RenderReport]:
        """Brings the whole source to another shape.

        Example:
            job = engine.reframe("talk.mp4", "tall.mp4", layout=yt.Layout("vertical", x=0.3))
        """
        return self.submit(
            RenderPlan(
                source,
                output,
                overwrite=overwrite,
                layout=_layout(layout),
                audio=audio,
                encode=encode,
            )
        )

    def burn_captions(
        self,
        source: StrPath,
        words: Sequence[Word],
        output: StrPath,
        *,
        style: CaptionStyle = CaptionStyle(),
        overwrite: bool = False,
        audio: AudioSpec = AudioSpec(),
        encode: EncodeSpec = EncodeSpec(),
    ) -> Job[RenderReport]:
        """Draws words on the whole source.

        Example:
            spoken = await engine.transcribe("talk.mp4")
            await engine.burn_captions("talk.mp4", list(spoken.words()), "captioned.mp4")
        """
        return self.submit(
            RenderPlan(
                source,
                output,
                overwrite=overwrite,
                captions=CaptionSpec(tuple(words), style),
                audio=audio,
                encode=encode,
            )
        )

    def watermark(
        self,
        source: StrPath,
        output: StrPath,
        watermark: Watermark | str,
        *,
        overwrite: bool = False,
        audio: AudioSpec = AudioSpec(),
        encode: EncodeSpec = EncodeSpec(),
    ) -> Job[RenderReport]:
        """Draws a watermark on the whole source; a string is a line of text.

        Example:
            await engine.watermark("talk.mp4", "marked.mp4", yt.Watermark.image("logo.png"))
        """
        return self.submit(
            RenderPlan(
                source,
                output,
                overwrite=overwrite,
                watermark=_watermark(watermark),
                audio=audio,
                encode=encode,
            )
        )

    def thumbnail(
        self,
        source: StrPath,
        output: StrPath,
        time: float = 0.0,
        *,
        max_side: int = 1280,
        overwrite: bool = False,
    ) -> Job[Thumbnail]:
        """Takes a still picture as JPEG.

        Args:
            source: The source file.
            output: The JPEG file.
            time: When, in seconds; clamped to the source.
            max_side: Longer side in pixels (16 to 7680); never enlarged.
            overwrite: Whether an existing file may be replaced.

        Example:
            picture = engine.thumbnail("talk.mp4", "talk.jpg", time=12.0).result()
        """
        return self.submit(ThumbnailSpec(source, output, time, max_side, overwrite))

    # The main job -------------------------------------------------------------------------

    def process(self, source: StrPath, options: ProcessOptions = ProcessOptions()) -> Job[Project]:
        """Turns a video into captioned clips in a project folder.

        Args:
            source: An http(s) URL or the path of a video.
            options: Shape, number and look of the clips.

        Job errors: `DownloadError`, `NotFound`, `ModelUnavailable`, `UnsupportedMedia`,
        `CorruptMedia`, `LimitExceeded`, `NoSpace`.

        Example:
            options = yt.ProcessOptions(format="vertical_9x16", num_clips=3)
            project = await engine.process("talk.mp4", options)
            for clip in project.clips:
                print(clip.path, clip.candidate.text)
        """
        return self.submit(options.spec(source))

    # Any job ------------------------------------------------------------------------------

    @overload
    def submit(self, spec: ProbeSpec) -> Job[MediaInfo]: ...
    @overload
    def submit(self, spec: DownloadSpec) -> Job[Download]: ...
    @overload
    def submit(self, spec: TranscribeSpec) -> Job[Transcript]: ...
    @overload
    def submit(self, spec: AnalyzeSpec) -> Job[Analysis]: ...
    @overload
    def submit(self, spec: RenderPlan) -> Job[RenderReport]: ...
    @overload
    def submit(self, spec: ThumbnailSpec) -> Job[Thumbnail]: ...
    @overload
    def submit(self, spec: ProcessSpec) -> Job[Project]: ...
    @overload
    def submit(self, spec: InstallModelSpec) -> Job[Model]: ...
    def submit(self, spec: JobSpec) -> Job[Any]:
        """Puts any request into the queue and returns at once.

        Raises:
            InvalidSpec: The request is malformed; `field` names the first fault.
            QueueFull: Too many jobs wait; try again later.
            ShutDown: The engine has been closed.
            EngineForked: The engine was made before a fork; make one in the child.
        """
        return self._wrap(self._native.submit(spec_to_json(spec)))

    def job(self, id: int) -> Job[Any] | None:
        """The job of this number, or None where the engine knows none."""
        native = self._native.job(id)
        return None if native is None else self._wrap(native)

    def jobs(self) -> list[Job[Any]]:
        """The jobs that the engine knows, in order of submission."""
        return [self._wrap(native) for native in self._native.jobs()]

    def stats(self) -> Stats:
        """What the engine is doing."""
        return decode(Stats, json.loads(self._native.stats()))

    def shutdown(self, mode: ShutdownMode = "drain", timeout: float | None = None) -> None:
        """Closes the engine and waits until its jobs have ended. Harmless when repeated.

        Args:
            mode: What becomes of jobs; a later call may be harsher than an earlier one.
            timeout: Longest wait in seconds.

        Raises:
            JobTimeout: Not all jobs had ended in time.
            WouldDeadlock: The call was made inside a callback.
        """
        self._native.shutdown(mode, timeout)

    async def aclose(self, mode: ShutdownMode = "drain", timeout: float | None = None) -> None:
        """Closes the engine as `shutdown` does, without blocking the event loop. When the task is
        cancelled meanwhile, so are the jobs."""
        try:
            await _in_thread(functools.partial(self.shutdown, mode, timeout))
        except asyncio.CancelledError:
            await _in_thread(functools.partial(self.shutdown, "now"))
            raise

    def _wrap(self, native: _native.Job) -> Job[Any]:
        return self._jobs.setdefault(native.id, Job(native, self))

    def __enter__(self: E) -> E:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.shutdown("drain" if kind is None else "now")
        except KeyboardInterrupt:
            self.shutdown("now")
            raise

    async def __aenter__(self: E) -> E:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.aclose("drain" if kind is None else "now")

    def __repr__(self) -> str:
        return f"<Engine {self.stats()}>"


def _layout(layout: Layout | LayoutMode) -> Layout:
    return Layout(mode=layout) if isinstance(layout, str) else layout


def _watermark(watermark: Watermark | str | None) -> Watermark | None:
    return Watermark(text=watermark) if isinstance(watermark, str) else watermark


def _yt_dlp_command() -> list[str] | None:
    """The downloader of this interpreter; it is looked for, not imported."""
    if not sys.executable or importlib.util.find_spec("yt_dlp") is None:
        return None
    return [sys.executable, "-m", "yt_dlp"]


async def _in_thread(work: Callable[[], None]) -> None:
    """Runs blocking work on a thread of its own: the loop's executor may be busy or closing."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def run() -> None:
        failure: BaseException | None = None
        try:
            work()
        except BaseException as error:
            failure = error
        _call_soon(loop, functools.partial(_finish, done, failure))

    threading.Thread(target=run, name="ytclipper-close", daemon=True).start()
    await done


def _finish(done: asyncio.Future[None], failure: BaseException | None) -> None:
    with contextlib.suppress(asyncio.InvalidStateError):
        if failure is None:
            done.set_result(None)
        else:
            done.set_exception(failure)
