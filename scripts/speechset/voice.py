"""Sound, where the voice in it begins and ends, and voices joined with known gaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import sample

RATE = sample.RATE
Sound = NDArray[np.float64]
# The voice is looked for in blocks of 5 ms and is louder than this part of the loudest block: on
# the five recordings a begin is within 15 ms of what a spectrogram shows, an end within 80 ms: a
# soft last consonant is missed.
BLOCK, SOFTEST = RATE // 200, 1 / 25
# The hum of rooms is below the voice. A filter that rises between these (Hz) rings for less than
# this many samples, which must not reach around from a sound's begin to its end.
HUM, VOICE, RING = 100.0, 300.0, RATE // 4
# Silence has the noise of a quiet room in it.
ROOM = 0.0006
LEAD_IN, TAIL = 0.8, 1.2


@dataclass(frozen=True)
class Said:
    """A word or sentence; onset and offset are samples of its sound."""

    text: str
    sound: Sound
    onset: int
    offset: int


def voiced(sound: Sound) -> tuple[int, int]:
    """The sample at which the voice sets in, and the one at which it has ended."""
    padded = np.pad(sound, RING)
    rise = ((np.fft.rfftfreq(len(padded), 1 / RATE) - HUM) / (VOICE - HUM)).clip(0, 1)
    spectrum = np.fft.rfft(padded) * np.sin(rise * np.pi / 2) ** 2
    clear = np.fft.irfft(spectrum, len(padded))[RING : RING + len(sound)]
    blocks = clear[: len(clear) // BLOCK * BLOCK].reshape(-1, BLOCK)
    levels = np.sqrt((blocks**2).mean(axis=1))
    loud = np.flatnonzero(levels > levels.max() * SOFTEST)
    return int(loud[0]) * BLOCK, (int(loud[-1]) + 1) * BLOCK


def said(text: str, sound: Sound, before: float, after: float) -> Said:
    """A recording without what lies further than so many seconds around its voice."""
    onset, offset = voiced(sound)
    first = max(0, onset - round(before * RATE))
    last = min(len(sound), offset + round(after * RATE))
    return Said(text, faded(sound[first:last]), onset - first, offset - first)


def faded(sound: Sound) -> Sound:
    """The sound with 2 ms at both ends faded, so that it does not click."""
    length = min(RATE // 500, len(sound) // 2)
    slope = np.linspace(0, 1, length)
    out = sound.copy()
    out[:length] *= slope
    out[len(out) - length :] *= slope[::-1]
    return out


def join(parts: Iterable[Said], gaps: Iterator[float]) -> tuple[Sound, list[dict[str, Any]]]:
    """The parts one after the other, and what is said when; a gap is what lies between a voice's
    end and the next one's begin, in seconds."""
    placed, at = [], round(LEAD_IN * RATE)
    for part in parts:
        placed.append((at, part))
        at += part.offset - part.onset + round(next(gaps) * RATE)
    last, part = placed[-1]
    length = last + part.offset - part.onset + round(TAIL * RATE)
    sound = np.random.default_rng(5).standard_normal(length) * ROOM
    for at, part in placed:
        first = at - part.onset
        sound[first : first + len(part.sound)] += part.sound
    items = [
        {
            "text": part.text,
            "onset": round(at / RATE, 4),
            "offset": round((at + part.offset - part.onset) / RATE, 4),
        }
        for at, part in placed
    ]
    return sound.clip(-1, 1), items


def gaps(least: float, most: float, seed: int) -> Iterator[float]:
    """Seconds between voices, the same ones each time."""
    generator = np.random.default_rng(seed)
    while True:
        yield float(generator.uniform(least, most))
