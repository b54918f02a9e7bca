"""JSON of results that may be long, made beside the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import Response
from pydantic_core import to_json

__all__ = ["encoded", "json_answer"]

PIECE = 1000
"""Entries of a list that are encoded at a time: no other thread gets its turn meanwhile, so that
a long transcript in one piece would hold up the event loop from any thread."""


def encoded(value: Any) -> bytes:
    """The value as JSON. Blocks for long; call it in a thread.

    Example:
        >>> encoded({"words": [{"word": "Well,"}, {"word": "é"}], "n": 0.5}).decode()
        '{"words":[{"word":"Well,"},{"word":"é"}],"n":0.5}'
    """
    if isinstance(value, dict):
        fields = (to_json(str(key)) + b":" + encoded(held) for key, held in value.items())
        return b"{" + b",".join(fields) + b"}"
    if isinstance(value, list) and len(value) > PIECE:
        pieces = (value[begin : begin + PIECE] for begin in range(0, len(value), PIECE))
        return b"[" + b",".join(_plain(piece)[1:-1] for piece in pieces) + b"]"
    return _plain(value)


def _plain(value: Any) -> bytes:
    return to_json(value, inf_nan_mode="null")


async def json_answer(
    content: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer that may hold a long result."""
    body = await asyncio.to_thread(encoded, dict(content))
    return Response(body, status, headers, media_type="application/json")
