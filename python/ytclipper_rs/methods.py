"""A method for each kind of job: it makes the request and puts it into the queue."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from typing import Any

from ._codec import StrPath
from .job import Job
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
    Quantization,
    RenderPlan,
    Selection,
    SpeechOptions,
    SubmitOptions,
    ThumbnailSpec,
    TranscribeSpec,
    Transition,
    Watermark,
)
from .submit import Submits

__all__ = ["JobMethods"]


class JobMethods(Submits):
    """What an engine can be asked to do. Every method returns its job at once.

    A faulty request raises `InvalidSpec`, a full queue `QueueFull`, a closed engine `ShutDown`.
    What goes wrong later is the job's error, which `await job` and `job.result()` raise.
    """

    def with_options(self, options: SubmitOptions) -> JobMethods:
        """The same methods, for jobs with a priority and deadlines. The engine stays as it is.

        What `submit` is given itself, other than its defaults, goes before these options.

        Example:
            urgent = engine.with_options(yt.SubmitOptions(priority=10, run_timeout_s=600.0))
            project = await urgent.process("talk.mp4")
        """
        return _WithOptions(self, options)

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
        options: SpeechOptions = SpeechOptions(),
    ) -> Job[Transcript]:
        """Turns a file's speech into words with times.

        Args:
            source: A video or sound file.
            model: Name of an installed model, or the path of a ggml file.
            language: ISO 639-1 code; detected where None.
            cache: Whether to read and write `<stem>_transcript.json` beside the file.
            options: How the model listens: translation, prompt, vocabulary, beam, ...

        The job's events hand on the segments as they are understood (`event.segments`).

        Job errors: `ModelUnavailable`, `UnsupportedMedia` (no sound), `NotFound`.

        Example:
            job = engine.transcribe("talk.mp4", language="en")
            async for event in job.events():
                for segment in event.segments:
                    print(segment.start, segment.text)
            spoken = await job
        """
        return self.submit(TranscribeSpec(source, model, language, cache, options))

    def analyze(
        self,
        source: StrPath,
        *,
        model: str = "base",
        language: str | None = None,
        cache: bool = True,
        options: SpeechOptions = SpeechOptions(),
        selection: Selection = Selection(),
    ) -> Job[Analysis]:
        """Transcribes a file and chooses clips.

        Example:
            found = await engine.analyze("talk.mp4", selection=yt.Selection(num_clips=3))
            for clip in found.clips:
                print(clip.start, clip.end, clip.score, clip.text)
        """
        transcribe = TranscribeSpec(source, model, language, cache, options)
        return self.submit(AnalyzeSpec(transcribe, selection))

    def install_model(
        self,
        name: str,
        source: StrPath | None = None,
        *,
        quantization: Quantization = "q8_0",
    ) -> Job[Model]:
        """Installs a speech model, or the face model `centerface`, into the model folder.

        Args:
            name: Name of the model (`base`, `tiny.en`, `centerface`).
            source: A CTranslate2 folder or a ggml file to import, or `centerface.onnx`; the
                published file is fetched where None.
            quantization: How to store the weights of a speech model.

        Job errors: `NotFound`, `CorruptMedia`, `DownloadError`, `NoSpace`.

        Example:
            model = engine.install_model("base", "faster-whisper-base").result()
            print(model.path, model.sha256)
        """
        return self.submit(InstallModelSpec(name, source, quantization))

    # Pictures -----------------------------------------------------------------------------

    def render(self, plan: RenderPlan) -> Job[RenderReport]:
        """Renders a plan in one decode and one encode.

        Job errors: `NotFound`, `UnsupportedMedia`, `CorruptMedia`, `LimitExceeded`, `NoSpace`;
        `ModelUnavailable` where the layout follows a speaker and the face model is missing.

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
        """Brings the whole source to another shape, following whoever speaks; `clip` does it to a
        span, `stitch` to several.

        Beside the result stands `<stem>.framing.json`, which a person can edit, by hand or with
        [`Framing`][ytclipper_rs.Framing], and hand in again as `Layout(framing=...)`: then nothing
        is looked for.

        Args:
            source: The source file.
            output: The finished file: .mp4, .m4v, .mov or .mkv.
            layout: What of the picture is shown.
            overwrite: Whether existing files may be replaced.
            audio: What becomes of the sound.
            encode: How the result is encoded.

        Job errors: those of `render`, and `ModelUnavailable` where the face model is missing
        (`layout.track="off"` needs none).

        Example:
            report = await engine.reframe("talk.mp4", "tall.mp4")
            print(report.framing.face_inside_percent, report.framing_path)
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

        Beside each clip stands `<stem>.plan.json`, which `ytclipper render` renders again over the
        clip, captions and watermark included, with the `<stem>.framing.json` as it then is.

        Job errors: `DownloadError`, `NotFound`, `ModelUnavailable`, `UnsupportedMedia`,
        `CorruptMedia`, `LimitExceeded`, `NoSpace`.

        Example:
            options = yt.ProcessOptions(format="vertical_9x16", num_clips=3)
            project = await engine.process("talk.mp4", options)
            for clip in project.clips:
                print(clip.path, clip.candidate.text)
        """
        return self.submit(options.spec(source))


class _WithOptions(JobMethods):
    def __init__(self, methods: JobMethods, options: SubmitOptions) -> None:
        self._methods = methods
        self._options = options

    def _submit(self, spec: JobSpec, options: SubmitOptions) -> Job[Any]:
        values = ((field, getattr(options, field.name)) for field in dataclasses.fields(options))
        given = {field.name: value for field, value in values if value != field.default}
        return self._methods._submit(spec, dataclasses.replace(self._options, **given))

    def __repr__(self) -> str:
        return f"<{self._methods!r} with {self._options!r}>"


def _layout(layout: Layout | LayoutMode) -> Layout:
    return Layout(mode=layout) if isinstance(layout, str) else layout


def _watermark(watermark: Watermark | str | None) -> Watermark | None:
    return Watermark(text=watermark) if isinstance(watermark, str) else watermark
