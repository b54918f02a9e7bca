"""The flags of framing, and the layout that they ask for."""

from __future__ import annotations

import argparse
from argparse import Namespace
from typing import get_args

from ..spec import (
    Insert,
    InsertEnd,
    InsertPosition,
    Layout,
    LayoutMode,
    NoFace,
    OutputFormat,
    Speakers,
    Track,
)

MODES: dict[OutputFormat, LayoutMode] = {
    "original": "original",
    "vertical_9x16": "vertical",
    "reels": "vertical",
    "stacked_photo": "stacked",
    "stacked_video": "stacked",
}
"""The layout's mode of each format."""


def flags() -> argparse.ArgumentParser:
    """What commands that frame pictures have in common."""
    parser = argparse.ArgumentParser(add_help=False)
    group = parser.add_argument_group("framing")
    group.add_argument(
        "--track", choices=get_args(Track), help="what vertical pictures follow (default: speaker)"
    )
    group.add_argument(
        "--speakers",
        choices=get_args(Speakers),
        default="auto",
        help="people shown at once, one above the other (default: %(default)s)",
    )
    group.add_argument(
        "--no-face",
        choices=get_args(NoFace),
        default="slow_pan",
        help="what is shown where nobody is (default: %(default)s)",
    )
    group.add_argument("--insert", metavar="FILE", help="photo or video of stacked pictures")
    group.add_argument(
        "--insert-position",
        choices=get_args(InsertPosition),
        default="above",
        help="half that the insert takes (default: %(default)s)",
    )
    group.add_argument(
        "--insert-end",
        choices=get_args(InsertEnd),
        default="loop",
        help="what a short inserted video does (default: %(default)s)",
    )
    group.add_argument(
        "--debug-overlay",
        action="store_true",
        help="make <clip>_debug.mp4 too: faces, cut-outs and modes upon the whole picture",
    )
    return parser


def layout(arguments: Namespace, mode: LayoutMode, framing: str | None = None) -> Layout:
    """The layout that the flags ask for."""
    return Layout(
        mode,
        track=arguments.track,
        speakers=arguments.speakers,
        no_face=arguments.no_face,
        insert=Insert(arguments.insert, arguments.insert_position, arguments.insert_end),
        framing=framing,
        debug_overlay=arguments.debug_overlay,
    )
