"""The store: what it keeps, and that nothing wrong with it ever becomes a verdict."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.factory import outcome

from refute.facts import Fact, Needs, digest_of
from refute.store import BATCH, CONTEXTS, VARIANTS, Store
from refute.storefile import NAME
from refute.trials.outcome import Outcome, Result

NEEDS: Needs = (("common", "1"), ("shop.py::total#1", "2"))


class Warnings(list[str]):
    """Slugs of the warnings, in order."""

    def __call__(self, slug: str, text: str) -> None:
        assert text.endswith(".")
        self.append(slug)


def add(store: Store, context: str, fact: Outcome, needs: Needs = NEEDS) -> None:
    store.add(context, Fact(fact, "all"), needs)


def read(store: Store, context: str, needs: Needs = NEEDS) -> dict[str, Outcome]:
    """What is known where just these needs are met."""
    valid = {name for name, found in store.needs(context).items() if found == needs}
    return {id: facts[0][1].outcome for id, facts in store.known(context, valid).items()}


def keep(root: Path, context: str, *mutants: str, needs: Needs = NEEDS) -> None:
    store = Store.open(root)
    store.needs(context)
    for mutant in mutants:
        add(store, context, outcome(mutant), needs)
    store.close()


def known(root: Path, context: str = "c", needs: Needs = NEEDS) -> dict[str, Outcome]:
    store = Store.open(root)
    try:
        return read(store, context, needs)
    finally:
        store.close()


def test_facts_come_back_as_they_were(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    facts = [
        outcome("m-1"),
        outcome("m-2", result=Result.PASSED, test=None, failure=None, detail="\udc80 é"),
        outcome("m-3", result=Result.TIMEOUT, tests_run=tuple(f"t.py::t{n}" for n in range(999))),
    ]
    for fact in facts:
        add(store, "c", fact)
    store.close()
    assert known(tmp_path) == {fact.mutant: fact for fact in facts}
    assert (tmp_path / ".refute" / ".gitignore").read_text() == "*\n"


def test_another_context_knows_nothing(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    assert known(tmp_path, "other") == {}


def test_trials_that_went_wrong_are_tried_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    add(store, "c", outcome("m-1", result=Result.BROKEN))
    store.close()
    assert known(tmp_path) == {}


def test_the_last_word_on_a_mutant_counts(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    store = Store.open(tmp_path)
    add(store, "c", outcome("m-1", seconds=9.0))
    store.close()
    assert known(tmp_path) == {"m-1": outcome("m-1", seconds=9.0)}


def test_contexts_not_used_for_long_are_forgotten(tmp_path: Path) -> None:
    for number in range(CONTEXTS):
        keep(tmp_path, f"c{number}", "m-1")
    assert known(tmp_path, "c0") != {}
    keep(tmp_path, "new", "m-1")
    with sqlite3.connect(tmp_path / ".refute" / NAME) as connection:
        kept = {name for (name,) in connection.execute("SELECT DISTINCT context FROM facts")}
    connection.close()
    assert kept == {"c0", "new", *(f"c{number}" for number in range(2, CONTEXTS))}


def test_kill_9_loses_no_finished_batch(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from refute.store import Store\n"
        "from tests.unit.factory import outcome\n"
        "from tests.unit.test_store import add\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        f"for number in range({BATCH} + 3): add(store, 'c', outcome(f'm-{{number}}'))\n"
        "print('ready', flush=True)\n"
        "sys.stdin.read()\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        child.send_signal(signal.SIGKILL)
    assert len(known(tmp_path)) >= BATCH


@pytest.mark.parametrize("damage", [b"not a database" * 500, b"\0" * 5000])
def test_a_damaged_file_is_moved_aside(tmp_path: Path, damage: bytes) -> None:
    keep(tmp_path, "c", "m-1")
    path = tmp_path / ".refute" / NAME
    path.write_bytes(damage)
    warnings = Warnings()
    store = Store.open(tmp_path, warnings)
    assert read(store, "c") == {}
    assert warnings == ["store-broken"]
    add(store, "c", outcome("m-2"))
    store.close()
    assert list(known(tmp_path)) == ["m-2"]
    assert path.with_name(f"{NAME}.broken").read_bytes() == damage


def test_pages_damaged_in_the_middle_give_no_verdict(tmp_path: Path) -> None:
    keep(tmp_path, "c", *(f"m-{number}" for number in range(200)))
    path = tmp_path / ".refute" / NAME
    whole = path.read_bytes()
    for at in range(4096, len(whole) - 512, 4096):
        path.write_bytes(whole[:at] + b"\xaa" * 512 + whole[at + 512 :])
        store = Store.open(tmp_path, Warnings())
        for mutant, fact in read(store, "c").items():
            assert fact == outcome(mutant)
        store.close()


def test_a_damaged_record_is_not_used(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1", "m-2", "m-3")
    with sqlite3.connect(tmp_path / ".refute" / NAME) as connection:
        (record,) = connection.execute("SELECT record FROM facts WHERE name = 'm-1'").fetchone()
        bad = bytes([*record[:-1], record[-1] ^ 1])
        connection.execute("UPDATE facts SET record = ? WHERE name = 'm-1'", (bad,))
        # A record under another mutant's name is as wrong as a torn one.
        connection.execute("UPDATE facts SET record = ? WHERE name = 'm-2'", (record,))
    connection.close()
    assert list(known(tmp_path)) == ["m-3"]


def test_a_file_of_another_version_is_started_anew(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    with sqlite3.connect(tmp_path / ".refute" / NAME) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("ALTER TABLE facts RENAME COLUMN record TO outcomes")
    connection.close()
    warnings = Warnings()
    Store.open(tmp_path, warnings).close()
    assert warnings == []
    assert known(tmp_path) == {}


def test_tables_of_another_shape_are_moved_aside(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    with sqlite3.connect(tmp_path / ".refute" / NAME) as connection:
        connection.execute("ALTER TABLE facts RENAME COLUMN record TO outcomes")
    connection.close()
    warnings = Warnings()
    Store.open(tmp_path, warnings).close()
    assert warnings == ["store-broken"]
    assert known(tmp_path) == {}


def test_two_runs_can_share_a_store(tmp_path: Path) -> None:
    one, two = Store.open(tmp_path), Store.open(tmp_path)
    for number in range(BATCH * 2):
        add(one, "c", outcome(f"m-{number}"))
        add(two, "c", outcome(f"m-{number + 1000}"))
    one.close()
    two.close()
    assert len(known(tmp_path)) == BATCH * 4


def test_a_store_held_by_another_run_is_done_without(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    holder = sqlite3.connect(tmp_path / ".refute" / NAME)
    warnings = Warnings()
    store = Store.open(tmp_path, warnings, busy=0.05)
    holder.execute("BEGIN IMMEDIATE")
    for number in range(BATCH + 1):
        add(store, "c", outcome(f"m-new-{number}"))
    assert warnings == ["store-locked"]
    store.close()
    holder.rollback()
    holder.close()
    assert list(known(tmp_path)) == ["m-1"]


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / ".refute").write_text("in the way")
    warnings = Warnings()
    store = Store.open(tmp_path, warnings)
    add(store, "c", outcome("m-1"))
    assert read(store, "c") == {}
    store.close()
    assert warnings == ["store-unwritable"]


def test_facts_on_other_contents_stay_beside(tmp_path: Path) -> None:
    edited: Needs = (("common", "1"), ("shop.py::total#1", "3"))
    keep(tmp_path, "c", "m-1")
    keep(tmp_path, "c", "m-1", "m-2", needs=edited)
    assert list(known(tmp_path)) == ["m-1"]
    assert list(known(tmp_path, needs=edited)) == ["m-1", "m-2"]


def test_what_was_of_use_is_kept_longest(tmp_path: Path) -> None:
    for number in range(VARIANTS + 3):
        keep(tmp_path, "c", "m-1", needs=(("common", str(number)),))
        store = Store.open(tmp_path)
        first = digest_of((("common", "0"),))
        store.needs("c")
        store.use("c", [("m-1", first)])
        store.close()
    assert list(known(tmp_path, needs=(("common", "0"),))) == ["m-1"]
    assert known(tmp_path, needs=(("common", "1"),)) == {}


def test_a_run_takes_its_own_facts_back_and_no_others(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    store = Store.open(tmp_path)
    other: Needs = (("common", "9"),)
    for mutant in ("m-1", "m-2", "m-3"):
        add(store, "c", outcome(mutant), other)
    store.forget(["m-2"])
    assert list(read(store, "c", other)) == ["m-1", "m-3"]
    store.forget()
    assert read(store, "c", other) == {}
    store.close()
    assert list(known(tmp_path)) == ["m-1"]


def test_a_second_verdict_of_one_run_replaces_the_first(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.needs("c")
    for number in range(2):
        add(store, "c", outcome("m-1"), (("common", str(number)),))
        store.flush()
    assert read(store, "c", (("common", "0"),)) == {}
    store.close()


def test_needs_that_are_not_whole_are_met_by_nothing(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    with sqlite3.connect(tmp_path / ".refute" / NAME) as connection:
        connection.execute("UPDATE needs SET body = zeroblob(9)")
    connection.close()
    store = Store.open(tmp_path)
    assert store.needs("c") == {}
    store.close()
