"""Who says what when: real speech laid out in time, and how far a mouth opens to it."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import sample

RATE = sample.RATE
Sound = NDArray[np.float32]
# A mouth looks at so many seconds of sound, and no longer pause within a sentence closes it.
WINDOW = 0.05


@dataclass(frozen=True)
class Utterance:
    """A sentence of the recordings, or a part of it, at its place."""

    person: int
    at: float
    """When the voice sets in, in seconds."""
    sentence: str
    """Number of the recording."""
    skip: float = 0.0
    """Seconds of voice left out at its begin."""
    length: float | None = None
    """Seconds of voice taken; all where None."""

    @property
    def end(self) -> float:
        """When the voice ends, in seconds."""
        return self.at + len(_voice(self.sentence, self.skip, self.length)) / RATE


@functools.cache
def _voice(sentence: str, skip: float, length: float | None) -> Sound:
    samples: Sound = np.array(sample.read_speech(sentence), dtype=np.float32) / np.float32(32768)
    onset, offset = sample.voiced(sample.read_speech(sentence))
    first = onset + skip
    last = offset if length is None else min(offset, first + length)
    return samples[int(first * RATE) : int(last * RATE)]


@dataclass(frozen=True)
class Talk:
    """All that is said in a sequence."""

    utterances: tuple[Utterance, ...] = ()

    def speaks(self, person: int, time: float) -> bool:
        """Whether a person is in the middle of an utterance."""
        return any(u.person == person and u.at <= time < u.end for u in self.utterances)

    def openness(self, person: int, time: float) -> float:
        """How far the mouth is open, 0 to 1, by the loudness of the voice."""
        return max((_openness(u, time) for u in self.utterances if u.person == person), default=0)

    def sound(self, seconds: float) -> Sound:
        """All voices together over faint noise, 16 kHz mono."""
        noise = np.random.default_rng(3).standard_normal(round(seconds * RATE))
        total = (noise * 0.0006).astype(np.float32)
        for utterance in self.utterances:
            voice = _voice(utterance.sentence, utterance.skip, utterance.length)
            first = round(utterance.at * RATE)
            total[first : first + len(voice)] += voice[: max(0, len(total) - first)]
        return total.clip(-1, 1)


def _openness(utterance: Utterance, time: float) -> float:
    voice = _voice(utterance.sentence, utterance.skip, utterance.length)
    first, last = (round((time - utterance.at + side) * RATE) for side in (-WINDOW, WINDOW))
    heard = voice[max(first, 0) : max(last, 0)]
    if len(heard) == 0:
        return 0.0
    loudness = float(np.sqrt(np.mean(heard**2)) / np.sqrt(np.mean(voice**2)))
    return min(1.0, float((loudness / 1.6) ** 0.8))
