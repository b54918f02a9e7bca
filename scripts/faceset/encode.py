"""Pictures and sound into an H.264 file, by the ffmpeg command."""

from __future__ import annotations

import json
import subprocess
import wave
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from .scene import Picture, Sequence
from .voice import RATE, Sound

# Ticks a second of a video whose rate is not constant.
TICKS = 600


def write_sound(sound: Sound, path: Path) -> None:
    """16-bit mono."""
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        out.writeframes((sound * 32767).astype(np.int16).tobytes())


def encode(sequence: Sequence, pictures: Iterable[Picture], target: Path) -> None:
    """Writes the video; where somebody talks, with sound."""
    width, height = sequence.size
    sound = target.with_suffix(".wav")
    upright = target.with_suffix(".upright.mp4") if sequence.rotated else target
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{width}x{height}", "-framerate", "/".join(map(str, sequence.rate))]
    command += ["-i", "-"]
    if sequence.talk.utterances:
        write_sound(sequence.talk.sound(sequence.seconds), sound)
        command += ["-i", str(sound), *"-c:a aac -b:a 96k -ar 48000".split()]
    command += _filters(sequence)
    command += f"-c:v libx264 -preset veryfast -crf {sequence.crf} -profile:v high".split()
    command += "-g 120 -pix_fmt yuv420p -colorspace bt709 -color_primaries bt709".split()
    command += "-color_trc bt709 -threads 2 -movflags +faststart -f mp4".split()
    child = subprocess.Popen([*command, str(upright)], stdin=subprocess.PIPE)
    assert child.stdin is not None
    for picture in pictures:
        child.stdin.write(picture.tobytes())
    child.stdin.close()
    if child.wait() != 0:
        raise SystemExit(f"ffmpeg could not write {sequence.name}")
    sound.unlink(missing_ok=True)
    if sequence.rotated:
        _say_rotated(upright, target)


def _filters(sequence: Sequence) -> list[str]:
    steps = ["scale=out_color_matrix=bt709:out_range=tv"]
    if sequence.rotated:
        steps.append("transpose=clock")
    if not sequence.times:
        return ["-vf", ",".join(steps)]
    # The time of picture N as nested conditions would be long: a sum of the steps taken is not.
    ticks = [round(time * TICKS) for time in sequence.times]
    rises = [(1, ticks[1] - ticks[0])]
    for number in range(2, len(ticks)):
        step = ticks[number] - ticks[number - 1]
        before = ticks[number - 1] - ticks[number - 2]
        if step != before:
            rises.append((number, step - before))
    sums = "+".join(f"({step})*max(0,N-{number}+1)" for number, step in rises)
    steps += [f"settb=1/{TICKS}", f"setpts='{sums}'"]
    rate = ["-fps_mode", "vfr", "-enc_time_base", f"1:{TICKS}"]
    return ["-vf", ",".join(steps), *rate, "-video_track_timescale", str(TICKS)]


def _say_rotated(upright: Path, target: Path) -> None:
    """Marks a picture that was turned, so that viewers turn it back."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", str(upright), "-c", "copy"]
    command += ["-metadata:s:v:0", "rotate=90", "-movflags", "+faststart", "-f", "mp4"]
    subprocess.run([*command, str(target)], check=True)
    upright.unlink()


def times_of(video: Path) -> list[float]:
    """When each picture of a finished file is shown, in seconds, in order."""
    probe = "ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of json".split()
    out = subprocess.run([*probe, str(video)], check=True, capture_output=True)
    return sorted(float(packet["pts_time"]) for packet in json.loads(out.stdout)["packets"])
