"""The models on this machine. Installing one is a job: `Engine.install_model`."""

from __future__ import annotations

import json
from pathlib import Path

from . import _native
from ._codec import StrPath, decode
from .outcome import Model

__all__ = ["default_model_dir", "list_models", "model_path"]


def default_model_dir() -> Path:
    """The folder that an engine uses unless told otherwise: `$YTCLIPPER_MODELS`, or
    `ytclipper/models` in the user's cache folder."""
    return _native.default_model_dir()


def list_models(model_dir: StrPath | None = None) -> list[Model]:
    """The installed models, by name.

    Example:
        >>> import ytclipper_rs as yt
        >>> for model in yt.list_models():
        ...     print(model.name, model.quantization, model.path)  # doctest: +SKIP
    """
    return [decode(Model, item) for item in json.loads(_native.list_models(model_dir))]


def model_path(name: str, model_dir: StrPath | None = None) -> Path:
    """The file of an installed model.

    Raises:
        ModelUnavailable: It is not installed; the message gives the command that does it.
    """
    return _native.model_path(name, model_dir)
