"""What users change."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter

from ..service import Given
from ..stored import ConfigChange, UserConfig
from ..views import PROBLEMS

__all__ = ["router"]

router = APIRouter(tags=["config"], responses=PROBLEMS)


@router.get("/api/config")
async def config(service: Given) -> UserConfig:
    """The settings that new tasks take."""
    return service.config.shown()


@router.post("/api/config")
async def change(given: ConfigChange, service: Given) -> UserConfig:
    """Changes some of them; the others stay."""
    await asyncio.to_thread(service.config.change, given)
    return service.config.shown()
