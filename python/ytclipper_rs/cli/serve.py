"""The command that runs the server."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path
from typing import Any

from ..exceptions import InvalidSpec, ModelUnavailable
from .output import console

__all__ = ["add_parser", "run"]

NAMES = (
    "host",
    "port",
    "token",
    "workers",
    "queue_capacity",
    "threads",
    "output_dir",
    "download_dir",
    "upload_dir",
    "config_file",
    "model",
    "model_dir",
    "allow_hosts",
    "allowed_hosts",
)
"""Settings that the command line can give; all others are variables or keys of the file."""


def add_parser(commands: Any) -> None:
    """`serve`, whose flags are settings of the server; what is not given comes from elsewhere."""
    serve = commands.add_parser(
        "serve",
        help="run the server and its page",
        description="Runs the server. Every setting may also be a variable (YTCLIPPER_PORT=9000) "
        "or a key of the settings file.",
    )
    serve.add_argument("--settings", metavar="FILE", help="JSON file of settings")
    serve.add_argument("--host", metavar="ADDRESS", help="where to listen (default: 127.0.0.1)")
    serve.add_argument("--port", type=int, metavar="N", help="port (default: 8000)")
    serve.add_argument(
        "--token-file", metavar="FILE", help="file of the secret that is needed beyond loopback"
    )
    serve.add_argument("--workers", type=int, metavar="N", help="jobs at the same time")
    serve.add_argument("--queue-capacity", type=int, metavar="N", help="jobs that may wait")
    serve.add_argument("--threads", type=int, metavar="N", help="threads that jobs share")
    for name, what in (("output", "clips"), ("download", "downloads"), ("upload", "uploads")):
        serve.add_argument(f"--{name}-dir", type=Path, metavar="DIR", help=f"folder of {what}")
    serve.add_argument("--config-file", type=Path, metavar="FILE", help="what users change")
    serve.add_argument("--model", metavar="NAME", help="speech model (default: base)")
    serve.add_argument("--model-dir", type=Path, metavar="DIR", help="folder of the models")
    serve.add_argument(
        "--allow-host",
        dest="allow_hosts",
        action="append",
        metavar="HOST",
        help="a private host that downloads may reach; may be repeated",
    )
    serve.add_argument(
        "--allowed-host",
        dest="allowed_hosts",
        action="append",
        metavar="NAME",
        help="a name that this server is called by; may be repeated",
    )


def run(arguments: Namespace) -> None:
    """Serves until it is told to end.

    Raises:
        ModelUnavailable: What the server needs is not installed.
        InvalidSpec: A setting is out of range, or a token is missing.
    """
    try:
        from pydantic import ValidationError

        from ..server import ServerSettings
        from ..server.run import serve
    except ImportError as error:
        raise ModelUnavailable(
            f"the server needs more packages ({error.name}): pip install 'ytclipper-rs[server]'"
        ) from error
    if arguments.settings is not None:
        os.environ["YTCLIPPER_SETTINGS"] = arguments.settings
    if arguments.token_file is not None:
        arguments.token = Path(arguments.token_file).read_text(encoding="utf-8").strip()
    given = {name: getattr(arguments, name, None) for name in NAMES}
    try:
        settings = ServerSettings(
            **{name: value for name, value in given.items() if value is not None}
        )
    except ValidationError as error:
        raise InvalidSpec("; ".join(map(_fault, error.errors()))) from error
    if settings.port:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        console(stderr=True).print(f"ytclipper: http://{host}:{settings.port}/")
    serve(settings)


def _fault(fault: Any) -> str:
    """A fault of the settings; what was given is not repeated, it may be a secret."""
    path = ".".join(map(str, fault["loc"]))
    return f"{path}: {fault['msg']}" if path else str(fault["msg"])
