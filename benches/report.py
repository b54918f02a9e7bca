"""Tables, and their place in docs/benchmarks.md or docs/proofs.md."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
BENCHMARKS, PROOFS = DOCS / "benchmarks.md", DOCS / "proofs.md"
TITLES = {
    BENCHMARKS: "# Benchmarks\n\nWritten by `make bench`; ",
    PROOFS: "# Proofs\n\nWritten by `make proofs`; ",
}
LEAD = "each section names its machine and command.\n"


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


def write_section(
    name: str,
    title: str,
    machine: str,
    command: str,
    intro: str,
    text: str,
    page: Path = BENCHMARKS,
) -> None:
    """Puts a section into the page, in the place of the one of the same name."""
    today = datetime.date.today().isoformat()
    parts = [f"## {title}", intro.strip(), text.strip()]
    section = (
        f"<!-- {name}: begin -->\n" + "\n\n".join(filter(None, parts)) + "\n\n"
        f"Machine: {machine}. Command: `{command}`. Date: {today}.\n<!-- {name}: end -->\n"
    )
    written = page.read_text() if page.exists() else TITLES[page] + LEAD
    known = re.compile(rf"<!-- {name}: begin -->.*<!-- {name}: end -->\n", re.DOTALL)
    if known.search(written):
        written = known.sub(lambda _: section, written)
    else:
        written += "\n" + section
    page.parent.mkdir(exist_ok=True)
    page.write_text(written)
