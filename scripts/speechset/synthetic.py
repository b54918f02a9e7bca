"""Single words and short sentences said by espeak-ng, each by itself."""

from __future__ import annotations

import io
import itertools
import shutil
import subprocess
import wave

import numpy as np

from speechset.voice import RATE, Said, Sound, said

# Voices of espeak-ng and words a minute.
VOICES = (("en-us", 150), ("en-gb", 140), ("en-us+f3", 165))
LOUDNESS = 0.5

WORDS = """
    mountain computer yesterday window garden telephone seven river morning elephant banana
    question library December music doctor husband kitchen animal October breakfast Monday summer
    paper orange teacher hospital Wednesday picture village umbrella history dinner eleven London
    tomorrow building potato letter Saturday chocolate newspaper football holiday camera
""".split()
SENTENCES = (
    "The weather is nice today.",
    "Please close the door behind you.",
    "She plays the piano every evening.",
    "We are going to the station.",
    "Nobody knows the answer.",
    "Can you help me with this?",
    "My brother lives in Canada.",
    "The children are playing outside.",
    "I would like a cup of coffee.",
    "They arrived late last night.",
    "The book is on the table.",
    "It was a beautiful morning.",
)
# What is written, and what is said.
NUMBERS = {
    "42": "forty two",
    "50 %": "fifty percent",
    "$20": "twenty dollars",
    "3.5": "three point five",
    "17": "seventeen",
    "100": "one hundred",
    "75 %": "seventy five percent",
    "$90": "ninety dollars",
    "12.8": "twelve point eight",
    "It costs $15.": "it costs fifteen dollars",
    "He is 36 years old.": "he is thirty six years old",
    "About 80 % of them agree.": "about eighty percent of them agree",
    "We sold 64 houses.": "we sold sixty four houses",
    "The price rose by 2.7 percent.": "the price rose by two point seven percent",
}


def items() -> list[Said]:
    """All of them, mixed, by each voice in turn."""
    if shutil.which("espeak-ng") is None:
        raise SystemExit("the Debian package espeak-ng is missing: run `make setup`")
    texts = [(text, text) for text in (*WORDS, *SENTENCES)] + list(NUMBERS.items())
    np.random.default_rng(7).shuffle(texts)
    voices = itertools.cycle(VOICES)
    return [spoken(written, aloud, *next(voices)) for written, aloud in texts]


def spoken(written: str, aloud: str, voice: str, speed: int) -> Said:
    """A text from its first sound to its last."""
    command = ["espeak-ng", "-v", voice, "-s", str(speed), "--stdout", "--", aloud]
    made = subprocess.run(command, check=True, capture_output=True).stdout
    sound = _read(made)
    return said(written, sound * (LOUDNESS / np.abs(sound).max()), before=0, after=0)


def _read(file: bytes) -> Sound:
    """The samples of a wave file at this room's rate."""
    with wave.open(io.BytesIO(file)) as opened:
        rate = opened.getframerate()
        # The length in its head is wrong where espeak-ng wrote it into a pipe.
        frames = opened.readframes(len(file))
    samples = np.frombuffer(frames, dtype=np.int16) / 32768
    length = round(len(samples) * RATE / rate)
    spectrum = np.fft.rfft(samples)[: length // 2 + 1]
    resampled: Sound = np.fft.irfft(spectrum, length) * (length / len(samples))
    return resampled
