"""What the server writes to its console."""

from __future__ import annotations

import logging

import httpx
import pytest

from serve.asking import ended, submit, until
from serve.conftest import Start
from ytclipper_rs.server.run import LOGGER, _console

FAULTY = """
import os
from ytclipper_rs.server import ServerSettings, create_app, journal
from ytclipper_rs.server.run import run

def full(_):
    raise OSError(28, "No space left on device")

settings = ServerSettings()
app = create_app(settings)

@app.get("/broken")
async def broken():
    try:
        raise ValueError("odd")
    except ValueError:
        journal.LOGGER.exception("it broke")

os.fdatasync = full
run(app, settings)
"""


def test_faults_are_written_to_the_console_with_their_tracebacks(start: Start) -> None:
    server = start(("-c", FAULTY))
    with httpx.Client(base_url=server.url, timeout=30) as client:
        id = submit(client, {"url": "http://10.0.0.1/v.mp4"})
        until(client, id, ended)
        client.get("/broken")
    server.stop()
    said = server.log()
    assert "ERROR ytclipper_rs.server: tasks cannot be kept in " in said
    assert "No space left on device" in said
    assert "ERROR ytclipper_rs.server: it broke\nTraceback (most recent call last)" in said
    assert "ValueError: odd" in said
    assert f"task {id}" not in said, "what is below a warning stays in /api/logs"


@pytest.mark.parametrize("logger", [LOGGER, logging.getLogger()])
def test_an_applications_own_handler_is_left_alone(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def added() -> bool:
        before = list(LOGGER.handlers)
        with _console():
            return LOGGER.handlers != before

    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # pytest has its own there
    monkeypatch.setattr(LOGGER, "handlers", [logging.NullHandler()])
    assert added(), "the control"
    monkeypatch.setattr(logger, "handlers", [logging.StreamHandler()])
    assert not added()
