"""Pairs and traces that are taken over: while what began in their trials is as it was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from refute.baseline import Baseline, Coverage, Test, TestOutcome
from refute.reuse import Tree
from refute.reuse_strength import StrengthReuse
from refute.store import Store
from refute.strength import Notice
from refute.trials.scribe import Unit

UNITS = (Unit("low#1", 1, 2, "a"), Unit("high#1", 4, 6, "b"), Unit("spare#1", 8, 9, "c"))
DIGESTS = {
    "common": "1",
    "whole": "2",
    "shop.py::low#1": "a",
    "shop.py::high#1": "b",
    "shop.py::spare#1": "c",
    "test:t.py": "3",
}
TREE = Tree(DIGESTS, ("shop.py",), {"shop.py": UNITS}, {0: frozenset({"test:t.py"})})
BASELINE = Baseline(
    tests=(Test("t.py::one", TestOutcome.PASSED, 0.1), Test("t.py::two", TestOutcome.PASSED, 0.1)),
    coverage=Coverage({}, {}, {}, {}),
    collect_seconds=0.1,
    suite_seconds=0.1,
    versions={},
    boundaries={},
    test_files=(0, 0),
    files=("/t.py",),
)
PLACES = {"m-1": ("shop.py", 2), "m-2": ("shop.py", 5)}


def reuse(store: Store, **digests: str) -> StrengthReuse:
    changed = {f"shop.py::{name}#1": value for name, value in digests.items()}
    return StrengthReuse(
        store, "c", replace(TREE, digests={**DIGESTS, **changed}), BASELINE, PLACES
    )


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """What a run has kept: two pairs of the first test, of which `high` began in one."""
    store = Store.open(tmp_path)
    first = reuse(store)
    assert first.pairs() == {}
    first.heard([("m-1", 0)], ((0, (4,)),))
    first.told(("m-1", 0), Notice.TOLD)
    first.heard([("m-2", 0)], ())
    first.told(("m-2", 0), None)
    first.settled(0)
    # A test that was not settled is not kept.
    first.heard([("m-1", 1)], ())
    first.told(("m-1", 1), Notice.NONE)
    first.traced("m-1", [0, 1], {0: None, 1: {"kind": "swallowed"}}, ((0, (8,)),))
    store.flush()
    return store


def test_pairs_come_back(store: Store) -> None:
    assert reuse(store).pairs() == {("m-1", 0): Notice.TOLD, ("m-2", 0): None}


@pytest.mark.parametrize(("edited", "kept"), [("low", 0), ("high", 0), ("spare", 2)])
def test_pairs_rest_on_what_began_and_on_their_faults(store: Store, edited: str, kept: int) -> None:
    assert len(reuse(store, **{edited: "new"}).pairs()) == kept


def test_pairs_that_were_taken_over_are_kept_with_new_ones(store: Store) -> None:
    second = reuse(store)
    second.pairs()
    second.heard([("m-2", 0)], ((0, (8,)),))
    second.told(("m-2", 0), Notice.NONE)
    second.settled(0)
    store.flush()
    assert reuse(store, spare="new").pairs() == {}
    assert reuse(store).pairs() == {("m-1", 0): Notice.TOLD, ("m-2", 0): Notice.NONE}


def test_a_trace_holds_for_the_tests_that_were_asked(store: Store) -> None:
    second = reuse(store)
    second.pairs()
    assert second.trace("m-1", [0, 1]) == {0: None, 1: {"kind": "swallowed"}}
    assert second.trace("m-1", [0]) is None
    assert second.trace("m-2", [0]) is None
    third = reuse(store, spare="new")
    third.pairs()
    assert third.trace("m-1", [0, 1]) is None


def test_what_began_unseen_rests_on_everything(tmp_path: Path) -> None:
    assert ("whole", "2") in TREE.needs([("shop.py", 2)], None, [0])
    # Code outside of functions runs when it is imported.
    assert ("whole", "2") in TREE.needs([("shop.py", 3)], (), [0])
    assert TREE.needs([("shop.py", 2)], ((0, (8,)),), [0]) == (
        ("common", "1"),
        ("shop.py::low#1", "a"),
        ("shop.py::spare#1", "c"),
        ("test:t.py", "3"),
    )
