"""What a save concerns, and what a run has changed of what was known; looks at real files."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.factory import fault as made_fault
from tests.unit.factory import judgement, other

from refute.sources import matches
from refute.verdicts import Judged, Verdict
from refute.watching.choosing import (
    TOP,
    Region,
    Saved,
    as_pattern,
    changed_regions,
    compare_contents,
    files_to_judge,
)
from refute.watching.memory import Memory, Tally
from refute.watching.tree import Tree

OLD = """\
LIMIT = 3


def first(a):
    return a + 1


class Shop:
    rate = 2

    @property
    def price(self):
        return self.rate * LIMIT
"""


def test_look_reads_python_and_configuration_and_nothing_foreign(tmp_path: Path) -> None:
    for name in ("shop/a.py", "tests/test_a.py", ".venv/x.py", "shop/.hidden.py", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / ".pytest.ini").write_text("[pytest]\n")
    os.symlink("nowhere", tmp_path / "shop" / "lock.py")
    assert sorted(Tree(tmp_path).look()) == [
        ".pytest.ini", "pytest.ini", "shop/a.py", "tests/test_a.py",
    ]  # fmt: skip


def test_look_sees_a_change_that_keeps_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("a = 1\n")
    tree = Tree(tmp_path)
    assert tree.look() == {"a.py": b"a = 1\n"}
    status = path.stat()
    path.write_text("a = 2\n")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert tree.look() == {"a.py": b"a = 2\n"}


def test_saved_files_are_sorted_by_what_they_are() -> None:
    before = {"a.py": b"1", "test_a.py": b"1", "gone.py": b"1", "same.py": b"1"}
    now = {"a.py": b"2", "test_a.py": b"2", "pytest.ini": b"", "same.py": b"1"}
    assert compare_contents(before, now, {"a.py", "gone.py", "same.py"}) == Saved(
        ("a.py", "gone.py"), ("test_a.py",), ("pytest.ini",), frozenset({"gone.py"})
    )
    assert compare_contents(now, now, {"a.py"}).files == ()


REACH = {"tests/test_a.py": {"a.py", "c.py"}, "tests/deep/test_b.py": {"b.py"}}
SOURCES = ("a.py", "b.py", "c.py")


@pytest.mark.parametrize(
    ("saved", "files"),
    [
        (Saved(sources=("a.py",)), ("a.py",)),
        (Saved(tests=("tests/test_a.py",)), ("a.py", "c.py")),
        (Saved(sources=("b.py",), tests=("tests/test_a.py",)), ("a.py", "b.py", "c.py")),
        (Saved(tests=("tests/deep/conftest.py",)), ("b.py",)),
        (Saved(tests=("tests/conftest.py",)), ("a.py", "b.py", "c.py")),
        (Saved(tests=("conftest.py",)), ("a.py", "b.py", "c.py")),
        # What nobody has seen yet may reach anything, and so may configuration.
        (Saved(tests=("tests/test_new.py",)), None),
        (Saved(tests=("tests/helper.py",)), None),
        (Saved(configuration=("pytest.ini",)), None),
        (Saved(sources=("gone.py",), gone=frozenset({"gone.py"})), ()),
        (Saved(tests=("tests/test_x.py",), gone=frozenset({"tests/test_x.py"})), ()),
    ],
)
def test_files_to_judge(saved: Saved, files: tuple[str, ...] | None) -> None:
    assert files_to_judge(saved, REACH, SOURCES) == files


def test_files_to_judge_keep_to_what_the_user_is_interested_in() -> None:
    saved = Saved(tests=("tests/test_a.py",))
    assert files_to_judge(saved, REACH, SOURCES, ("c.py",)) == ("c.py",)


def test_pattern_of_a_path_means_that_path_alone() -> None:
    assert matches("shop/a[1]*.py", as_pattern("shop/a[1]*.py"))
    assert not matches("shop/a1.py", as_pattern("shop/a[1]*.py"))


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ("a + 1", "a + 2", {"first"}),
        ("self.rate * LIMIT", "self.rate", {"Shop.price"}),
        ("    @property\n", "", {"Shop.price"}),
        ("rate = 2", "rate = 3", {"Shop"}),
        ("LIMIT = 3", "LIMIT = 4", {TOP}),
        ("    return a + 1\n", "    b = a\n    return a + 1\n", {"first"}),
        ("LIMIT", "LIMIT", set()),
    ],
)
def test_changed_regions(old: str, new: str, names: set[str]) -> None:
    assert {one.name for one in changed_regions(OLD, OLD.replace(old, new, 1))} == names


def test_a_text_without_an_earlier_one_is_new_as_a_whole() -> None:
    assert changed_regions(None, "a = 1\nb = 2\n") == (Region(TOP, 1, 2),)


def fault(id: str, line: int, verdict: Verdict, *tests: str) -> Judged:
    mutant = made_fault(">", ">=")
    mutant = replace(mutant, id=id, file="a.py", line=line, end_line=line, function="f")
    return replace(other(mutant, verdict), covered_by=tests)


def test_step_tells_better_from_worse_and_new_from_old() -> None:
    killed, survived = Verdict.KILLED, Verdict.SURVIVED
    memory = Memory()
    before = [
        fault("m-1", 2, killed), fault("m-2", 2, survived), fault("m-3", 2, survived),
        fault("m-4", 9, survived),
    ]  # fmt: skip
    now = [
        fault("m-1", 2, survived), fault("m-2", 2, killed), fault("m-3", 2, survived),
        fault("m-4", 9, killed), fault("m-5", 2, survived),
    ]  # fmt: skip
    memory.learn(judgement(before), ["a.py"])
    step = memory.step(judgement(now), {"a.py": (Region("f", 1, 3),)}, ["a.py"])
    assert (step.now, step.before) == (Tally(1, 4), Tally(1, 4))
    kinds = {"worse": step.worse, "better": step.better, "new": step.new, "still": step.still}
    assert {kind: [one.mutant.id for one in found] for kind, found in kinds.items()} == {
        "worse": ["m-1"], "better": ["m-2", "m-4"], "new": ["m-5"], "still": ["m-3"],
    }  # fmt: skip


def test_memory_knows_which_sources_a_test_file_reaches() -> None:
    memory = Memory()
    items = [fault("m-1", 2, Verdict.KILLED, "t/test_a.py::test_x", "t/test_b.py::test_y")]
    memory.learn(judgement(items), ["a.py"])
    assert memory.reach() == {"t/test_a.py": {"a.py"}, "t/test_b.py": {"a.py"}}
    memory.forget(["a.py"])
    assert memory.reach() == {}
