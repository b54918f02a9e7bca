"""The command line, as a user runs it."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

import ytclipper_rs as yt
from conftest import Media
from ytclipper_rs._files import write_whole
from ytclipper_rs.cli import files, tables
from ytclipper_rs.cli.output import clock

CLI = [sys.executable, "-m", "ytclipper_rs.cli"]


def cli(
    folder: Path, *arguments: object, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *map(str, arguments)],
        cwd=folder,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_version_is_told(tmp_path: Path) -> None:
    assert cli(tmp_path, "--version").stdout == f"ytclipper {yt.__version__}\n"


def test_probe_tells_a_person_and_a_program(media: Media, tmp_path: Path) -> None:
    told = cli(tmp_path, "probe", media.video)
    assert told.returncode == 0
    assert "h264 320x240, 30.000 fps" in told.stdout
    info = json.loads(cli(tmp_path, "probe", media.video, "--json").stdout)
    assert info["path"] == str(media.video)


def test_render_reads_a_plan(media: Media, tmp_path: Path) -> None:
    plan = {"source": str(media.video), "output": "out.mp4", "parts": [{"start": 1, "end": 2}]}
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    done = cli(tmp_path, "render", "plan.json", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["frames"] == 30
    assert "complete 100%" in done.stderr
    told = cli(tmp_path, "render", "-", stdin=json.dumps(plan | {"overwrite": True}))
    assert "30 frames" in told.stdout


def test_thumbnail_writes_beside_the_current_folder(media: Media, tmp_path: Path) -> None:
    assert cli(tmp_path, "thumbnail", media.video, "-o", "a.jpg").returncode == 0
    assert (tmp_path / "a.jpg").read_bytes().startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "message"),
    [
        (["probe", "no-such.mp4"], None, 1, "error (not_found): "),
        (["probe", "."], None, 1, "error (is_directory): "),
        (["render", "no-such.json"], None, 1, "error (not_found): no-such.json"),
        (["render", "-"], "{", 2, "error (invalid_spec): "),
        (["render", "-"], "[]", 2, "error (invalid_spec): "),
        (["render", "-"], '{"kind": "probe", "source": "a"}', 2, "error (invalid_spec): kind"),
        (["render", "-"], '{"source": "a", "output": "b.exe"}', 2, "error (invalid_spec): output"),
        (["process", "no-such.mp4"], None, 1, "error (not_found): "),
        (
            ["process", "a.mp4", "--clips", "0"],
            None,
            2,
            "error (invalid_spec): selection.num_clips",
        ),
        (["transcribe", "no-such.mp4"], None, 1, "error (not_found): "),
        (["models", "path", "no-such-model"], None, 1, "error (model_unavailable): "),
    ],
)
def test_a_failure_is_one_line_and_an_exit_code(
    tmp_path: Path, arguments: list[str], stdin: str | None, code: int, message: str
) -> None:
    done = cli(tmp_path, *arguments, stdin=stdin)
    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith(message)
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    for arguments in ([], ["dance"], ["process"], ["process", "a.mp4", "--format", "round"]):
        done = cli(tmp_path, *arguments)
        assert done.returncode == 2
        assert "usage: ytclipper" in done.stderr


def test_the_models_are_listed_and_no_speech_model_is_told(tmp_path: Path) -> None:
    folder = ["--model-dir", tmp_path / "none"]
    done = cli(tmp_path, "models", "list", *folder)
    assert done.returncode == 0
    assert "no speech models in" in done.stderr
    (face,) = json.loads(cli(tmp_path, "models", "list", "--json", *folder).stdout)
    assert face["name"] == "centerface"
    told = cli(tmp_path, "models", "path", "centerface", *folder)
    assert told.stdout.strip() == face["path"]


def test_ctrl_c_cancels_the_job_and_leaves_nothing(media: Media, tmp_path: Path) -> None:
    plan = {
        "source": str(media.long),
        "output": str(tmp_path / "out.mp4"),
        "encode": {"preset": "slow", "fps": 240},
    }
    process = subprocess.Popen(
        [*CLI, "render", "-"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(json.dumps(plan))
        process.stdin.close()
        assert any(line.startswith("clipping") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        assert process.wait(10) == 130
    assert rest.splitlines()[-1] == "interrupted: the job is cancelled"
    assert "Traceback" not in rest
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_is_no_traceback(media: Media, tmp_path: Path) -> None:
    command = f"{sys.executable} -m ytclipper_rs.cli probe {media.video} --json | head -c 1"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("{", "")


SPOKEN = yt.Transcript(
    language="en",
    language_probability=1.0,
    segments=(
        yt.Segment(0, 0.0, 1.5, " Hello & <welcome>. "),
        yt.Segment(1, 3661.25, 3662.0, "An hour later."),
    ),
    full_text="Hello & <welcome>. An hour later.",
    model="base",
    duration=3700.0,
)


def test_a_transcript_is_written_in_each_form() -> None:
    assert files.transcript(SPOKEN, "txt") == "Hello & <welcome>.\nAn hour later.\n"
    assert files.transcript(SPOKEN, "srt") == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello & <welcome>.\n\n"
        "2\n01:01:01,250 --> 01:01:02,000\nAn hour later.\n"
    )
    assert files.transcript(SPOKEN, "vtt") == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nHello &amp; &lt;welcome&gt;.\n\n"
        "01:01:01.250 --> 01:01:02.000\nAn hour later.\n"
    )
    assert json.loads(files.transcript(SPOKEN, "json"))["segments"][1]["start"] == 3661.25


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.txt", "new")
    assert (tmp_path / "a.txt").read_text() == "new"
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "b.txt", "\udcff")
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


REPORT = yt.RenderReport(
    *(Path("p/clip_001.mp4"), 1080, 1920, 30.0, 450, 15.0, 1000, 1, 460, 1),
    *(True, None, None, 7.5, 2.0),
)


def printed(pieces: Sequence[tables.Piece]) -> str:
    """What a wide console shows."""
    stream = io.StringIO()
    out = Console(file=stream, width=200, markup=False)
    for piece in pieces:
        out.print(piece)
    return stream.getvalue()


def test_the_table_of_a_project_says_what_a_user_wants_to_know() -> None:
    words = (yt.Word("So", 61.0, 61.2), yt.Word("[bold]why?", 61.2, 62.0))
    candidate = yt.ClipCandidate(1, 61.0, 76.04, "So [bold]why?", words, 12.0, fallback=True)
    clip = yt.Clip(candidate, REPORT.output, Path("i.json"), None, words, REPORT)
    project = yt.Project(
        Path("p"), "Talk", "en", (clip,), timings={"clipping": 7.5, "probing": 0.5}
    )
    text = printed(tables.project(project))
    for part in ("1:01.0-1:16.0", "So [bold]why?", "12*", "7.5", "p/clip_001.mp4", "clipping"):
        assert part in text, text
    assert "total" in text
    assert "8.0" in text
    assert tables.FALLBACK in text
    assert "framing" not in text


def test_a_table_tells_how_clips_were_framed_in_one_short_cell() -> None:
    framed = replace(REPORT, framing=yt.FramingReport(modes={"dual": 3.0, "single": 12.0}))
    clips = (
        yt.Clip(yt.ClipCandidate(1, 0, 15, "", (), 12.0), Path("a"), Path("i"), None, (), framed),
        yt.Clip(yt.ClipCandidate(2, 20, 35, "", (), 12.0), Path("b"), Path("i"), None, (), REPORT),
    )
    text = printed(tables.project(yt.Project(Path("p"), "Talk", "en", clips)))
    assert "framing" in text
    assert "single 80 %, dual 20 %" in text


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (yt.FramingReport(99.5, 100, 0.1, persons=1), "1 person, 99.5 % whole in the picture"),
        (yt.FramingReport(persons=2), "2 people"),
    ],
)
def test_figures_that_nobody_knows_are_left_out(found: yt.FramingReport, told: str) -> None:
    (line,) = (
        line
        for line in printed([tables.report(replace(REPORT, framing=found))]).splitlines()
        if line.strip().startswith("faces")
    )
    assert line.split(maxsplit=1)[1].strip() == told


def test_times_are_told_as_people_do() -> None:
    assert [clock(seconds) for seconds in (0, 59.6, 61, 3600, -1)] == [
        *("0:00", "1:00", "1:01", "1:00:00", "0:00")
    ]
