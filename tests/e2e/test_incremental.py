"""What is kept between runs: taken over where nothing has changed, and nowhere else."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator

import pytest
from tests.e2e.changing import SPOTS, State, walk, write
from tests.e2e.stage import Done, Stage, libraries, stage
from tests.unit.interpreters import interpreters

STEPS = 5
"""Edits of the walk; benches/incremental.py goes further."""

NEWEST = max(interpreters(), key=lambda version: int(version.partition(".")[2]))

BEGIN = dict.fromkeys(SPOTS, 0)


@pytest.fixture
def here() -> Iterator[Stage]:
    """An empty project, and the newest Python that is here, which tells most of trials."""
    with stage("calc") as made:
        shutil.rmtree(made.project)
        made.project.mkdir()
        # pytest for an interpreter that has none; it is Python text alone.
        made.path = str(libraries(made.folder / "site-packages"))
        made.python = sys.executable
        yield made


def judge(here: Stage, state: State, *options: str) -> Done:
    write(here.project, state)
    done = here.run("--score-only", "-j1", *options, python=interpreters()[NEWEST])
    assert done.code in (0, 4), done.output
    return done


def verdicts(done: Done) -> dict[str, str]:
    """Killed and timeout are one: which of them it is depends on the test that is asked first."""
    return {
        m["id"]: "noticed" if m["verdict"] in ("killed", "timeout") else m["verdict"]
        for m in done.report["mutants"]
    }


def reused(done: Done) -> set[str]:
    """Functions with mutants that were taken over."""
    return {m["function"] for m in done.report["mutants"] if m["reused"]}


def tried(done: Done) -> set[str]:
    """Functions with mutants that were run in this run."""
    return {
        m["function"]
        for m in done.report["mutants"]
        if m["mechanism"] != "none" and not m["reused"]
    }


needs_monitoring = pytest.mark.skipif(
    NEWEST == "3.11", reason="3.11 can't tell which functions a trial began"
)


@pytest.mark.slow
def test_walk_of_edits_equals_runs_from_nothing(here: Stage) -> None:
    for what, state in walk(11, STEPS):
        kept = judge(here, state)
        store = here.project / ".refute"
        store.rename(here.folder / "kept")
        assert verdicts(kept) == verdicts(judge(here, state)), what
        shutil.rmtree(store)
        (here.folder / "kept").rename(store)


@pytest.mark.slow
@needs_monitoring
def test_only_what_an_edit_can_reach_is_tried_again(here: Stage) -> None:
    first = judge(here, BEGIN)
    assert reused(first) == set()
    again = judge(here, BEGIN)
    assert tried(again) == set()
    assert "taken over" in again.note("reused")
    # `high` begins in no test, but a fault in the condition of `pick` leads there.
    edited = judge(here, BEGIN | {"HIGH": 2})
    assert "pick" in tried(edited)
    # Which others met it depends on what shared a child with it; some did not.
    assert reused(edited)
    # Back on the first branch everything is known.
    assert tried(judge(here, BEGIN)) == set()
    # A test of another file tells nothing new of these.
    assert reused(judge(here, BEGIN | {"LOW_TEST": 1}))
    assert "Cart.add" in reused(judge(here, BEGIN | {"OTHER_FILE": 1}))
    # A fixture, a file that tests read, a constant: everything.
    for spot in ("FILLED", "WORD", "LIMIT"):
        assert reused(judge(here, BEGIN | {spot: 1})) == set(), spot
