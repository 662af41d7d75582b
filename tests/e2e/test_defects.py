"""`refute defects` on a real git history with each kind of past bug, on clones and catalogues."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.unit.pastrepo import Repo, git, shop

import refute

pytestmark = pytest.mark.slow

SOURCES = Path(refute.__file__).parents[1]
SCHEMA = json.loads((SOURCES / "refute" / "schema" / "defects-1.json").read_text())
MISSES = Path(__file__).parents[2] / "testdata" / "theatre"


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    output: str
    report: dict[str, Any]

    def bug(self, commit: str) -> dict[str, Any]:
        """The one bug of this commit."""
        (found,) = [bug for bug in self.report["bugs"] if bug["commit"] == commit]
        return dict(found)


def refute_(folder: Path, *words: str, path: str | None = None) -> Done:
    """`refute WORDS` in a folder, with what it left in .refute."""
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    if path is not None:
        environment["PATH"] = path
    done = subprocess.run(
        [sys.executable, "-m", "refute", *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    place = folder / ".refute" / "defects.json"
    report = json.loads(place.read_text()) if place.exists() else {}
    return Done(done.returncode, done.stdout + done.stderr, report)


def defects(folder: Path, *words: str, path: str | None = None) -> Done:
    python = ("--python", sys.executable, "--jobs", "2", "--plain")
    done = refute_(folder, "defects", *python, *words, path=path)
    if done.report:
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        jsonschema.Draft202012Validator(SCHEMA).validate(done.report)
    return done


def state(folder: Path) -> tuple[str, str, dict[str, str]]:
    """What git says of the tree, the index's hash, and that of each file; in this order of
    reading, since `git status` may refresh the index.
    """
    index = hashlib.sha256((folder / ".git" / "index").read_bytes()).hexdigest()
    files = {
        str(path): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".refute", ".git"} & set(path.parts)
    }
    words = ("--no-optional-locks", "status", "--porcelain")
    return git(folder, *words), index, files


@dataclass(frozen=True, slots=True)
class World:
    repo: Repo
    fixes: dict[str, str]
    done: Done
    before: tuple[str, str, dict[str, str]]
    objects: str


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """The shop with its history, a work tree and an index that both have changes, replayed."""
    repo, fixes = shop(tmp_path_factory.mktemp("past") / "shop")
    (repo.folder / "shop" / "hello.py").write_text('def greeting():\n    return "Ho"\n')
    (repo.folder / "staged.txt").write_text("staged\n")
    git(repo.folder, "add", "staged.txt")
    (repo.folder / "loose.txt").write_text("loose\n")
    before, objects = state(repo.folder), git(repo.folder, "count-objects", "-v")
    return World(repo, fixes, defects(repo.folder), before, objects)


@pytest.mark.parametrize(
    ("kind", "how", "noticed", "test"),
    [
        ("told", "function", "told", "tests/test_cart.py::test_total"),
        ("crashed", "patch", "crashed", "tests/test_cart.py::test_owner"),
        ("revert", "patch", "told", "tests/test_cart.py::test_net"),
        ("merge", "merge", "told", "tests/test_stock.py::test_one_is_enough"),
        ("function", "function", "told", "tests/test_tax.py::test_tax"),
    ],
)
def test_detected(world: World, kind: str, how: str, noticed: str, test: str) -> None:
    bug = world.done.bug(world.fixes[kind])
    assert (bug["fate"], bug["how"]) == ("detected", how), world.done.output
    assert (bug["kind"], bug["detected_by"]) == (noticed, test)
    assert test in [world.done.report["tests"][number] for number in bug["reaching"]]


def test_missed(world: World) -> None:
    bug = world.done.bug(world.fixes["missed"])
    assert (bug["fate"], bug["why"], bug["how"]) == ("missed", "issue", "patch")
    assert "-    return text.strip()\n+    return text\n" in bug["diff"]
    reaching = [world.done.report["tests"][number] for number in bug["reaching"]]
    assert reaching == ["tests/test_cart.py::test_label"]
    (finding,) = world.done.report["findings"]
    assert finding["reproduce"] == f"refute show {bug['id']}"
    assert "Labels have no blanks" in finding["message"]


@pytest.mark.parametrize(
    ("kind", "reason", "words"),
    [
        ("changed", "changed", "add has been rewritten since"),
        ("import", "code-needs-it", "cannot import name 'fold'"),
        ("newer", "code-needs-it", "unexpected keyword argument"),
        ("tests need", "tests-need-it", "cannot import name 'pad'"),
    ],
)
def test_not_replayable(world: World, kind: str, reason: str, words: str) -> None:
    bug = world.done.bug(world.fixes[kind])
    assert (bug["fate"], bug["unfit"]) == ("not-replayable", reason), bug
    assert words in bug["reason"]


def test_uncommitted_changes_are_part_of_today(world: World) -> None:
    # Committed code would be "gone"; the work tree says "Ho", which no patch fits.
    assert world.done.bug(world.fixes["gone"])["unfit"] == "changed"


def test_fixes_without_source_are_counted(world: World) -> None:
    commits = {bug["commit"] for bug in world.done.report["bugs"]}
    assert commits.isdisjoint(world.fixes[kind] for kind in ("docs", "docstring", "tests"))
    assert world.done.report["scope"]["sourceless"] == 3


def test_summary_and_rate(world: World) -> None:
    done = world.done
    assert done.code == 0, done.output
    assert "5 of 6 past bugs would be detected today (83.3%)." in done.output
    assert done.report["metrics"]["defects"]["rate"] == 5 / 6
    assert done.report["suite"]["set_aside"] == 1
    assert "Labels have no blanks around them" in done.output
    assert "Not replayable: 5" in done.output


def test_tree_index_and_objects_are_untouched(world: World) -> None:
    assert state(world.repo.folder) == world.before
    assert git(world.repo.folder, "count-objects", "-v") == world.objects


def test_show_one_and_its_patch(world: World) -> None:
    bug = world.done.bug(world.fixes["missed"])
    shown = refute_(world.repo.folder, "show", bug["id"][:6])
    assert shown.code == 0, shown.output
    assert "missed: with this bug back, all of today's tests pass" in shown.output
    assert world.fixes["missed"] in shown.output
    assert "tests/test_cart.py::test_label" in shown.output
    patch = refute_(world.repo.folder, "show", bug["id"], "--patch").output
    assert patch == bug["diff"]
    place = world.repo.folder.parent / "bug.patch"
    place.write_text(patch)
    git(world.repo.folder, "apply", "--check", str(place))
    wrong = refute_(world.repo.folder, "show", "b-00000000")
    assert wrong.code == 2
    assert "unknown-fault" in wrong.output


def test_own_rule_since_and_limit(world: World, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(world.repo.folder), "clone")
    clone = tmp_path / "clone"
    done = defects(clone, "--rule", "^be brief$|the greeting", "--limit", "1")
    assert [bug["why"] for bug in done.report["bugs"]] == ["rule"]
    assert done.report["bugs"][0]["subject"] == "Be brief"
    assert done.report["scope"]["beyond"] == 1
    none = defects(clone, "--since", world.fixes["tests need"])
    assert (none.code, "no-bugs" in none.output) == (4, True)
    gone = defects(clone, "--rule", "Fix the greeting")
    assert gone.code == 4
    assert "No past bug could be replayed." in gone.output
    assert gone.report["bugs"][0]["unfit"] == "gone"
    wrong = defects(clone, "--since", "no-such-thing")
    assert (wrong.code, "bad-setting" in wrong.output) == (2, True)


def test_shallow_clone_says_what_is_missing(world: World, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{world.repo.folder}", "clone")
    done = defects(tmp_path / "clone", "--limit", "3")
    assert done.code == 4, done.output
    assert "warning[shallow-clone]" in done.output
    assert "git fetch --unshallow" in done.output
    assert [bug["unfit"] for bug in done.report["bugs"]] == ["missing"]


def test_no_git_and_no_repository(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "plain"
    shutil.copytree(world.repo.folder, folder, ignore=shutil.ignore_patterns(".git", ".refute"))
    done = defects(folder)
    assert (done.code, "error[no-history]" in done.output) == (5, True), done.output
    done = defects(folder, path=str(tmp_path))
    assert (done.code, "the program `git` is not there" in done.output) == (5, True), done.output


def test_project_in_a_subfolder_of_its_repository(tmp_path: Path) -> None:
    repo = Repo.begin(tmp_path / "all")
    repo.commit(
        "First",
        services__shop__shop="def half(n):\n    return n\n",
        services__shop__tests__test_shop="from shop import half\n\n\ndef test_half():\n"
        "    assert half(4) == 2\n",
        other="x = 1\n",
    )
    (repo.folder / "services/shop/pyproject.toml").write_text(
        '[project]\nname = "shop"\n[tool.pytest.ini_options]\npythonpath = ["."]\n'
    )
    fix = repo.replace("Fix half", "services/shop/shop.py", "return n", "return n // 2")
    repo.replace("Fix the other", "other.py", "1", "2")
    done = defects(repo.folder / "services" / "shop")
    assert done.bug(fix)["fate"] == "detected", done.output
    assert done.bug(fix)["files"] == ["shop.py"]
    assert len(done.report["bugs"]) == 1


def test_what_fails_for_want_of_files_left_out_detects_no_bug(tmp_path: Path) -> None:
    repo = Repo.begin(tmp_path / "r")
    (repo.folder / "pyproject.toml").write_text(
        '[project]\nname = "r"\nversion = "1"\n[tool.pytest.ini_options]\npythonpath = ["."]\n'
    )
    first = "import wave\n\n\ndef test_nothing():\n    assert wave\n"
    second = """
        import sys

        from shop import f


        def test_leans_on_the_other_file():
            assert "wave" in sys.modules


        def test_f():
            assert f(2) > 1
        """
    old, new = "def f(a):\n    return a\n", "def f(a):\n    return a + 1\n"
    repo.commit("First", shop=old, tests__test_first=first, tests__test_second=second)
    fix = repo.commit("Fix f", shop=new)
    bug = defects(repo.folder).bug(fix)
    assert (bug["fate"], bug["detected_by"]) == ("missed", None), bug


def test_suite_with_a_configuration_in_its_own_folder(tmp_path: Path) -> None:
    """pytest calls its tests otherwise when they fail than when they are collected."""
    folder = tmp_path / "p"
    (folder / "checks").mkdir(parents=True)
    (folder / "shop.py").write_text("def half(n):\n    return n / 2\n")
    (folder / "pyproject.toml").write_text('[tool.refute]\nsource = ["shop.py"]\n')
    (folder / "checks" / "pytest.ini").write_text("[pytest]\npythonpath = ..\n")
    (folder / "checks" / "test_shop.py").write_text(
        "from shop import half\n\n\ndef test_half():\n    assert half(4) == 2\n"
    )
    (folder / "bugs").mkdir()
    (folder / "bugs" / "third.patch").write_text(
        "A third\n\n--- a/shop.py\n+++ b/shop.py\n@@ -1,2 +1,2 @@\n"
        " def half(n):\n-    return n / 2\n+    return n / 3\n"
    )
    done = defects(folder, "--catalogue", "bugs", "--tests", "checks")
    (bug,) = done.report["bugs"]
    assert (bug["fate"], bug["kind"]) == ("detected", "told"), done.output
    assert bug["detected_by"] == "test_shop.py::test_half"


def test_three_classic_misses_and_a_catalogue_without_git(tmp_path: Path) -> None:
    folder = tmp_path / "theatre"
    shutil.copytree(MISSES / "provisioner_theatre", folder)
    if find_spec("psycopg") is None:
        # These tests patch the database away; what is left of it are names to be imported.
        (folder / "psycopg").mkdir()
        (folder / "psycopg" / "__init__.py").write_text(
            "from psycopg import errors\n\n\nclass Connection:\n"
            "    __class_getitem__ = classmethod(lambda cls, item: cls)\n\n\nconnect = None\n"
        )
        (folder / "psycopg" / "errors.py").write_text(
            "class Error(Exception): ...\n\n\nclass UniqueViolation(Error): ...\n"
        )
        (folder / "psycopg" / "rows.py").write_text("dict_row = None\n")
    done = defects(folder, "--catalogue", str(MISSES / "provisioner_misses"))
    assert done.code == 0, done.output
    assert "0 of 3 past bugs would be detected today (0%)." in done.output
    assert [bug["fate"] for bug in done.report["bugs"]] == ["missed"] * 3


def test_catalogue_detects_adds_removes_and_refuses(world: World, tmp_path: Path) -> None:
    bugs = tmp_path / "bugs"
    bugs.mkdir()
    (bugs / "a.patch").write_text(
        "The discount is added\n\n--- a/shop/cart.py\n+++ b/shop/cart.py\n@@ -1,5 +1,5 @@\n"
        ' def total(prices, discount=0):\n     """What it costs now."""\n'
        "-    return sum(prices) - discount\n+    return sum(prices) + discount\n \n \n"
    )
    (bugs / "b.diff").write_text(
        "--- a/shop/codes.py\n+++ /dev/null\n@@ -1,6 +0,0 @@\n-def pad(code):\n"
        "-    return code.zfill(4)\n-\n-\n-def whole(code):\n-    return pad(code)\n"
        "--- /dev/null\n+++ b/shop/fresh/new.py\n@@ -0,0 +1 @@\n+x = 1\n"
    )
    (bugs / "c.patch").write_text(
        "--- a/shop/cart.py\n+++ b/shop/cart.py\n@@ -1 +1 @@\n-never there\n+nor there\n"
    )
    done = defects(world.repo.folder, "--catalogue", str(bugs))
    one, two, three = done.report["bugs"]
    assert (one["subject"], one["fate"]) == ("The discount is added", "detected")
    assert (two["fate"], two["kind"]) == ("detected", "crashed")
    assert sorted(two["files"]) == ["shop/codes.py", "shop/fresh/new.py"]
    assert (three["fate"], three["unfit"]) == ("not-replayable", "changed")
    assert state(world.repo.folder) == world.before
    empty = tmp_path / "empty"
    empty.mkdir()
    none = defects(world.repo.folder, "--catalogue", str(empty))
    assert (none.code, "no-patches" in none.output) == (2, True)
