"""Running commands and looking at what they cost and what they left."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Usage:
    """What commands took."""

    wall: float
    cpu: float
    peak_mb: float


def run_all(commands: list[list[str]], cores: int | None) -> Usage:
    """Runs commands one after the other; times add up, the highest memory counts."""
    usages = [run(command, cores) for command in commands]
    return Usage(
        sum(usage.wall for usage in usages),
        sum(usage.cpu for usage in usages),
        max(usage.peak_mb for usage in usages),
    )


def run(command: list[str], cores: int | None) -> Usage:
    """Runs a command to its end. What it uses is told by the kernel, its children included."""
    if cores is not None:
        usable = sorted(os.sched_getaffinity(0))[:cores]
        command = ["taskset", "-c", ",".join(map(str, usable)), *command]
    with tempfile.TemporaryFile() as errors:
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{errors.read().decode()}")
    return Usage(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def percentile(values: list[float], share: float) -> float:
    """The value below which this share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def ssim(video: Path, ideal: Path) -> float:
    """Structural similarity, 0 to 1, of two videos frame by frame, whatever their timestamps."""
    same = "setpts=N/30/TB,format=yuv420p"
    graph = f"[0:v]{same}[a];[1:v]{same}[b];[a][b]ssim"
    command = ["ffmpeg", "-nostdin", "-hide_banner", "-i", str(video), "-i", str(ideal)]
    out = subprocess.run(
        [*command, "-lavfi", graph, "-f", "null", "-"], check=True, capture_output=True, text=True
    )
    found = re.search(r"SSIM .*All:([0-9.]+)", out.stderr)
    if found is None:
        raise SystemExit(f"no SSIM in:\n{out.stderr}")
    return float(found[1])


def video_facts(video: Path) -> tuple[int, int]:
    """Frames and bytes of a video."""
    probe = "ffprobe -v error -select_streams v:0 -count_packets -of json".split()
    probe += ["-show_entries", "stream=nb_read_packets", str(video)]
    out = subprocess.run(probe, check=True, capture_output=True)
    return int(json.loads(out.stdout)["streams"][0]["nb_read_packets"]), video.stat().st_size


def machine(cores: int | None) -> str:
    """What the figures were measured on."""
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    gigabytes = int(memory[1]) / 2**20 if memory else 0.0
    version = subprocess.run(["ffmpeg", "-version"], check=True, capture_output=True, text=True)
    name = model[1] if model else platform.machine()
    used = f"{cores} of {os.cpu_count()} cores" if cores else f"{os.cpu_count()} cores"
    ffmpeg = " ".join(version.stdout.split()[:3])
    return f"{name}, {used}, {gigabytes:.0f} GB; {platform.platform()}; {ffmpeg}"
