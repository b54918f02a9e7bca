"""An upload that cannot be written says why."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import ytclipper_rs as yt
from ytclipper_rs.server import uploads

FULL = (errno.ENOSPC, errno.EDQUOT)


async def chunks() -> AsyncIterator[bytes]:
    yield b"video"


def receive(root: Path) -> Path:
    return asyncio.run(uploads.receive(root, "talk.mp4", chunks(), 100))


@pytest.mark.parametrize("number", [*FULL, errno.EACCES])
@pytest.mark.parametrize("step", ["mkdir", "touch"])
def test_a_disk_that_takes_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, number: int
) -> None:
    def refused(path: Path) -> None:
        raise OSError(number, "refused", str(path))

    with monkeypatch.context() as patch:
        patch.setattr(Path, step, refused)
        with pytest.raises(yt.NoSpace if number in FULL else yt.IoError, match="the upload"):
            receive(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert receive(tmp_path).read_bytes() == b"video", "the control"
