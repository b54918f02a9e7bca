"""The flags of framing, and the layout that they ask for."""

from __future__ import annotations

import argparse
import dataclasses
from argparse import Namespace
from typing import get_args

from ..spec import (
    Fit,
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
        help="how many people are shown at a time (default: %(default)s)",
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


def place_flags(parser: argparse.ArgumentParser) -> None:
    """What a cut-out that follows nothing may be told."""
    about = "--x, --y and --fit contain switch tracking off"
    group = parser.add_argument_group("a fixed cut-out", about)
    for name, length, side in (("x", "width", "left"), ("y", "height", "upper")):
        group.add_argument(
            f"--{name}",
            type=float,
            metavar="PART",
            help=f"its centre from the {side} edge, as a part of the source's {length}, 0 to 1",
        )
    group.add_argument(
        "--fit", choices=get_args(Fit), help="fill the picture, or show everything between bars"
    )


def layout(arguments: Namespace, mode: LayoutMode) -> Layout:
    """The layout that the flags ask for."""
    return Layout(
        mode,
        track=arguments.track,
        speakers=arguments.speakers,
        no_face=arguments.no_face,
        insert=Insert(arguments.insert, arguments.insert_position, arguments.insert_end),
        debug_overlay=arguments.debug_overlay,
    )


def reframed(arguments: Namespace) -> Layout:
    """The layout of `reframe`, which takes a place or a framing report besides."""
    asked = layout(arguments, arguments.mode)
    place = {name: getattr(arguments, name) for name in ("x", "y", "fit", "framing")}
    return dataclasses.replace(asked, **place)
