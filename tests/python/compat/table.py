"""The table of the existing server's calls: module, class, calls with their parameters and
defaults, and the keys of what they return. It is what the drop-in must fit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Entry:
    """A class of the server."""

    module: str
    name: str
    init: str
    calls: dict[str, str]


TABLE = (
    Entry(
        "downloader",
        "VideoDownloader",
        "(download_dir='./Downloads')",
        {
            "download_video": "(url, progress_callback=None)",
            "cleanup_video": "(video_path)",
        },
    ),
    Entry(
        "transcriber",
        "AudioTranscriber",
        "(model_name='base')",
        {
            "transcribe": "(video_path, progress_callback=None)",
            "get_text_at_timestamp": "(segments, start, end)",
        },
    ),
    Entry(
        "analyzer",
        "SectionAnalyzer",
        "(min_clip_duration=15, max_clip_duration=60)",
        {
            "score_segment": "(segment)",
            "find_interesting_clips": "(segments, num_clips=5)",
            "adjust_clip_timing": "(clip, padding=0.5)",
        },
    ),
    Entry(
        "clipper",
        "VideoClipper",
        "(output_dir='./temp')",
        {
            "create_clip": "(video_path, start_time, end_time, output_path=None,"
            " format_type='original')",
            "create_multipart_clip": "(video_path, parts, output_path=None,"
            " transition_duration=0.1, format_type='original')",
            "create_clips_batch": "(video_path, clips, output_dir=None)",
            "get_video_dimensions": "(path)",
        },
    ),
    Entry(
        "reels_processor",
        "ReelsProcessor",
        "()",
        {
            "convert_to_reels": "(video_path, output_path=None, auto_detect=True,"
            " dynamic_mode=True, output_format=None, ai_content_path=None, caption_text=None)",
        },
    ),
    Entry(
        "caption_generator",
        "CaptionGenerator",
        "(config)",
        {
            "create_ass_subtitles": "(words, output_path, clip_start_time=0, video_width=1920,"
            " video_height=1080)",
            "burn_captions": "(video_path, subtitle_path, output_path=None)",
            "generate_clip_caption": "(words, clip_start_time, clip_end_time)",
        },
    ),
    Entry(
        "watermark_processor",
        "WatermarkProcessor",
        "(config)",
        {"add_watermark": "(video_path, output_path=None, watermark_config=None)"},
    ),
    Entry(
        "file_manager",
        "FileManager",
        "(base_output_dir='./ToUpload')",
        {
            "create_project_folder": "(title)",
            "organize_clips": "(clips, folder, video_info, format_type)",
            "cleanup_temp_files": "(paths)",
            "get_project_summary": "(folder)",
        },
    ),
)

KEYS = {
    "download_video": "success video_path video_id title channel duration description",
    "transcribe": "success language segments full_text audio_path",
    "create_clip": "success clip_path start_time end_time duration",
    "create_multipart_clip": "success clip_path parts part_count duration is_multipart",
    "convert_to_reels": "success output_path mode crop_params",
    "burn_captions": "success output_path",
    "add_watermark": "success output_path watermark_added watermark_type",
    "find_interesting_clips": "start end text words score clip_number",
    "segment": "id start end text words",
    "word": "word start end",
    "progress": "stage percent message",
}
"""The keys of results, by call; of a list's items where it returns a list."""


def keys(name: str) -> set[str]:
    """The keys of a result."""
    return set(KEYS[name].split())
