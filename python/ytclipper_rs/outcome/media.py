"""What is in a file, and what a render did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .._repr import Short
from .framing import FramingReport

__all__ = ["AudioInfo", "Download", "MediaInfo", "RenderReport", "Thumbnail", "VideoInfo"]


@dataclass(frozen=True, slots=True, repr=False)
class VideoInfo(Short):
    """A video stream."""

    codec: str
    """Codec (`h264`, `hevc`, `vp9`, `av1`)."""
    width: int
    """Width as a viewer sees it, in pixels: rotation and pixel aspect applied."""
    height: int
    """Height as a viewer sees it, in pixels."""
    coded_width: int
    """Width of the coded picture."""
    coded_height: int
    """Height of the coded picture."""
    rotation: int
    """Clockwise turn that a viewer applies, in degrees: 0, 90, 180 or 270."""
    fps: float
    """Frames a second (average)."""
    pixel_format: str
    """Pixel format (`yuv420p10le`)."""
    bit_depth: int
    """Bits a sample."""
    hdr: bool
    """Whether the transfer function is PQ or HLG."""


@dataclass(frozen=True, slots=True, repr=False)
class AudioInfo(Short):
    """An audio stream."""

    codec: str
    """Codec (`aac`, `opus`)."""
    sample_rate: int
    """Samples a second, in Hz."""
    channels: int
    """Channels."""


@dataclass(frozen=True, slots=True, repr=False)
class MediaInfo(Short):
    """A media file's streams and length."""

    path: Path
    """The file."""
    container: str
    """Container format, as FFmpeg names it (`mov,mp4,m4a,3gp,3g2,mj2`)."""
    duration: float
    """Length in seconds."""
    size_bytes: int
    """Size in bytes."""
    bit_rate: int
    """Bits a second over all streams, 0 where unknown."""
    video: VideoInfo | None
    """The best video stream."""
    audio: AudioInfo | None
    """The best audio stream."""


@dataclass(frozen=True, slots=True, repr=False)
class Download(Short):
    """A fetched source."""

    video_path: Path
    """The file."""
    video_id: str
    """The site's identifier; the file's stem for a local path."""
    title: str
    """Title."""
    channel: str
    """Channel or uploader, empty where unknown."""
    duration: float
    """Length in seconds, 0 where unknown."""
    description: str
    """Description, empty where unknown."""
    url: str
    """Where it came from: the URL as given, or the path."""
    reused: bool
    """Whether the file was there already."""


@dataclass(frozen=True, slots=True, repr=False)
class RenderReport(Short):
    """What one render did."""

    output: Path
    """The finished file."""
    width: int
    """Width in pixels."""
    height: int
    """Height in pixels."""
    fps: float
    """Frames a second."""
    frames: int
    """Frames written."""
    duration: float
    """Length in seconds."""
    size_bytes: int
    """Size in bytes."""
    encodes: int
    """Video encodes that the render took: always 1."""
    decoded_frames: int
    """Source frames decoded."""
    part_count: int
    """Parts that were joined."""
    has_audio: bool
    """Whether the output has sound."""
    loudness_lufs: float | None
    """Integrated loudness of the source's sound in LUFS, where normalisation measured it."""
    gain_db: float | None
    """Gain that normalisation applied, in dB."""
    elapsed_s: float
    """Wall-clock time in seconds, that of finding the framing included."""
    realtime_factor: float
    """Length over wall-clock time: above 1 is faster than playback."""
    notes: tuple[str, ...] = ()
    """What was adjusted (a range clamped to the source's end), for a person."""
    framing: FramingReport | None = None
    """How the picture was framed, where cut-outs follow somebody."""
    framing_path: Path | None = None
    """The editable framing report beside the file, where there is one."""
    debug_path: Path | None = None
    """The video that shows how the framing was found, where it was asked for."""
    timings: Mapping[str, float] = field(default_factory=dict, hash=False)
    """Wall-clock seconds by step: `framing`, before the others; `decode`, `filter`, `audio` and
    `wait` (for the encoder) of one thread; `encode` and `finish` of another, at the same time."""


@dataclass(frozen=True, slots=True, repr=False)
class Thumbnail(Short):
    """A still picture taken from a video."""

    output: Path
    """The JPEG file."""
    width: int
    """Width in pixels."""
    height: int
    """Height in pixels."""
    time: float
    """The time of the frame that was taken, in seconds."""
