"""Words and text of clips that a picker gave without."""

from __future__ import annotations

from typing import Any

import pytest

from ytclipper_rs import Word
from ytclipper_rs.server.spoken import completed, words

EVERY = [
    Word("Before.", 0.0, 1.0),  # ends where the clip begins
    Word("Half", 0.5, 1.2),
    Word("whole", 1.5, 2.0),
    Word("late", 2.9, 3.4),
    Word("After.", 3.0, 3.6),  # begins where it ends
    Word("Then", 5.1, 5.4),
]
OWN = [{"word": "own", "start": 1.0, "end": 1.5}]
TWO = [{"start": 5.0, "end": 6.0}, {"start": 1.4, "end": 2.0}]


@pytest.mark.parametrize(
    ("clip", "said", "text"),
    [
        ({"start": 1.0, "end": 3.0}, ["Half", "whole", "late"], "Half whole late"),
        ({"start": 1.0, "end": 3.0, "words": [], "text": ""}, ["Half", "whole", "late"], None),
        ({"start": 1.0, "end": 3.0, "text": "Own."}, ["Half", "whole", "late"], "Own."),
        ({"start": 1.0, "end": 3.0, "words": OWN}, ["own"], "own"),
        ({"start": 4.0, "end": 5.0}, [], ""),
        ({"parts": TWO}, ["Then", "whole"], "Then whole"),
        ({"parts": [TWO[0], TWO[1] | {"words": OWN}]}, ["Then", "own"], "Then own"),
        ({"parts": [TWO[0], TWO[1] | {"text": " Own. "}]}, ["Then", "whole"], "Own."),
        ({"parts": None, "start": 1.4, "end": 2.0}, ["whole"], "whole"),
    ],
)
def test_what_a_clip_lacks_is_taken_from_what_is_said_there(
    clip: dict[str, Any], said: list[str], text: str | None
) -> None:
    made = completed(clip, EVERY)
    assert [word["word"] for word in made["words"]] == said
    assert made["text"] == (" ".join(said) if text is None else text)
    assert made == clip | {"words": made["words"], "text": made["text"]}, "all else stays"


def test_words_bring_their_times() -> None:
    (word,) = words(EVERY[:1])
    assert word == {"word": "Before.", "start": 0.0, "end": 1.0}
