"""What `make proofs` takes for a figure, and for a missing one."""

from __future__ import annotations

import re
from pathlib import Path

import prove
from proof import Figure, figures

PAGE = Path(__file__).parents[2] / "docs/proofs.md"
PROMISED = {"10", "11", "12", "13", "14", "15", "16", "26", "27", "C", "S2", "S3", "S4"}
KEPT = Figure("13", "10 callbacks (of all)", "0, all", True)
PROOF = prove.Proof("name", "title", ("13", "14"), "true")


def test_a_figure_is_found_as_it_was_written_wherever_its_line_begins() -> None:
    missed = Figure("C", "nothing", "a clip", False)
    said = f"before\ntest engine::storm ... {KEPT}\nok\n{missed}\npromise 7: no figure\n"
    assert figures(said) == [KEPT, missed]


def test_a_promise_without_a_figure_is_missed() -> None:
    kept, missing = prove.complete(PROOF, [KEPT], 0)
    assert (kept, missing.promise, missing.kept) == (KEPT, "14", False)


def test_a_proof_that_fails_after_its_figures_is_missed() -> None:
    both = [KEPT, Figure("14", "3 exits", "all", True)]
    assert prove.complete(PROOF, both, 0) == both
    assert [figure.kept for figure in prove.complete(PROOF, both, 1)] == [True, True, False]
    missed = [KEPT, Figure("14", "2 exits", "all", False)]
    assert prove.complete(PROOF, missed, 1) == missed


def test_every_promise_has_a_proof_and_every_section_is_of_one() -> None:
    assert {name for proof in prove.ALL for name in proof.promises} == PROMISED
    written = set(re.findall("<!-- (.*): begin -->", PAGE.read_text()))
    assert written <= {proof.name for proof in prove.ALL}


def test_each_section_was_written_by_the_proof_as_it_is() -> None:
    commands = {proof.name: proof.command for proof in prove.ALL}
    sections = re.findall(r"<!-- (\S+): begin -->(.*?)<!-- ", PAGE.read_text(), re.DOTALL)
    assert sections
    for name, section in sections:
        assert f" {commands[name]}`. Date:" in section, name
