"""Bodies of requests, as the existing server takes them."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..spec import OutputFormat

__all__ = ["AnalyzeBody", "ClipBody", "PartBody", "ProcessBody", "WordBody"]

Time = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]
ClientId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$", examples=["tab-1"])]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=4096,
        description="An http(s) URL, or the `source` that an upload was answered by.",
        examples=["https://example.org/watch?v=1"],
    ),
]
Text = Annotated[str, Field(max_length=100_000)]


class WordBody(BaseModel):
    """A spoken word; seconds of the source."""

    model_config = ConfigDict(extra="ignore")
    word: Annotated[str, Field(max_length=1000)]
    start: Time
    end: Time
    probability: float | None = None


class PartBody(BaseModel):
    """One span of a clip that is joined of several."""

    model_config = ConfigDict(extra="ignore")
    start: Time
    end: Time
    text: Text = ""
    title: Text = ""
    reason: Text = ""
    keywords: list[str] = []
    words: list[WordBody] = []


class ClipBody(BaseModel):
    """A clip that was chosen: `start` and `end`, or `parts`. What `/api/analyze` answers fits."""

    model_config = ConfigDict(extra="ignore")
    start: Time = 0.0
    end: Time = 0.0
    text: Text = ""
    title: Text = ""
    reason: Text = ""
    keywords: list[str] = []
    words: list[WordBody] = []
    parts: list[PartBody] | None = None


class SourceBody(BaseModel):
    """What all requests about a source have in common."""

    model_config = ConfigDict(extra="ignore")
    url: Url
    client_id: ClientId | None = Field(
        default=None, description="Whose WebSocket gets the progress; all get it where left out."
    )
    ai_strategy: str = Field(
        default="viral-moments",
        max_length=100,
        description="Handed to the application's own picker of clips, where it has one.",
    )
    extra_context: str | None = Field(
        default=None, max_length=20_000, description="Handed to the picker as well."
    )
    num_clips: Annotated[int, Field(ge=1, le=100)] = 5
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None = Field(
        default=None, description="Name of an installed speech model; the server's where left out."
    )
    language: str | None = Field(default=None, description="ISO 639-1 code; detected if left out.")


class AnalyzeBody(SourceBody):
    """Find clips."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"url": "https://example.org/watch?v=1", "client_id": "tab-1"}]
        }
    )


class ProcessBody(SourceBody):
    """Make clips."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "url": "upload:5f0c9a2be1d3/talk.mp4",
                    "format": "vertical_9x16",
                    "preanalyzed_clips": [{"start": 12.0, "end": 27.5, "title": "The best part"}],
                    "client_id": "tab-1",
                }
            ]
        }
    )
    format: OutputFormat = "original"
    burn_captions: bool = True
    selected_clips: list[int] | None = Field(
        default=None, description="Which clips to make, by number from 1; all where left out."
    )
    preanalyzed_clips: list[ClipBody] | None = Field(
        default=None, description="Clips that were chosen already; found where left out."
    )
    full_transcript_words: list[WordBody] | None = None
    insert: str | None = Field(
        default=None,
        description="Photo or video of the stacked formats, as the `source` of an upload.",
    )
    encode: dict[str, Any] | None = Field(
        default=None, description="How clips are encoded: `preset`, `crf`, `fps`, `size`."
    )
