"""The five LibriVox sentences, said in other orders than in the sample."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

import sample
from speechset.voice import Said, said

NUMBERS = ("0870", "0880", "0890", "0920", "0930")
# No sentence follows itself, also from one round to the next.
ROUNDS = (
    ("0930", "0870", "0920", "0880", "0890"),
    ("0920", "0890", "0930", "0870", "0880"),
    ("0890", "0880", "0870", "0930", "0920"),
    ("0880", "0920", "0890", "0930", "0870"),
    ("0920", "0880", "0930", "0890", "0870"),
)


@functools.cache
def sentence(number: str) -> Said:
    """A sentence with what is soft before and after its voice."""
    sound = np.array(sample.read_speech(number)) / 32768
    return said(sample.transcription()[number], sound, before=0.06, after=0.15)


def sentences() -> Iterator[Said]:
    """All rounds, over and over."""
    while True:
        for order in ROUNDS:
            yield from map(sentence, order)


def rounds() -> list[Said]:
    """Each round once: more than two minutes with the pauses."""
    return [sentence(number) for order in ROUNDS for number in order]


def lasting(seconds: float, pause: float) -> list[Said]:
    """As many as fill so much time with this pause between them."""
    chosen: list[Said] = []
    length = 0.0
    for part in sentences():
        length += (part.offset - part.onset) / sample.RATE + pause
        if length > seconds:
            return chosen
        chosen.append(part)
    raise AssertionError("sentences never end")
