"""The settings that users change, in the existing server's `config.json`."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from .._files import write_whole
from ..exceptions import InvalidSpec
from ..spec import CaptionStyle, Corner, Watermark
from .folders import Folders

__all__ = ["ConfigChange", "StoredConfig", "UserConfig"]

LOGGER = logging.getLogger("ytclipper_rs.server")
BACKEND = "yt-dlp"
"""The one downloader that there is."""
Clip = Annotated[float, Field(ge=0.5, le=3600)]


class CaptionSettings(BaseModel):
    """Look of captions."""

    model_config = ConfigDict(extra="ignore")
    words_per_caption: Annotated[int, Field(ge=1, le=20)] = 2
    font_family: Annotated[str, Field(min_length=1, max_length=100)] = "DejaVu Sans"
    font_size: Annotated[float, Field(ge=8, le=400)] = 48
    vertical_position: Annotated[float, Field(ge=0, le=100)] = 80

    def style(self) -> CaptionStyle:
        """In the engine's words."""
        return CaptionStyle(
            words_per_caption=self.words_per_caption,
            font_family=self.font_family,
            font_size=self.font_size,
            vertical_position=self.vertical_position,
        )


class WatermarkSettings(BaseModel):
    """A text or picture in a corner."""

    model_config = ConfigDict(extra="ignore")
    enabled: bool = False
    type: Literal["text", "image"] = "text"
    text: Annotated[str, Field(max_length=200)] = ""
    image_path: str = ""
    position: Corner = "top_right"
    gap: Annotated[float, Field(ge=0, le=1000)] = 100

    def watermark(self) -> Watermark | None:
        """In the engine's words; None where there is none."""
        if self.enabled and self.type == "image" and self.image_path:
            return Watermark.image(self.image_path, position=self.position, gap=self.gap)
        if self.enabled and self.type == "text" and self.text:
            return Watermark(text=self.text, position=self.position, gap=self.gap)
        return None


class Durations(BaseModel):
    """Length of clips that are found, in seconds."""

    model_config = ConfigDict(extra="ignore")
    min_clip_duration: Clip = 15
    max_clip_duration: Clip = 60


class UserConfig(BaseModel):
    """What users change."""

    model_config = ConfigDict(extra="ignore")
    downloader_backend: Literal["yt-dlp"] = "yt-dlp"
    caption_settings: CaptionSettings = CaptionSettings()
    watermark_settings: WatermarkSettings = WatermarkSettings()
    ai_validation: Durations = Durations()


class ConfigChange(BaseModel):
    """Settings to change; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"caption_settings": {"words_per_caption": 3}}]},
    )
    downloader_backend: str | None = None
    caption_settings: dict[str, Any] | None = None
    watermark_settings: dict[str, Any] | None = None
    ai_validation: dict[str, Any] | None = None


class StoredConfig:
    """The file and what it says. Reading and writing block; call them in a thread."""

    def __init__(self, path: Path, folders: Folders) -> None:
        self._path = path
        self._folders = folders
        self._lock = threading.Lock()
        self._file: dict[str, Any] = {}
        """What the file says, with all that only its owner and other programs understand."""
        self.now = UserConfig()

    def load(self) -> None:
        """Reads the file, where there is one. A downloader that this server has not is no reason
        not to start: the log says so, and the own one is used.

        Raises:
            InvalidSpec: It is not what it should be.
        """
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        try:
            self._file = _object(json.loads(text))
            self.now = _valid(_supported(self._file))
        except ValueError as error:  # InvalidSpec is one
            raise InvalidSpec(f"{self._path}: {error}") from error
        wanted = self._file.get("downloader_backend", BACKEND)
        if wanted != BACKEND:
            message = "%s: there is no downloader_backend %r; %s is used"
            LOGGER.warning(message, self._path, wanted, BACKEND)

    def shown(self) -> UserConfig:
        """The settings as clients see them: a file by its name."""
        shown = self.now.model_copy(deep=True)
        image = shown.watermark_settings.image_path
        shown.watermark_settings.image_path = self._folders.paths.hide(image, image)
        return shown

    def change(self, change: ConfigChange) -> None:
        """Changes some settings and writes the file, in which all else stays. What requests name
        is confined as all files of requests are; what the owner wrote into the file is not.

        Raises:
            InvalidSpec: A value is out of range, or a file is outside of the server's folders.
        """
        with self._lock:
            self._change(change.model_dump(exclude_none=True))

    def _change(self, given: dict[str, Any]) -> None:
        changed = _valid(_merged(self.now.model_dump(), given))
        changed.watermark_settings.image_path = self._image(changed)
        if changed.ai_validation.max_clip_duration < changed.ai_validation.min_clip_duration:
            field = "ai_validation.max_clip_duration"
            raise InvalidSpec(f"{field}: must not be below the shortest", context={"field": field})
        known = changed.model_dump()
        if "downloader_backend" in self._file and "downloader_backend" not in given:
            del known["downloader_backend"]  # the owner's, understood or not
        file = _merged(self._file, known)
        text = json.dumps(file, indent=2, ensure_ascii=False)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._path, f"{text}\n")
        self._file, self.now = file, changed

    def _image(self, changed: UserConfig) -> str:
        """The path of the watermark's picture. One that stays as it was shown is not asked for
        again, as the owner may have named it from anywhere."""
        image, now = (one.watermark_settings.image_path for one in (changed, self.now))
        if image in ("", now) or image == self.shown().watermark_settings.image_path:
            return now if image else ""
        return str(self._folders.find(image, "watermark_settings.image_path"))


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InvalidSpec("$: must be an object", context={"field": "$"})
    return value


def _supported(file: dict[str, Any]) -> dict[str, Any]:
    """What the file says, with the downloader that there is."""
    return file | {"downloader_backend": BACKEND}


def _merged(file: dict[str, Any], known: dict[str, Any]) -> dict[str, Any]:
    """The first with the values of the second, on all levels."""
    merged = dict(file)
    for key, value in known.items():
        held = merged.get(key)
        if isinstance(held, dict) and isinstance(value, dict):
            value = _merged(held, value)
        merged[key] = value
    return merged


def _valid(value: object) -> UserConfig:
    """The settings that JSON values are.

    Raises:
        InvalidSpec: They are not what they should be; `field` names the first fault.
    """
    try:
        return UserConfig.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "$"
        raise InvalidSpec(f"{field}: {first['msg']}", context={"field": field}) from error
