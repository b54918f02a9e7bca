"""What the server is told: by arguments, by the environment, by a file, in this order."""

from __future__ import annotations

import ipaddress
import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from ..stats import ShutdownMode

__all__ = ["ServerSettings", "is_loopback"]

FILE_VARIABLE = "YTCLIPPER_SETTINGS"
SHORTEST_TOKEN = 16
Positive = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0, le=86_400)]


class ServerSettings(BaseSettings):
    """Settings of the server. Each may be an argument, a variable (`YTCLIPPER_PORT=9000`) or a key
    of the JSON file that `YTCLIPPER_SETTINGS` names; what comes first in this list wins.

    Example:
        >>> ServerSettings(workers=1, host="::1").port
        8000
    """

    model_config = SettingsConfigDict(
        env_prefix="YTCLIPPER_", extra="forbid", frozen=True, env_ignore_empty=True
    )

    host: str = "127.0.0.1"
    """Address to listen on. Beyond loopback, `token` is required."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    """Port to listen on; 0 takes a free one."""
    token: Annotated[SecretStr | None, Field(min_length=SHORTEST_TOKEN)] = None
    """Secret that requests must bring (`Authorization: Bearer …`), at least 16 characters."""
    allowed_hosts: tuple[str, ...] = ()
    """Names in the `Host` header that are accepted besides those of loopback and `host`. One that
    is not of loopback is how others call the server, through a proxy: `token` is required."""
    allowed_origins: tuple[str, ...] = ()
    """Origins (`https://clips.example.org`) whose pages may call besides the server's own."""

    output_dir: Path = Path("ToUpload")
    """Folder of finished clips. Unfinished files in it belong to the server, which removes those
    of a killed process when it starts."""
    download_dir: Path = Path("Downloads")
    """Folder of downloads, kept in the same way."""
    upload_dir: Path = Path("Uploads")
    """Folder of uploads, kept in the same way."""
    config_file: Path = Path("config.json")
    """File of the settings that users change (`/api/config`)."""
    state_file: Path | None = None
    """File in which tasks outlive the server; a hidden one in `output_dir` where None."""

    workers: Positive = 2
    """Jobs that run at the same time."""
    queue_capacity: Positive = 100
    """Jobs that may wait; more are answered by 503."""
    threads: Annotated[int, Field(ge=0)] = 0
    """Threads that all jobs share; 0 takes all cores."""
    nice: Annotated[int, Field(ge=0, le=19)] = 10
    """Steps of niceness that jobs stand behind the server."""
    model: str = "base"
    """Speech model."""
    model_dir: Path | None = None
    """Folder of the models; the engine's default where None."""
    allow_hosts: tuple[str, ...] = ()
    """Private hosts that downloads may contact nevertheless."""
    download_timeout: Positive = 60
    """Seconds that a download may make no progress."""
    max_download_bytes: Positive | None = None
    """Largest download; the engine's default where None."""

    max_upload_bytes: Positive = 4 * 2**30
    """Largest upload."""
    max_body_bytes: Positive = 8 * 2**20
    """Largest body of any other request."""
    keep_tasks: Positive = 500
    """Finished tasks that are remembered, also by the next start."""
    keep_bytes: Positive = 256 * 2**20
    """Bytes that they may take together, with what was asked for; the oldest make room."""
    keep_logs: Positive = 1000
    """Log records that are remembered."""
    replay_messages: Positive = 20_000
    """Messages that a client which comes back can be sent again."""
    ping_interval: Seconds = 10.0
    """Seconds between two pings on a WebSocket."""
    retry_after: Positive = 5
    """Seconds after which a refused client is asked to come again."""
    shutdown_mode: ShutdownMode = "finish_running"
    """What becomes of jobs when the server ends."""
    shutdown_timeout: Seconds = 30.0
    """Seconds that they get for it; then they are cancelled."""

    @property
    def journal(self) -> Path:
        """Where tasks are written down."""
        return self.state_file or self.output_dir / ".ytclipper-tasks.jsonl"

    @property
    def roots(self) -> dict[str, Path]:
        """The folders, by what names of files begin with."""
        return {"clip": self.output_dir, "upload": self.upload_dir, "download": self.download_dir}

    @model_validator(mode="after")
    def _locked(self) -> ServerSettings:
        if self.token is None and (reached := self._reached_by()) is not None:
            raise ValueError(
                f"a token is required {reached}, beyond loopback; set YTCLIPPER_TOKEN (or "
                f"--token-file) to a secret of {SHORTEST_TOKEN} characters or more"
            )
        return self

    def _reached_by(self) -> str | None:
        """How others than this machine come in, if they do."""
        if not is_loopback(self.host):
            return f"to listen on {self.host}"
        names = [name for name in self.allowed_hosts if not is_loopback(name)]
        return f"to be called {names[0]!r} (allowed_hosts)" if names else None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The sources in order of precedence."""
        sources = (init_settings, env_settings)
        name = os.environ.get(FILE_VARIABLE)
        if name is None:
            return sources
        with Path(name).open(encoding="utf-8"):  # a file that was named must be there
            return (*sources, JsonConfigSettingsSource(settings_cls, json_file=name))


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only.

    Example:
        >>> [is_loopback(host) for host in ("127.0.0.2", "::1", "localhost", "0.0.0.0", "box")]
        [True, True, True, False, False]
    """
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
