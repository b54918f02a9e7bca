"""Results as callers get them: the existing server's keys, with URLs of the files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from .._codec import encode
from ..outcome import Analysis, Clip, ClipCandidate, Download, Project, RenderReport
from ..spec import OutputFormat
from .folders import Folders
from .spoken import completed, words
from .stored import Durations

__all__ = ["analysis", "project", "render", "url_of"]

YOUTUBE = ("youtube.com", "www.youtube.com", "m.youtube.com", "youtu.be")


def url_of(folders: Folders, path: Path | None) -> str | None:
    """Where a file of the output folder is served."""
    if path is None:
        return None
    relative = path.relative_to(folders.roots["clip"])
    return f"/api/clips/{quote(relative.as_posix())}"


def project(folders: Folders, made: Project, format: OutputFormat) -> dict[str, Any]:
    """What `/api/process` answers."""
    failures = [folders.paths.hide_all(encode(failure)) for failure in made.failures]
    count = len(made.clips)
    message = f"{count} clip{'' if count == 1 else 's'} made"
    if failures:
        message += f", {len(failures)} failed"
    return {
        "success": True,
        "message": message,
        "project_folder": str(made.folder),
        "clips_created": count,
        "clips": [_made(folders, clip) for clip in made.clips],
        "summary": {
            "title": made.title,
            "language": made.language,
            "format": format,
            "total_clips": count,
            "total_size_bytes": sum(clip.report.size_bytes for clip in made.clips),
            "total_duration": round(sum(clip.report.duration for clip in made.clips), 3),
            "failures": failures,
            "timings": dict(made.timings),
        },
    }


def _made(folders: Folders, clip: Clip) -> dict[str, Any]:
    report = clip.report
    return {
        "clip_number": clip.candidate.clip_number,
        "title": clip.candidate.title,
        "reason": clip.candidate.reason,
        "text": clip.candidate.text,
        "score": clip.candidate.score,
        "start": clip.candidate.start,
        "end": clip.candidate.end,
        "duration": report.duration,
        "url": url_of(folders, clip.path),
        "thumbnail_url": url_of(folders, clip.thumbnail_path),
        "info_url": url_of(folders, clip.info_path),
        "framing_url": url_of(folders, report.framing_path),
        "width": report.width,
        "height": report.height,
        "size_bytes": report.size_bytes,
        "report": _report(folders, report),
    }


def _report(folders: Folders, report: RenderReport) -> dict[str, Any]:
    """How it was rendered and framed; paths of the server's disk are left out."""
    told: dict[str, Any] = encode(report)
    for name in ("output", "framing_path", "debug_path"):
        told.pop(name)
    hidden: dict[str, Any] = folders.paths.hide_all(told)
    return hidden


def render(folders: Folders, report: RenderReport) -> dict[str, Any]:
    """What `/api/render` answers."""
    return {
        "success": True,
        "url": url_of(folders, report.output),
        "framing_url": url_of(folders, report.framing_path),
        "report": _report(folders, report),
    }


def analysis(
    video: Download,
    found: Analysis,
    picked: Sequence[dict[str, Any]] | None,
    limits: Durations,
) -> dict[str, Any]:
    """What `/api/analyze` answers."""
    every = tuple(found.transcript.words())
    if picked is None:
        clips = [_candidate(clip) for clip in found.clips]
    else:
        clips = [completed(clip, every) for clip in picked]
    return {
        "success": True,
        "video_id": video.video_id,
        "video_info": {
            "title": video.title,
            "channel": video.channel,
            "duration": video.duration or found.transcript.duration,
            "description": video.description,
            "url": video.url if video.url.startswith("http") else "",
            "language": found.transcript.language,
        },
        "clips": [_proposal(n, clip, video, limits) for n, clip in enumerate(clips, 1)],
        "total_clips": len(clips),
        "full_transcript_words": words(every),
    }


def _candidate(clip: ClipCandidate) -> dict[str, Any]:
    return {
        "start": clip.start,
        "end": clip.end,
        "text": clip.text,
        "title": clip.title,
        "reason": clip.reason,
        "keywords": list(clip.keywords),
        "words": words(clip.words),
        "parts": [{"start": part.start, "end": part.end} for part in clip.parts],
        "score": clip.score,
    }


def _proposal(
    number: int, clip: dict[str, Any], video: Download, limits: Durations
) -> dict[str, Any]:
    parts = clip.get("parts") or []
    spans = parts or [clip]
    start, end = spans[0]["start"], spans[-1]["end"]
    duration = sum(span["end"] - span["start"] for span in spans)
    warnings = _warnings(duration, limits)
    blank = {"title": "", "reason": "", "keywords": []}
    return {
        **blank,
        **clip,
        "index": number,
        "start": start,
        "end": end,
        "duration": round(duration, 3),
        "youtube_link": _link(video.url, start),
        "parts": parts,
        "is_valid": not warnings,
        "validation_warnings": warnings,
        "validation_level": "warning" if warnings else "ok",
    }


def _warnings(duration: float, limits: Durations) -> list[str]:
    if duration < limits.min_clip_duration:
        return [f"{duration:.1f} s is shorter than {limits.min_clip_duration:g} s"]
    if duration > limits.max_clip_duration + 1.0:  # the padding is not counted
        return [f"{duration:.1f} s is longer than {limits.max_clip_duration:g} s"]
    return []


def _link(url: str, start: float) -> str:
    """The video at the clip's begin, where it is one of YouTube's."""
    parts = urlsplit(url)
    if parts.hostname not in YOUTUBE:
        return ""
    video = parse_qs(parts.query).get("v", [parts.path.rpartition("/")[2]])[0]
    return f"https://www.youtube.com/watch?v={quote(video)}&t={int(start)}s"
