"""The summary on a terminal takes no more lines than there are, and says what matters most."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from tests.pages import large, small

from refute.judgement import Judgement, load_report
from refute.report.screen import SHORTEST, fit
from refute.report.terminal import render

REPORTS = Path(__file__).parents[2] / "testdata" / "reports"
SIZES = ((80, 24), (100, 40), (60, 20), (200, 60))
JUDGED = {
    "large": large(2_000, 500),
    "before": load_report(REPORTS / "before"),
    "after": load_report(REPORTS / "after"),
}


def console(width: int, *, colours: bool = False) -> Console:
    system = "standard" if colours else None
    return Console(
        file=io.StringIO(), width=width, force_terminal=True, color_system=system,  # type: ignore[arg-type]
        markup=False, highlight=False,
    )  # fmt: skip


def fitted(judgement: Judgement, width: int, height: int, *, colours: bool = False) -> str:
    inner = console(width, colours=colours)
    fit(judgement, inner, height)
    assert isinstance(inner.file, io.StringIO)
    return inner.file.getvalue()


def whole(judgement: Judgement, width: int) -> str:
    inner = console(width)
    render(judgement, inner)
    assert isinstance(inner.file, io.StringIO)
    return inner.file.getvalue()


def rows(text: str, width: int) -> int:
    """Lines on a screen of this width."""
    plain = (Text.from_ansi(line).plain for line in text.splitlines())
    return sum(max(1, -(-cell_len(line) // width)) for line in plain)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", JUDGED)
def test_it_fits_with_one_line_for_the_prompt(name: str, size: tuple[int, int]) -> None:
    assert rows(fitted(JUDGED[name], *size), size[0]) < size[1]


@pytest.mark.parametrize("name", JUDGED)
def test_score_first_survivor_and_next_command_are_always_there(name: str) -> None:
    judgement = JUDGED[name]
    counts = judgement.counts
    said = fitted(judgement, 80, 24)
    assert f"{counts.detected:,} of {counts.scored:,} fault" in said
    assert "Survivors most worth a look" in said
    assert "refute show m-" in said or "run the same command again" in said
    assert said.endswith("All of it: refute report; by keyboard: refute browse\n")


def test_a_larger_screen_says_all_that_a_smaller_one_says() -> None:
    small_one, large_one = (fitted(JUDGED["large"], 100, height) for height in (24, 50))
    assert set(small_one.splitlines()) <= set(large_one.splitlines())
    assert len(large_one) > len(small_one)


def test_what_fits_is_printed_whole() -> None:
    judgement = small()
    assert fitted(judgement, 100, 1_000) == whole(judgement, 100)


def test_where_nothing_was_judged_nothing_is_left_out() -> None:
    judgement = replace(small(), judged=(), findings=(), theatre=None)
    assert fitted(judgement, 80, 24) == whole(judgement, 80)
    assert "Nothing was judged" in fitted(judgement, 80, SHORTEST)


def test_colours_change_nothing_but_colours() -> None:
    bright = fitted(JUDGED["large"], 100, 40, colours=True)
    assert "\x1b[" in bright
    assert (
        Text.from_ansi(bright).plain.splitlines() == fitted(JUDGED["large"], 100, 40).splitlines()
    )


@pytest.mark.parametrize("width", [20, 40, 53, 54, 80])
@pytest.mark.parametrize("name", JUDGED)
def test_no_terminal_is_too_narrow(name: str, width: int) -> None:
    assert whole(JUDGED[name], width)
    assert fitted(JUDGED[name], width, 24)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", JUDGED)
def test_no_line_goes_on_beyond_the_edge_and_no_number_is_cut(name: str, width: int) -> None:
    judgement = JUDGED[name]
    said = fitted(judgement, width, 60)
    assert max(cell_len(line) for line in said.splitlines()) <= width
    theatre = judgement.theatre
    if theatre is not None and "by what they really cross" in said:
        assert f"integration, {theatre.pyramid.unit:,} unit" in " ".join(said.split())


def test_functions_that_no_test_checks_do_not_stand_among_the_tests() -> None:
    said = fitted(JUDGED["after"], 100, 60)
    worth, _, rest = said.partition("\nFunctions that no test checks\n")
    assert rest.startswith("  scale         no test runs it, 20 faults  cluster.py:83\n")
    assert "untested-function" not in said
    assert "What the tests are worth" in worth
