"""Sound in which nobody says anything."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from speechset.voice import RATE, ROOM, Sound

SECONDS = 25
COUNT = SECONDS * RATE
BEAT = 60 / 110
# Semitones from A3: the roots and thirds of four chords, and a tune over them.
CHORDS = ((3, 7, 10), (-2, 2, 5), (0, 3, 7), (-4, 0, 3))
TUNE = (15, 12, 10, 12, 14, 10, 7, 10, 12, 10, 7, 3, 8, 7, 5, 3)


def _times(seconds: float) -> Sound:
    return np.arange(round(seconds * RATE)) / RATE


def _hz(semitone: float) -> float:
    return float(220 * 2 ** (semitone / 12))


def _noise(count: int, seed: int) -> Sound:
    return np.random.default_rng(seed).standard_normal(count)


def _add(total: Sound, at: float, sound: Sound) -> None:
    first = round(at * RATE)
    part = sound[: max(0, len(total) - first)]
    total[first : first + len(part)] += part


def _struck(hz: float, seconds: float) -> Sound:
    """A plucked or struck note: its upper harmonics die first."""
    time = _times(seconds)
    note: Sound = np.zeros_like(time)
    for harmonic in range(1, 9):
        decay = np.exp(-time * (1.5 + harmonic))
        note += np.sin(2 * np.pi * hz * harmonic * time) * decay / harmonic
    note *= np.minimum(1, time / 0.01)
    return note


def _sung(hz: float, seconds: float) -> Sound:
    """A held note with vibrato, as of a violin."""
    time = _times(seconds)
    phase = 2 * np.pi * hz * time + 0.35 * np.sin(2 * np.pi * 5.5 * time)
    swell = np.minimum(1, np.minimum(time / 0.06, (seconds - time) / 0.08))
    note: Sound = np.zeros_like(time)
    for harmonic in range(1, 12):
        note += np.sin(harmonic * phase) / harmonic
    note *= swell
    return note


def _drum(at: int) -> Sound:
    """A beat's drum: low on the first and third, a crack of noise on the others."""
    time = _times(0.25)
    if at % 2 == 0:
        drum: Sound = np.sin(2 * np.pi * (50 * time + 4 * (1 - np.exp(-time * 30))))
        drum *= np.exp(-time * 14)
        return drum
    crack = _noise(len(time), at)
    crack *= 0.4 * np.exp(-time * 25)
    return crack


def _beats() -> range:
    return range(int(SECONDS / BEAT))


def music() -> Sound:
    """Chords, bass and drums."""
    total = np.zeros(COUNT)
    for beat in _beats():
        chord = CHORDS[beat // 4 % len(CHORDS)]
        for semitone in (*chord, chord[0] - 24):
            _add(total, beat * BEAT, 0.12 * _struck(_hz(semitone), 1.2))
        _add(total, beat * BEAT, 0.3 * _drum(beat))
        _add(total, (beat + 0.5) * BEAT, 0.05 * np.diff(_noise(800, beat)))
    return total


def melody() -> Sound:
    """A tune of held notes with vibrato."""
    total = np.zeros(COUNT)
    for beat in _beats():
        note = _sung(_hz(TUNE[beat % len(TUNE)]), BEAT)
        _add(total, beat * BEAT, 0.2 * note)
    return total


def tones() -> Sound:
    """Steady tones, one after the other."""
    total = np.zeros(COUNT)
    for number, hz in enumerate((440, 1000, 220, 300, 2500)):
        _add(total, number * 5, 0.3 * np.sin(2 * np.pi * hz * _times(4.5)))
    return total


def pink() -> Sound:
    """Noise with as much power in each octave."""
    spectrum = np.fft.rfft(_noise(COUNT, 11))
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    noise: Sound = np.fft.irfft(spectrum, COUNT)
    noise *= 0.1 / noise.std()
    return noise


def hum() -> Sound:
    """The mains and its harmonics, and clicks."""
    time = _times(SECONDS)
    total = ROOM * _noise(COUNT, 12)
    for harmonic in (1, 2, 3, 5):
        total += np.sin(2 * np.pi * 50 * harmonic * time) * 0.1 / harmonic
    for at in np.random.default_rng(13).uniform(0, SECONDS, 60):
        click = _noise(64, int(at * 1000)) * np.exp(-_times(0.004) * 1000)
        _add(total, float(at), 0.3 * click)
    return total


SOUNDS: dict[str, Callable[[], Sound]] = {
    "silence": lambda: np.zeros(COUNT),
    "room": lambda: ROOM * _noise(COUNT, 14),
    "tones": tones,
    "music": music,
    "melody": melody,
    "white": lambda: 0.1 * _noise(COUNT, 15),
    "pink": pink,
    "hum": hum,
}
