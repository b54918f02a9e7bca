"""Tables, and their place in docs/benchmarks.md."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

PAGE = Path(__file__).resolve().parent.parent / "docs/benchmarks.md"
TITLE = "# Benchmarks\n\nWritten by `make bench`; each section names its machine and command.\n"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table: the first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]

    def line(cells: list[str]) -> str:
        first, *rest = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return "| " + " | ".join([first, *rest]) + " |"

    rule = "|" + "|".join(
        "-" * (width + 2) if column == 0 else "-" * (width + 1) + ":"
        for column, width in enumerate(widths)
    )
    return "\n".join([line(head), rule + "|", *map(line, rows)])


def write_section(name: str, title: str, machine: str, command: str, intro: str, text: str) -> None:
    """Puts a section into the page, in the place of the one of the same name."""
    today = datetime.date.today().isoformat()
    section = (
        f"<!-- {name}: begin -->\n## {title}\n\n{intro.strip()}\n\n{text.strip()}\n\n"
        f"Machine: {machine}. Command: `{command}`. Date: {today}.\n<!-- {name}: end -->\n"
    )
    page = PAGE.read_text() if PAGE.exists() else TITLE
    known = re.compile(rf"<!-- {name}: begin -->.*<!-- {name}: end -->\n", re.DOTALL)
    if known.search(page):
        page = known.sub(lambda _: section, page)
    else:
        page += "\n" + section
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page)
