"""The models of this machine: which come along, which are taken, which are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import ytclipper_rs as yt
from ytclipper_rs import engine as module
from ytclipper_rs import models


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package whose face model is another file."""
    file = tmp_path / "package" / "centerface.onnx"
    file.parent.mkdir()
    file.write_bytes(models.PACKAGED_FACE_MODEL.read_bytes()[:-1])
    monkeypatch.setattr(models, "PACKAGED_FACE_MODEL", file)
    yield file
    models._face_model_at.cache_clear()


def test_the_face_model_comes_with_the_package_and_its_licence() -> None:
    path = module._face_model()
    assert path is not None
    assert Path(path).with_suffix(".LICENSE").read_text().count("MIT License") == 1


def test_the_packaged_face_model_is_found_without_an_installed_one(tmp_path: Path) -> None:
    (model,) = yt.list_models(tmp_path)
    assert (model.name, model.quantization) == ("centerface", "f32")
    assert (str(model.path), model.size_bytes) == (module._face_model(), model.path.stat().st_size)
    assert yt.model_path("centerface", tmp_path) == model.path


def test_the_face_model_is_installed_from_a_file_and_listed(tmp_path: Path) -> None:
    source = module._face_model()
    with yt.Engine(model_dir=tmp_path) as engine:
        model = engine.install_model("centerface", source).result()
    assert (model.name, model.quantization) == ("centerface", "f32")
    assert yt.list_models(tmp_path) == [model]
    assert yt.model_path("centerface", tmp_path) == model.path == tmp_path / "centerface.onnx"


def test_a_damaged_face_model_of_the_package_is_not_taken(damaged: Path, tmp_path: Path) -> None:
    assert damaged.is_file()
    assert module._face_model() is None
    assert yt.list_models(tmp_path / "models") == []
    with pytest.raises(yt.ModelUnavailable, match="ytclipper models install centerface"):
        yt.model_path("centerface", tmp_path / "models")


def test_the_package_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = models.packaged_face_model()
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read again"))
    assert models.packaged_face_model() is first


def test_another_file_is_not_taken_for_the_face_model(tmp_path: Path) -> None:
    other = tmp_path / "other.onnx"
    other.write_bytes(b"not a model")
    with yt.Engine(model_dir=tmp_path / "models") as engine:
        job = engine.install_model("centerface", other)
        with pytest.raises(yt.CorruptMedia, match="sha256"):
            job.result()
    assert not (tmp_path / "models" / "centerface.onnx").exists()


def test_a_missing_speech_model_names_its_command(tmp_path: Path) -> None:
    with pytest.raises(yt.ModelUnavailable, match=r"ytclipper models install tiny\.en"):
        yt.model_path("tiny.en", tmp_path)
