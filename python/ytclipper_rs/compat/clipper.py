"""`VideoClipper`: cuts clips out of a video."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from .._codec import StrPath
from ..exceptions import UnsupportedMedia
from ..job import Job
from ..outcome import MediaInfo, RenderReport, TimeRange
from ._call import Failure, Result, answers, awaited, failure, finished, waited
from ._engine import get_engine
from ._values import Item, items, layout, number, path, spans, temporary

__all__ = ["VideoClipper"]


class VideoClipper:
    """Cuts clips out of a video, exact to the frame.

    Where no `output_path` is given, a clip gets a new name in `output_dir`; a given one is
    replaced where it exists. A clip is seen only when it is whole.

    Args:
        output_dir: Folder for clips, made where it is missing.

    Example:
        clipper = VideoClipper()
        result = await clipper.create_clip("talk.mp4", 12.5, 40.0)
        print(result["clip_path"], result["duration"])
    """

    def __init__(self, output_dir: StrPath = "./temp") -> None:
        self.output_dir = output_dir

    @awaited
    async def create_clip(
        self,
        video_path: StrPath,
        start_time: float,
        end_time: float,
        output_path: StrPath | None = None,
        format_type: str = "original",
    ) -> Result:
        """Cuts one span. An `end_time` beyond the source's end is moved there.

        Args:
            video_path: The source.
            start_time: Begin in seconds.
            end_time: End in seconds.
            output_path: The clip: .mp4, .m4v, .mov or .mkv.
            format_type: `original`, `vertical_9x16` (or `reels`), `stacked_photo`,
                `stacked_video`.

        Returns:
            `success, clip_path, start_time, end_time, duration`.
        """
        job = self._clip(video_path, start_time, end_time, output_path, format_type)
        return clip_told(await finished(job), start_time, end_time)

    @answers
    def create_clip_sync(
        self,
        video_path: StrPath,
        start_time: float,
        end_time: float,
        output_path: StrPath | None = None,
        format_type: str = "original",
    ) -> Result:
        """`create_clip`, waited for."""
        job = self._clip(video_path, start_time, end_time, output_path, format_type)
        return clip_told(waited(job), start_time, end_time)

    @awaited
    async def create_multipart_clip(
        self,
        video_path: StrPath,
        parts: list[dict[str, Any]],
        output_path: StrPath | None = None,
        transition_duration: float = 0.1,
        format_type: str = "original",
    ) -> Result:
        """Joins spans with cross-fades, in the order given.

        Args:
            video_path: The source.
            parts: Dictionaries with `start` and `end` in seconds.
            output_path: The clip.
            transition_duration: Length of the cross-fades in seconds; 0 is a hard cut.
            format_type: As for `create_clip`.

        Returns:
            `success, clip_path, parts, part_count, duration, is_multipart`.
        """
        job = self._joined(video_path, parts, output_path, transition_duration, format_type)
        return multipart_told(await finished(job), parts)

    @answers
    def create_multipart_clip_sync(
        self,
        video_path: StrPath,
        parts: list[dict[str, Any]],
        output_path: StrPath | None = None,
        transition_duration: float = 0.1,
        format_type: str = "original",
    ) -> Result:
        """`create_multipart_clip`, waited for."""
        job = self._joined(video_path, parts, output_path, transition_duration, format_type)
        return multipart_told(waited(job), parts)

    @awaited
    async def create_clips_batch(
        self,
        video_path: StrPath,
        clips: list[dict[str, Any]],
        output_dir: StrPath | None = None,
    ) -> list[Result] | Failure:
        """Makes several clips of a video, as many at a time as the engine has workers.

        Args:
            video_path: The source.
            clips: Dictionaries with `start` and `end`, or with `parts`.
            output_dir: Folder for the clips; that of this object where None.

        Returns:
            The results in the order of `clips`; each fails alone.
        """
        given = items(clips, "clips")
        return list(await asyncio.gather(*map(self._among(video_path, output_dir).of, given)))

    @answers
    def create_clips_batch_sync(
        self,
        video_path: StrPath,
        clips: list[dict[str, Any]],
        output_dir: StrPath | None = None,
    ) -> list[Result] | Failure:
        """`create_clips_batch`, waited for."""
        among = self._among(video_path, output_dir)
        given = items(clips, "clips")
        begun = [among.begin(clip) for clip in given]
        try:
            return [among.end(job, clip) for job, clip in zip(begun, given, strict=True)]
        except BaseException:
            for job in begun:
                if isinstance(job, Job):
                    job.cancel()
            raise

    @awaited
    async def get_video_dimensions(self, path: StrPath) -> tuple[int, int] | Failure:
        """Width and height in pixels, as a viewer sees the video: rotation is applied. A failure
        is the usual dictionary, so look before unpacking."""
        return _size(await finished(_probe(path)))

    @answers
    def get_video_dimensions_sync(self, path: StrPath) -> tuple[int, int] | Failure:
        """`get_video_dimensions`, waited for."""
        return _size(waited(_probe(path)))

    def _among(self, video_path: StrPath, output_dir: StrPath | None) -> _Batch:
        folder = self.output_dir if output_dir is None else output_dir
        return _Batch(VideoClipper(folder), path(video_path))

    def _clip(
        self, video: StrPath, start: float, end: float, output: StrPath | None, format: str
    ) -> Job[RenderReport]:
        source = path(video)
        at = TimeRange(number(start, "start_time"), number(end, "end_time"))
        shown = layout(format, field="format_type")
        name = self._output(output, source, f"{at.start:.2f}-{at.end:.2f}")
        return get_engine().clip(source, at.start, at.end, name, overwrite=True, layout=shown)

    def _joined(
        self, video: StrPath, parts: object, output: StrPath | None, fade: float, format: str
    ) -> Job[RenderReport]:
        source, ranges = path(video), spans(parts)
        shown = layout(format, field="format_type")
        name = self._output(output, source, f"{len(ranges)}_parts")
        seconds = number(fade, "transition_duration")
        return get_engine().stitch(source, ranges, name, seconds, overwrite=True, layout=shown)

    def _output(self, given: StrPath | None, video: str, what: str) -> str:
        return temporary(self.output_dir, video, what) if given is None else made(given)


class _Batch:
    """Clips of one video, each of one span or of parts."""

    def __init__(self, clipper: VideoClipper, video: str) -> None:
        self._clipper = clipper
        self._video = video

    async def of(self, clip: Item) -> Result:
        parts = clip.get("parts")
        if parts:
            return await self._clipper.create_multipart_clip(self._video, parts)
        return await self._clipper.create_clip(self._video, *_ends(clip))

    def begin(self, clip: Item) -> Job[RenderReport] | Failure:
        try:
            if clip.get("parts"):
                return self._clipper._joined(self._video, clip["parts"], None, 0.1, "original")
            return self._clipper._clip(self._video, *_ends(clip), None, "original")
        except Exception as error:
            return failure(error)

    def end(self, job: Job[RenderReport] | Failure, clip: Item) -> Result:
        if not isinstance(job, Job):
            return job
        try:
            report = waited(job)
        except Exception as error:
            return failure(error)
        if clip.get("parts"):
            return multipart_told(report, clip["parts"])
        return clip_told(report, *_ends(clip))


def _ends(clip: Item) -> tuple[Any, Any]:
    return clip.get("start"), clip.get("end")


def made(output: StrPath) -> str:
    """An output path, whose folder is there."""
    name = path(output, "output_path")
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    return name


def clip_told(report: RenderReport, start: float, end: float) -> Result:
    """The answer for a clip. Its end is the one that was asked for, unless the source ended
    before."""
    clamped = report.duration < end - start - 1.5 / max(report.fps, 1.0)
    return {
        "success": True,
        "clip_path": str(report.output),
        "start_time": start,
        "end_time": start + report.duration if clamped else end,
        "duration": report.duration,
    }


def multipart_told(report: RenderReport, parts: object) -> Result:
    """The answer for a clip of parts, which are as they were given."""
    return {
        "success": True,
        "clip_path": str(report.output),
        "parts": parts,
        "part_count": report.part_count,
        "duration": report.duration,
        "is_multipart": True,
    }


def _probe(video: StrPath) -> Job[MediaInfo]:
    return get_engine().probe(path(video, "path"))


def _size(info: MediaInfo) -> tuple[int, int]:
    if info.video is None:
        raise UnsupportedMedia(f"{info.path} has no picture")
    return info.video.width, info.video.height
