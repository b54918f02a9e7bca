"""What each command does: make a request, follow the job, print what it leaves."""

from __future__ import annotations

import dataclasses
import json
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

from rich.text import Text

from .. import models
from .._codec import encode
from .._files import write_whole
from ..engine import Engine
from ..exceptions import InvalidSpec
from ..outcome import TimeRange
from ..spec import (
    EncodeSpec,
    ProcessOptions,
    RenderPlan,
    Selection,
    SpeechOptions,
    Watermark,
    spec_from_json,
)
from . import framing, serve, tables
from .files import transcript
from .output import console, follow
from .tables import Piece


def run(arguments: Namespace) -> None:
    """Runs the command that was given."""
    COMMANDS[arguments.command](arguments)


def _engine(arguments: Namespace) -> Engine:
    return Engine(
        workers=1,
        model_dir=arguments.model_dir,
        threads=arguments.threads,
        allow_hosts=arguments.allow_host,
    )


def _show(arguments: Namespace, value: object, pieces: Callable[[], Sequence[Piece]]) -> None:
    if arguments.json:
        print(json.dumps(encode(value), indent=2, ensure_ascii=False))
        return
    out = console()
    for piece in pieces():
        out.print(piece, soft_wrap=isinstance(piece, Text))


def _process(arguments: Namespace) -> None:
    with _engine(arguments) as engine:
        project = follow(engine.process(arguments.source, _options(arguments)))
    _show(arguments, project, lambda: tables.project(project))


def _options(arguments: Namespace) -> ProcessOptions:
    return ProcessOptions(
        format=arguments.format,
        num_clips=arguments.clips,
        min_clip_duration=arguments.min_duration,
        max_clip_duration=arguments.max_duration,
        output_dir=arguments.output_dir,
        download_dir=arguments.download_dir,
        burn_captions=not arguments.no_captions,
        model=arguments.model,
        language=arguments.language,
        speech=_speech(arguments),
        watermark=_watermark(arguments),
        layout=framing.layout(arguments, framing.MODES[arguments.format]),
        encode=_encode(arguments),
    )


def _encode(arguments: Namespace) -> EncodeSpec:
    return EncodeSpec(preset=arguments.preset, crf=arguments.crf, fps=arguments.fps)


def _speech(arguments: Namespace) -> SpeechOptions:
    return SpeechOptions(
        translate=arguments.translate,
        initial_prompt=arguments.prompt,
        vocabulary=arguments.vocabulary,
        beam_size=arguments.beam,
        voice_activity=not arguments.all_sound,
    )


def _watermark(arguments: Namespace) -> Watermark | None:
    if arguments.watermark_image is not None:
        return Watermark.image(arguments.watermark_image, position=arguments.position)
    if arguments.watermark_text is not None:
        return Watermark(text=arguments.watermark_text, position=arguments.position)
    return None


def _analyze(arguments: Namespace) -> None:
    chosen = Selection(arguments.clips, arguments.min_duration, arguments.max_duration)
    with _engine(arguments) as engine:
        job = engine.analyze(
            arguments.source,
            model=arguments.model,
            language=arguments.language,
            options=_speech(arguments),
            selection=chosen,
        )
        analysis = follow(job)
    _show(arguments, analysis, lambda: [tables.candidates(analysis.clips)])


def _transcribe(arguments: Namespace) -> None:
    with _engine(arguments) as engine:
        job = engine.transcribe(
            arguments.source,
            model=arguments.model,
            language=arguments.language,
            options=_speech(arguments),
        )
        spoken = follow(job)
    text = transcript(spoken, "json" if arguments.json else arguments.format)
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        write_whole(Path(arguments.output), text)


def _probe(arguments: Namespace) -> None:
    with _engine(arguments) as engine:
        info = engine.probe(arguments.source).result()
    _show(arguments, info, lambda: [tables.media(info)])


def _download(arguments: Namespace) -> None:
    with _engine(arguments) as engine:
        job = engine.download(arguments.url, arguments.dir, max_height=arguments.max_height)
        video = follow(job)
    _show(arguments, video, lambda: [tables.download(video)])


def _reframe(arguments: Namespace) -> None:
    source = Path(arguments.source)
    plan = RenderPlan(
        source,
        arguments.output or source.with_name(f"{source.stem}_{arguments.mode}.mp4"),
        overwrite=arguments.overwrite,
        layout=framing.reframed(arguments),
        encode=_encode(arguments),
    )
    with _engine(arguments) as engine:
        if arguments.start is not None or arguments.end is not None:
            end = engine.probe(source).result().duration if arguments.end is None else arguments.end
            plan = dataclasses.replace(plan, parts=[TimeRange(arguments.start or 0.0, end)])
        report = follow(engine.render(plan))
    _show(arguments, report, lambda: [tables.report(report)])


def _render(arguments: Namespace) -> None:
    plan = _read_plan(arguments.plan)
    with _engine(arguments) as engine:
        report = follow(engine.render(plan))
    _show(arguments, report, lambda: [tables.report(report)])


def _read_plan(name: str) -> RenderPlan:
    text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidSpec(f"{name} is not JSON: {error}") from error
    if isinstance(value, dict):
        value.setdefault("kind", "render")
        if value["kind"] != "render":
            raise InvalidSpec(f"kind: a render plan is needed, not {value['kind']!r}")
    return cast(RenderPlan, spec_from_json(json.dumps(value)))


def _thumbnail(arguments: Namespace) -> None:
    output = arguments.output or Path(arguments.source).with_suffix(".jpg")
    with _engine(arguments) as engine:
        job = engine.thumbnail(
            arguments.source,
            output,
            arguments.time,
            max_side=arguments.max_side,
            overwrite=arguments.overwrite,
        )
        still = follow(job)
    _show(arguments, still, lambda: [tables.thumbnail(still)])


def _models(arguments: Namespace) -> None:
    MODEL_ACTIONS[arguments.action](arguments)


def _models_list(arguments: Namespace) -> None:
    installed = models.list_models(arguments.model_dir)
    if all(model.name == models.FACE_MODEL for model in installed):
        folder = arguments.model_dir or models.default_model_dir()
        console(stderr=True).print(f"no speech models in {folder}", soft_wrap=True)
    _show(arguments, installed, lambda: [tables.models(installed)] if installed else [])


def _models_install(arguments: Namespace) -> None:
    with _engine(arguments) as engine:
        job = engine.install_model(
            arguments.name, arguments.source, quantization=arguments.quantization
        )
        model = follow(job)
    _show(arguments, model, lambda: [tables.models([model])])


def _models_path(arguments: Namespace) -> None:
    path = models.model_path(arguments.name, arguments.model_dir)
    _show(arguments, path, lambda: [tables.line(str(path))])


Command = Callable[[Namespace], None]
MODEL_ACTIONS: dict[str, Command] = {
    "list": _models_list,
    "install": _models_install,
    "path": _models_path,
}
COMMANDS: dict[str, Command] = {
    "process": _process,
    "analyze": _analyze,
    "transcribe": _transcribe,
    "probe": _probe,
    "download": _download,
    "reframe": _reframe,
    "render": _render,
    "thumbnail": _thumbnail,
    "models": _models,
    "serve": serve.run,
}
