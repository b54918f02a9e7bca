"""What the command line understands."""

from __future__ import annotations

import argparse
from typing import Any, get_args

from .. import __version__
from ..spec import Corner, OutputFormat, Preset, ProcessOptions, Quantization
from . import framing, serve

DEFAULTS = ProcessOptions()


def parser() -> argparse.ArgumentParser:
    """The parser of all commands; `command` names the one that was given."""
    top = argparse.ArgumentParser(
        prog="ytclipper",
        description="Turns a long video into short captioned clips.",
    )
    top.add_argument("--version", action="version", version=f"ytclipper {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared, speech, selection, pictures = _shared(), _speech(), _selection(), framing.flags()
    _process(commands, [shared, speech, selection, pictures])
    _analyze(commands, [shared, speech, selection])
    _transcribe(commands, [shared, speech])
    _sources(commands, [shared])
    _reframe(commands, [shared, pictures])
    _pictures(commands, [shared])
    _models(commands, shared)
    serve.add_parser(commands)
    return top


def _shared() -> argparse.ArgumentParser:
    flags = argparse.ArgumentParser(add_help=False)
    flags.add_argument("--json", action="store_true", help="print the result as JSON")
    flags.add_argument(
        "--threads", type=int, default=0, metavar="N", help="threads to use; all cores unless told"
    )
    flags.add_argument("--model-dir", metavar="DIR", help="folder of the models")
    flags.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="HOST",
        help="a host with a private address that downloads may reach; may be repeated",
    )
    return flags


def _speech() -> argparse.ArgumentParser:
    flags = argparse.ArgumentParser(add_help=False)
    flags.add_argument(
        "--model", default=DEFAULTS.model, help="speech model (default: %(default)s)"
    )
    flags.add_argument(
        "--language", metavar="CODE", help="spoken language, as `en`; detected unless told"
    )
    flags.add_argument("--translate", action="store_true", help="write down English")
    flags.add_argument("--prompt", metavar="TEXT", help="text in the style that is wanted")
    flags.add_argument(
        "--vocabulary",
        action="append",
        default=[],
        metavar="TERM",
        help="a name or term that may be said; may be repeated",
    )
    flags.add_argument(
        "--beam", type=int, default=1, metavar="N", help="beam size, 1 to 8 (default: %(default)s)"
    )
    flags.add_argument(
        "--all-sound", action="store_true", help="decode also what is no voice (not recommended)"
    )
    return flags


def _selection() -> argparse.ArgumentParser:
    flags = argparse.ArgumentParser(add_help=False)
    flags.add_argument(
        "--clips",
        type=int,
        default=DEFAULTS.num_clips,
        metavar="N",
        help="how many clips to find, at most (default: %(default)s)",
    )
    for name, default in (("min", DEFAULTS.min_clip_duration), ("max", DEFAULTS.max_clip_duration)):
        flags.add_argument(
            f"--{name}-duration",
            type=float,
            default=default,
            metavar="SECONDS",
            help=f"{name}imum length of a clip (default: %(default)s)",
        )
    return flags


def _process(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "process", parents=parents, help="make captioned clips of a video or URL"
    )
    command.add_argument("source", metavar="SOURCE", help="a video file or an http(s) URL")
    command.add_argument(
        "--format",
        choices=get_args(OutputFormat),
        default=DEFAULTS.format,
        help="shape of the clips (default: %(default)s)",
    )
    command.add_argument(
        "--output-dir",
        default=DEFAULTS.output_dir,
        metavar="DIR",
        help="folder that the project's folder goes into (default: %(default)s)",
    )
    command.add_argument(
        "--download-dir",
        default=DEFAULTS.download_dir,
        metavar="DIR",
        help="folder for downloads (default: %(default)s)",
    )
    command.add_argument("--no-captions", action="store_true", help="draw no captions")
    mark = command.add_mutually_exclusive_group()
    mark.add_argument("--watermark-text", metavar="TEXT", help="a line of text in a corner")
    mark.add_argument("--watermark-image", metavar="FILE", help="a picture in a corner")
    command.add_argument(
        "--position",
        choices=get_args(Corner),
        default="top_right",
        help="corner of the watermark (default: %(default)s)",
    )
    _encode(command)


def _reframe(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    command = commands.add_parser(
        "reframe", parents=parents, help="make a vertical video that follows whoever speaks"
    )
    command.add_argument("source", metavar="FILE", help="a video file")
    command.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="the finished video; <stem>_<mode>.mp4 beside the source unless told",
    )
    command.add_argument(
        "--mode",
        choices=("vertical", "stacked"),
        default="vertical",
        help="kind of picture (default: %(default)s)",
    )
    for name, text in (("start", "begin"), ("end", "end")):
        command.add_argument(
            f"--{name}", type=float, metavar="SECONDS", help=f"{text} of the part that is made"
        )
    command.add_argument(
        "--framing",
        metavar="FILE.json",
        help="a framing report to render from, edited or not; nothing is looked for then",
    )
    framing.place_flags(command)
    command.add_argument("--overwrite", action="store_true", help="replace existing files")
    _encode(command)


def _encode(command: argparse.ArgumentParser) -> None:
    encode = DEFAULTS.encode
    command.add_argument(
        "--preset",
        choices=get_args(Preset),
        default=encode.preset,
        help="speed of x264 (default: %(default)s)",
    )
    command.add_argument(
        "--crf", type=float, default=encode.crf, help="quality, 0 best to 51 (default: %(default)s)"
    )
    command.add_argument("--fps", type=float, help="frames a second; the source's unless told")


def _analyze(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("analyze", parents=parents, help="transcribe and choose clips")
    command.add_argument("source", metavar="FILE", help="a video file")


def _transcribe(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    command = commands.add_parser("transcribe", parents=parents, help="turn speech into text")
    command.add_argument("source", metavar="FILE", help="a video or sound file")
    command.add_argument("--format", choices=("txt", "srt", "vtt", "json", "words"), default="txt")
    command.add_argument(
        "-o", "--output", metavar="FILE", help="where to write; stdout unless told"
    )


def _sources(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    probe = commands.add_parser("probe", parents=parents, help="tell what is in a file")
    probe.add_argument("source", metavar="FILE", help="a video or sound file")
    download = commands.add_parser("download", parents=parents, help="fetch a video")
    download.add_argument("url", metavar="URL", help="an http(s) URL")
    download.add_argument(
        "--dir", default=DEFAULTS.download_dir, help="folder (default: %(default)s)"
    )
    download.add_argument(
        "--max-height",
        type=int,
        default=1080,
        metavar="PIXELS",
        help="largest height (default: %(default)s)",
    )


def _pictures(commands: Any, parents: list[argparse.ArgumentParser]) -> None:
    render = commands.add_parser("render", parents=parents, help="render a plan")
    render.add_argument(
        "plan",
        metavar="PLAN.json",
        help="a render plan, as `process` leaves one beside each clip; - reads stdin",
    )
    still = commands.add_parser("thumbnail", parents=parents, help="take a still picture")
    still.add_argument("source", metavar="FILE", help="a video file")
    still.add_argument(
        "-o", "--output", metavar="FILE", help="the JPEG; beside the video unless told"
    )
    still.add_argument(
        "--time", type=float, default=0.0, metavar="SECONDS", help="when (default: 0)"
    )
    still.add_argument(
        "--max-side",
        type=int,
        default=1280,
        metavar="PIXELS",
        help="longer side (default: %(default)s)",
    )
    still.add_argument("--overwrite", action="store_true", help="replace an existing file")


def _models(commands: Any, shared: argparse.ArgumentParser) -> None:
    models = commands.add_parser("models", help="list and install models")
    actions = models.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", parents=[shared], help="the installed models")
    install = actions.add_parser("install", parents=[shared], help="install a model")
    install.add_argument("name", metavar="NAME", help="base, tiny.en, centerface, …")
    install.add_argument(
        "--from",
        dest="source",
        metavar="PATH",
        help="a CTranslate2 folder, a ggml file or centerface.onnx; the published file is fetched "
        "unless told",
    )
    install.add_argument(
        "--quantization",
        choices=get_args(Quantization),
        default="q8_0",
        help="how to store the weights (default: %(default)s)",
    )
    path = actions.add_parser("path", parents=[shared], help="the file of an installed model")
    path.add_argument("name", metavar="NAME")
