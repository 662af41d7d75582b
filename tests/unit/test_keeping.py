"""Facts of a run in which files changed are not kept."""

from __future__ import annotations

from pathlib import Path

from tests.unit.factory import outcome

from refute.facts import Fact
from refute.keeping import unless_changed
from refute.project import discover
from refute.settings import load
from refute.store import Store


def test_facts_of_a_run_in_which_files_changed_are_taken_back(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text("RATE = 1\n")
    project = discover(load(tmp_path))
    store = Store.open(tmp_path)
    warned: list[str] = []

    def kept(mutant: str, *, edit: bool) -> bool:
        with unless_changed(store, project, lambda slug, _: warned.append(slug)):
            store.add("c", Fact(outcome(mutant)), (("common", "1"),))
            if edit:
                (tmp_path / "shop.py").write_text("RATE = 2\n")
        store.flush()
        return mutant in store.known("c", store.needs("c"))

    assert kept("m-1", edit=False)
    assert warned == []
    assert not kept("m-2", edit=True)
    assert warned == ["changed-meanwhile"]
    store.close()
