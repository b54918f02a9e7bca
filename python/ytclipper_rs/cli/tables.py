"""Results as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import get_args

from rich import box
from rich.table import Table
from rich.text import Text

from ..outcome import (
    ClipCandidate,
    ClipFailure,
    Download,
    FramingReport,
    MediaInfo,
    Model,
    Project,
    RenderReport,
    Stage,
    Thumbnail,
)
from .output import clock

FALLBACK = "* no sentence scored 20 or more; this is the best of the rest"
Piece = Table | Text
"""What can be printed."""
EXCERPT = 48
"""Characters of a clip's text that a table shows."""


def line(text: str) -> Text:
    """A line that is never broken."""
    return Text(text)


def project(made: Project) -> list[Piece]:
    """The clips of a project, what failed, and the time that it took."""
    failed = [failures(made.failures)] if made.failures else []
    folder = line(f"project folder: {made.folder}")
    return [clips(made), *failed, stages(made.timings), folder]


def clips(project: Project) -> Table:
    """The clips of a project: what, when, how good, where, how long it took."""
    framed = any(clip.report.framing for clip in project.clips)
    columns = ("clip", "time", "words", "text", "score", *(["framing"] if framed else []))
    table = _table(*columns, "seconds", "path", title=project.title)
    for clip in project.clips:
        table.add_row(
            *_candidate(clip.candidate),
            *([_shares(clip.report.framing)] if framed else []),
            f"{clip.report.elapsed_s:.1f}",
            Text(str(clip.path), overflow="fold"),
        )
    if any(clip.candidate.fallback for clip in project.clips):
        table.caption = FALLBACK
    return table


def candidates(found: Sequence[ClipCandidate]) -> Table:
    """Clips that an analysis offers."""
    table = _table("clip", "time", "words", "text", "score")
    for candidate in found:
        table.add_row(*_candidate(candidate))
    if any(candidate.fallback for candidate in found):
        table.caption = FALLBACK
    return table


def _candidate(clip: ClipCandidate) -> tuple[str, str, str, Text, str]:
    return (
        str(clip.clip_number),
        _span(clip),
        str(len(clip.words) or len(clip.text.split())),
        Text(_excerpt(clip.title or clip.text)),
        f"{clip.score:.0f}{'*' if clip.fallback else ''}",
    )


def _span(clip: ClipCandidate) -> str:
    spans = [(part.start, part.end) for part in clip.parts] or [(clip.start, clip.end)]
    return ", ".join(f"{_moment(start)}-{_moment(end)}" for start, end in spans)


def _moment(seconds: float) -> str:
    tenths = round(seconds * 10)
    return f"{clock(tenths // 10)}.{tenths % 10}"


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1]}…"


def stages(timings: Mapping[str, float]) -> Table:
    """Seconds spent a stage."""
    table = _table("stage", "seconds")
    order = {stage: place for place, stage in enumerate(get_args(Stage))}
    for stage, seconds in sorted(
        timings.items(), key=lambda spent: order.get(spent[0], len(order))
    ):
        table.add_row(stage, f"{seconds:.1f}")
    table.add_row("total", f"{sum(timings.values()):.1f}")
    return table


def failures(failed: Iterable[ClipFailure]) -> Table:
    """Clips that could not be rendered."""
    table = _table("failed clip", "kind", "message")
    for failure in failed:
        table.add_row(str(failure.clip_number), failure.kind, Text(failure.message))
    return table


def media(info: MediaInfo) -> Table:
    """What is in a file."""
    rows = [
        ("file", str(info.path)),
        ("container", info.container),
        ("duration", f"{info.duration:.3f} s"),
        ("size", f"{info.size_bytes:,} bytes"),
    ]
    if video := info.video:
        turn = f", turned {video.rotation} degrees" if video.rotation else ""
        light = ", HDR" if video.hdr else ""
        picture = f"{video.codec} {video.width}x{video.height}, {video.fps:.3f} fps"
        rows.append(("video", f"{picture}, {video.pixel_format}{turn}{light}"))
    if audio := info.audio:
        rows.append(("audio", f"{audio.codec}, {audio.sample_rate} Hz, {audio.channels} channels"))
    return pairs(rows)


def report(done: RenderReport) -> Table:
    """What a render did."""
    picture = f"{done.width}x{done.height}, {done.fps:.3f} fps, {done.frames} frames"
    speed = f"{done.elapsed_s:.1f} s, {done.realtime_factor:.1f} x realtime"
    rows = [
        ("file", str(done.output)),
        ("picture", picture),
        ("sound", "yes" if done.has_audio else "none"),
        ("duration", f"{done.duration:.3f} s in {done.part_count} parts"),
        ("size", f"{done.size_bytes:,} bytes"),
        ("took", speed),
    ]
    notes = [("note", note) for note in done.notes]
    return pairs([*rows, *_framing(done), *notes])


def _framing(done: RenderReport) -> list[tuple[str, str]]:
    """How the picture was framed, if cut-outs followed somebody."""
    rows = []
    if found := done.framing:
        shown = ", ".join(f"{mode} {seconds:.1f} s" for mode, seconds in found.modes.items())
        rows.append(("shots", shown or "none"))
        if found.persons:
            rows.append(("faces", _faces(found)))
    if done.framing_path:
        rows.append(("framing", str(done.framing_path)))
    if done.debug_path:
        rows.append(("debug", str(done.debug_path)))
    return rows


def _faces(found: FramingReport) -> str:
    """Who is shown, and how well, where that was looked for."""
    people = f"{found.persons} {'person' if found.persons == 1 else 'people'}"
    whole = found.face_inside_percent
    return people if whole is None else f"{people}, {whole:.1f} % whole in the picture"


def _shares(found: FramingReport | None) -> str:
    """The modes of a clip, the longest first, each with its part of the time."""
    modes = found.modes if found else {}
    total = sum(modes.values())
    longest = sorted(modes.items(), key=lambda spent: -spent[1])
    return ", ".join(f"{mode} {100 * seconds / total:.0f} %" for mode, seconds in longest if total)


def download(video: Download) -> Table:
    """A fetched source."""
    again = " (was there already)" if video.reused else ""
    return pairs(
        [
            ("file", f"{video.video_path}{again}"),
            ("title", video.title),
            ("channel", video.channel),
            ("duration", clock(video.duration)),
        ]
    )


def thumbnail(still: Thumbnail) -> Table:
    """A still picture."""
    return pairs(
        [
            ("file", str(still.output)),
            ("picture", f"{still.width}x{still.height} at {still.time:.3f} s"),
        ]
    )


def models(installed: Sequence[Model]) -> Table:
    """Installed models."""
    table = _table("model", "weights", "size", "path", "sha256")
    for model in installed:
        table.add_row(
            model.name,
            model.quantization,
            f"{model.size_bytes / 1e6:.0f} MB",
            Text(str(model.path), overflow="fold"),
            model.sha256[:12],
        )
    return table


def pairs(rows: Iterable[tuple[str, str]]) -> Table:
    """Names and values."""
    table = Table(show_header=False, box=None)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(name, Text(value))
    return table


def _table(*columns: str, title: str | None = None) -> Table:
    table = Table(
        title=None if title is None else Text(title),
        box=box.SIMPLE_HEAD,
        title_justify="left",
        caption_justify="left",
    )
    right = {"clip", "words", "score", "seconds", "size"}
    for column in columns:
        table.add_column(
            column, justify="right" if column in right else "left", no_wrap=column == "time"
        )
    return table
