"""The application's own way to choose clips."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..exceptions import InternalError, YtclipperError
from ..outcome import Analysis, Download
from .bodies import ClipBody, PartBody

__all__ = ["Pick", "Picker", "picked_by"]

LOGGER = logging.getLogger("ytclipper_rs.server")


@dataclass(frozen=True)
class Pick:
    """What a picker chooses clips from."""

    download: Download
    analysis: Analysis
    ai_strategy: str
    extra_context: str | None


Picker = Callable[[Pick], Awaitable[Sequence[dict[str, Any]]]]
"""The application's own way to choose clips, as by a language model. It gives clips as
`preanalyzed_clips` takes them."""


async def picked_by(picker: Picker, pick: Pick) -> list[dict[str, Any]]:
    """The clips that the application's picker chose.

    Raises:
        InternalError: It failed, or what it gave are no clips; the log tells more.
    """
    try:
        return [_checked(clip) for clip in await picker(pick)]
    except YtclipperError:
        raise
    except Exception as error:
        LOGGER.exception("the application's picker of clips failed")
        name = type(error).__name__
        message = f"the application's own picker of clips failed: {name}; its log tells more"
        raise InternalError(message, stage="analyzing") from error


def _checked(clip: dict[str, Any]) -> dict[str, Any]:
    """A clip that the picker gave.

    Raises:
        ValueError: It is none.
        TypeError: It holds what JSON cannot carry.
    """
    known = ClipBody.model_validate(clip)
    spans: Sequence[ClipBody | PartBody] = known.parts or [known]
    if any(span.end <= span.start for span in spans):
        raise ValueError(f"a clip must end after its start: {clip}")
    json.dumps(clip, allow_nan=False)
    return clip
