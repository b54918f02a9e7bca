"""What the command line prints: progress on stderr, results on stdout, errors as one red line."""

from __future__ import annotations

import sys
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.table import Column
from rich.text import Text

from ..job import Job
from ..outcome import Progress as Report

T = TypeVar("T")
PLAIN_WIDTH = 240
"""Columns of output that no terminal shows, wide enough that paths stay whole."""
CANCEL_SECONDS = 10.0


def console(stderr: bool = False) -> Console:
    """A console that prints text as it is: no markup, no emoji codes. Plain where nobody looks."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else PLAIN_WIDTH
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, width=width)


def fail(kind: str, message: str, code: int) -> int:
    """Prints one red line and returns the exit code."""
    line = " ".join(message.split())
    console(stderr=True).print(Text(f"error ({kind}): {line}", style="bold red"), soft_wrap=True)
    return code


def follow(job: Job[T]) -> T:
    """Shows the job's progress until it is done. Ctrl-C cancels it and waits until it stopped."""
    err = console(stderr=True)
    try:
        if err.is_terminal:
            _show_bar(job, err)
        else:
            _show_lines(job, err)
        return job.result()
    except KeyboardInterrupt:
        err.print("cancelling …")
        job.cancel()
        job.exception(timeout=CANCEL_SECONDS)
        err.print(f"interrupted: the job is {job.state}")
        raise


class _Eta(ProgressColumn):
    """Time left, as the engine estimates it."""

    def render(self, task: Task) -> Text:
        eta = task.fields.get("eta")
        if eta is None or task.finished:
            return Text()
        return Text(f"{clock(eta)} left", style="cyan")


def _show_bar(job: Job[Any], err: Console) -> None:
    one_line = Column(no_wrap=True, overflow="ellipsis", ratio=1)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<12}", style="bold", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%"),
        _Eta(),
        TextColumn("{task.fields[message]}", style="dim", markup=False, table_column=one_line),
    )
    with Progress(*columns, console=err, expand=True) as bar:
        task = bar.add_task("queued", total=100.0, message="", eta=None)
        for report in job.iter_events():
            bar.update(
                task,
                description=report.stage,
                completed=report.percent,
                message=report.message,
                eta=report.eta_s,
            )


def _show_lines(job: Job[Any], err: Console) -> None:
    last: Report | None = None
    for report in job.iter_events():
        if last is None or report.stage != last.stage or report.percent >= last.percent + 10:
            err.print(
                f"{report.stage} {report.percent:.0f}% {report.message}".rstrip(), soft_wrap=True
            )
            last = report


def clock(seconds: float) -> str:
    """Seconds as `m:ss`, with hours where there are any."""
    whole = max(0, round(seconds))
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
