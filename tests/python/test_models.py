"""The models of this machine: which come along, which are taken, which are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import ytclipper_rs as yt
from ytclipper_rs import engine as module


def test_the_face_model_comes_with_the_package_and_its_licence() -> None:
    path = module._face_model()
    assert path is not None
    assert Path(path).with_suffix(".LICENSE").read_text().count("MIT License") == 1


def test_the_face_model_is_installed_from_a_file_and_listed(tmp_path: Path) -> None:
    source = module._face_model()
    with yt.Engine(model_dir=tmp_path) as engine:
        model = engine.install_model("centerface", source).result()
    assert (model.name, model.quantization) == ("centerface", "f32")
    assert yt.list_models(tmp_path) == [model]
    assert yt.model_path("centerface", tmp_path) == model.path == tmp_path / "centerface.onnx"


def test_another_file_is_not_taken_for_the_face_model(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"not a model")
    with yt.Engine(model_dir=tmp_path / "models") as engine:
        job = engine.install_model("centerface", other)
        with pytest.raises(yt.CorruptMedia, match="sha256"):
            job.result()
    assert yt.list_models(tmp_path / "models") == []


def test_a_missing_face_model_names_its_command(tmp_path: Path) -> None:
    with pytest.raises(yt.ModelUnavailable, match="ytclipper models install centerface"):
        yt.model_path("centerface", tmp_path)
