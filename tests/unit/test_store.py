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

from refute.store import BATCH, CONTEXTS, NAME, Store
from refute.trials.outcome import Result


class Warnings(list[str]):
    """Slugs of the warnings, in order."""

    def __call__(self, slug: str, text: str) -> None:
        assert text.endswith(".")
        self.append(slug)


def keep(root: Path, context: str, *mutants: str) -> None:
    store = Store.open(root)
    store.known(context)
    for mutant in mutants:
        store.add(context, outcome(mutant))
    store.close()


def known(root: Path, context: str = "c") -> dict[str, object]:
    store = Store.open(root)
    try:
        return dict(store.known(context))
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
        store.add("c", fact)
    store.close()
    assert known(tmp_path) == {fact.mutant: fact for fact in facts}
    assert (tmp_path / ".refute" / ".gitignore").read_text() == "*\n"


def test_another_context_knows_nothing(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    assert known(tmp_path, "other") == {}


def test_trials_that_went_wrong_are_tried_again(tmp_path: Path) -> None:
    store = Store.open(tmp_path)
    store.add("c", outcome("m-1", result=Result.BROKEN))
    store.close()
    assert known(tmp_path) == {}


def test_the_last_word_on_a_mutant_counts(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    store = Store.open(tmp_path)
    store.add("c", outcome("m-1", seconds=9.0))
    store.close()
    assert known(tmp_path) == {"m-1": outcome("m-1", seconds=9.0)}


def test_contexts_not_used_for_long_are_forgotten(tmp_path: Path) -> None:
    for number in range(CONTEXTS):
        keep(tmp_path, f"c{number}", "m-1")
    assert known(tmp_path, "c0") != {}
    keep(tmp_path, "new", "m-1")
    with sqlite3.connect(tmp_path / ".refute" / NAME) as connection:
        kept = {name for (name,) in connection.execute("SELECT DISTINCT context FROM outcomes")}
    connection.close()
    assert kept == {"c0", "c2", "c3", "c4", "new"}


def test_kill_9_loses_no_finished_batch(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from refute.store import Store\n"
        "from tests.unit.factory import outcome\n"
        "store = Store.open(Path(sys.argv[1]))\n"
        f"for number in range({BATCH} + 3): store.add('c', outcome(f'm-{{number}}'))\n"
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
    assert store.known("c") == {}
    assert warnings == ["store-broken"]
    store.add("c", outcome("m-2"))
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
        for mutant, fact in store.known("c").items():
            assert fact == outcome(mutant)
        store.close()


def test_a_damaged_record_is_not_used(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1", "m-2", "m-3")
    with sqlite3.connect(tmp_path / ".refute" / NAME) as connection:
        (record,) = connection.execute(
            "SELECT record FROM outcomes WHERE mutant = 'm-1'"
        ).fetchone()
        bad = bytes([*record[:-1], record[-1] ^ 1])
        connection.execute("UPDATE outcomes SET record = ? WHERE mutant = 'm-1'", (bad,))
        # A record under another mutant's name is as wrong as a torn one.
        connection.execute("UPDATE outcomes SET record = ? WHERE mutant = 'm-2'", (record,))
    connection.close()
    assert list(known(tmp_path)) == ["m-3"]


def test_a_file_of_another_version_is_started_anew(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    with sqlite3.connect(tmp_path / ".refute" / NAME) as connection:
        connection.execute("PRAGMA user_version = 0")
        connection.execute("ALTER TABLE outcomes RENAME COLUMN record TO facts")
    connection.close()
    warnings = Warnings()
    Store.open(tmp_path, warnings).close()
    assert warnings == []
    assert known(tmp_path) == {}


def test_tables_of_another_shape_are_moved_aside(tmp_path: Path) -> None:
    keep(tmp_path, "c", "m-1")
    with sqlite3.connect(tmp_path / ".refute" / NAME) as connection:
        connection.execute("ALTER TABLE outcomes RENAME COLUMN record TO facts")
    connection.close()
    warnings = Warnings()
    Store.open(tmp_path, warnings).close()
    assert warnings == ["store-broken"]
    assert known(tmp_path) == {}


def test_two_runs_can_share_a_store(tmp_path: Path) -> None:
    one, two = Store.open(tmp_path), Store.open(tmp_path)
    for number in range(BATCH * 2):
        one.add("c", outcome(f"m-{number}"))
        two.add("c", outcome(f"m-{number + 1000}"))
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
        store.add("c", outcome(f"m-new-{number}"))
    assert warnings == ["store-locked"]
    store.close()
    holder.rollback()
    holder.close()
    assert list(known(tmp_path)) == ["m-1"]


def test_a_place_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / ".refute").write_text("in the way")
    warnings = Warnings()
    store = Store.open(tmp_path, warnings)
    store.add("c", outcome("m-1"))
    assert store.known("c") == {}
    store.close()
    assert warnings == ["store-unwritable"]
