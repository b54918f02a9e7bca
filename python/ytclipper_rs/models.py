"""The models on this machine. Installing one is a job: `Engine.install_model`."""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

from . import _native
from ._codec import StrPath, decode
from .exceptions import ModelUnavailable
from .outcome import Model

__all__ = ["default_model_dir", "list_models", "model_path"]

FACE_MODEL = "centerface"
FACE_MODEL_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
PACKAGED_FACE_MODEL = Path(__file__).with_name("data") / "centerface.onnx"


def default_model_dir() -> Path:
    """The folder that an engine uses unless told otherwise: `$YTCLIPPER_MODELS`, or
    `ytclipper/models` in the user's cache folder.

    Example:
        print(yt.default_model_dir())
    """
    return _native.default_model_dir()


def list_models(model_dir: StrPath | None = None) -> list[Model]:
    """The installed models, by name. Where the folder has no face model, the one that came with
    the package is among them.

    Example:
        >>> import ytclipper_rs as yt
        >>> for model in yt.list_models():
        ...     print(model.name, model.quantization, model.path)  # doctest: +SKIP
    """
    models = [decode(Model, item) for item in json.loads(_native.list_models(model_dir))]
    packaged = packaged_face_model()
    if packaged is not None and all(model.name != FACE_MODEL for model in models):
        models.append(packaged)
    return sorted(models, key=lambda model: model.name)


def model_path(name: str, model_dir: StrPath | None = None) -> Path:
    """The file of an installed model; for `centerface` also that which came with the package.

    Raises:
        ModelUnavailable: It is not installed; the message gives the command that does it.

    Example:
        path = yt.model_path("base")
    """
    try:
        return _native.model_path(name, model_dir)
    except ModelUnavailable:
        packaged = packaged_face_model() if name == FACE_MODEL else None
        if packaged is None:
            raise
        return packaged.path


def packaged_face_model() -> Model | None:
    """The face model that came with the package; None where there is none or it is damaged."""
    return _face_model_at(PACKAGED_FACE_MODEL)


@functools.cache
def _face_model_at(path: Path) -> Model | None:
    """The face model in a file, which is read once; None where it is another file."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content).hexdigest() != FACE_MODEL_SHA256:
        return None
    return Model(FACE_MODEL, path, "f32", len(content), FACE_MODEL_SHA256)
