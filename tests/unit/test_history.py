"""Which commits are bug fixes, which files are source, and fixes taken back by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.unit.pastrepo import Repo, git

from refute.errors import RefuteError
from refute.faults.past import Fix, How, PastBug, Piece, Unfit, Why
from refute.history.fixes import from_catalogue, from_history
from refute.history.git import Commit, Repository, apply_patch, graft, merge
from refute.history.options import Options, read
from refute.history.rule import bug_fix, is_source
from refute.history.taking import take_back, without_repeats
from refute_child.past import answer, compare, functions, taken


def commit(message: str, parents: int = 1) -> Commit:
    return Commit("c" * 40, ("p" * 40,) * parents, "2026-01-01", message)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("Fix rounding", Why.MESSAGE),
        ("fix(cart): rounding", Why.MESSAGE),
        ("Correct rounding\n\nFixes #12", Why.ISSUE),
        ("Round up (closes owner/project#12)", Why.ISSUE),
        ("Round up. Resolves: https://forge.example/a/b/issues/3", Why.ISSUE),
        ("Crash on empty carts, SHOP-12", Why.MESSAGE),
        ("Fix #12: crash on empty carts", Why.ISSUE),
        ("Fix #12: round up", Why.ISSUE),
        ("Fix #12: Add discounts", None),
        ("cart: add discounts (closes #12)", None),
        ("cart: count from 1 (closes #12)", Why.ISSUE),
        ("Fix #12: Replace float('inf') with math.inf", None),
        ("Add discounts (closes #12)", None),
        ("feat: discounts, so that nothing is wrong", None),
        ('Revert "Round down"\n\nThis reverts commit 0123456789.', Why.REVERT),
        ("Round as before\n\nThis reverts commit 0123456789abcdef.", Why.REVERT),
        ('Revert "Revert "Round down""\n\nThis reverts commit 0123456789.', None),
        ("Fix typo", None),
        ("Fix failing tests", None),
        ("Fix mypy errors", None),
        ("docs: fix the guide", None),
        ("Round up", None),
        ("Prefix names", None),
        ("Debug output", None),
        ("", None),
    ],
)
def test_rule(message: str, why: Why | None) -> None:
    assert bug_fix(commit(message)) is why


def test_merges_are_no_fixes_and_an_own_rule_decides_alone() -> None:
    assert bug_fix(commit("Fix it", parents=2)) is None
    own = re.compile("^BUG", re.MULTILINE)
    assert bug_fix(commit("Round up\n\nBUG 3"), own) is Why.RULE
    assert bug_fix(commit("Fix it"), own) is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/shop/cart.py", True),
        ("cart.py", True),
        ("shop/test/helper.py", True),  # known: a package that offers help for testing
        ("shop/tests/helper.py", False),
        ("tests/helper.py", False),
        ("src/shop/test_cart.py", False),
        ("src/conftest.py", False),
        ("setup.py", False),
        ("docs/conf.py", False),
        (".hidden/a.py", False),
        ("src/shop/data.json", False),
    ],
)
def test_sources(path: str, expected: bool) -> None:
    assert is_source(path, "", {"shop/test/helper.py"}) is expected
    assert is_source(f"services/{path}", "services/", {"shop/test/helper.py"}) is expected
    assert not is_source(path, "other/", ())


def take(tmp_path: Path, today: str | None, fixed: str | None, buggy: str | None) -> PastBug:
    """A one-file fix, taken out of a tree that holds today's file, and maybe others."""
    if today is not None:
        (tmp_path / "a.py").write_text(today)
    bug = PastBug("b-1", "1", "Fix", "2026-01-01", Why.MESSAGE)
    piece = Piece(
        "a.py",
        b"",
        None if fixed is None else fixed.encode(),
        None if buggy is None else buggy.encode(),
    )
    sources = tuple(sorted(path.name for path in tmp_path.glob("*.py")))
    return take_back(Fix(bug, (piece,)), tmp_path, sources, answer)


def content(bug: PastBug) -> dict[str, str | None]:
    return {file.path: None if file.buggy is None else file.buggy.decode() for file in bug.files}


OLD = "def f(a):\n    return a\n\n\ndef g():\n    return 1\n"
NEW = "def f(a):\n    return a + 1\n\n\ndef g():\n    return 1\n"


def test_merge_keeps_what_came_since(tmp_path: Path) -> None:
    bug = take(tmp_path, NEW + "\n\nLATER = 1\n", NEW, OLD)
    assert (bug.how, content(bug)) == (How.MERGE, {"a.py": OLD + "\n\nLATER = 1\n"})
    assert bug.files[0].lines == ((1, 2),)


def test_function_comes_back_where_it_lies_today(tmp_path: Path) -> None:
    moved = "class C:\n    x = 1\n\n\ndef f(a: int) -> int:\n    # more\n    return (a + 1)\n"
    (tmp_path / "b.py").write_text(moved)
    bug = take(tmp_path, None, NEW, OLD)
    assert bug.how is How.FUNCTION
    assert content(bug) == {"b.py": "class C:\n    x = 1\n\n\ndef f(a):\n    return a\n"}


def test_function_that_went_on_gets_the_old_step(tmp_path: Path) -> None:
    new = "def f(a):\n    b = a\n    c = b + 1\n    return c\n"
    old = "def f(a):\n    b = a\n    c = b\n    return c\n"
    today = "def f(a, k=2):\n\n    b = a  # same\n\n    c = b + 1\n    return c\n"
    bug = take(tmp_path, today, new, old)
    assert bug.how is How.FUNCTION, bug.detail
    assert content(bug) == {"a.py": "def f(a, k=2):\n    b = a\n    c = b\n    return c\n"}


@pytest.mark.parametrize(
    ("today", "fixed", "buggy", "unfit"),
    [
        (OLD, NEW, OLD, Unfit.GONE),
        ("def f(a):\n    return sum(a)\n", NEW, OLD, Unfit.CHANGED),
        (None, NEW, OLD, Unfit.DELETED),
        ("x = 3\ny = 1\n", "x = 2\n", "x = 1\n", Unfit.CHANGED),
        ("x = 2\n", "x = 2\n", "print 1\n", Unfit.SYNTAX),
        ("x = 2\n\n# so\n", "x = 2\n", None, Unfit.CHANGED),
        (None, "x = 2\n", None, Unfit.GONE),
        ("x = 2\n", None, "x = 1\n", Unfit.CHANGED),
    ],
    ids=["gone", "rewritten", "deleted", "outside", "syntax", "grown", "lost", "again"],
)
def test_not_taken(
    tmp_path: Path, today: str | None, fixed: str | None, buggy: str | None, unfit: Unfit
) -> None:
    bug = take(tmp_path, today, fixed, buggy)
    assert (bug.unfit, bug.files) == (unfit, ()), bug.detail
    assert bug.detail


def test_files_that_a_fix_brought_or_deleted(tmp_path: Path) -> None:
    assert content(take(tmp_path, "x = 2\n", "x = 2\n", None)) == {"a.py": None}
    (tmp_path / "a.py").unlink()
    assert content(take(tmp_path, None, None, "x = 1\n")) == {"a.py": "x = 1\n"}


def test_line_ends_and_bytes_of_others_stay(tmp_path: Path) -> None:
    today = "# \xe9\r\ndef f(a):\r\n    # now\r\n    return a + 1\r\n\r\nX = '\xe9'\r\n"
    (tmp_path / "a.py").write_bytes(b"# -*- coding: latin-1 -*-\r\n" + today.encode("latin-1"))
    bug = take(tmp_path, None, NEW, OLD)
    assert bug.how is How.FUNCTION, bug.detail
    assert bug.files[0].buggy == b"# -*- coding: latin-1 -*-\r\n" + today.replace(
        "    # now\r\n    return a + 1", "    return a"
    ).encode("latin-1")


def test_what_a_change_makes_of_a_file() -> None:
    assert compare(b"x = 1\n", b"x = 1  # one\n")["same"]
    assert compare(b"def f():\n    'Doc.'\n", b"def f() -> None:\n    'Other.'\n")["same"]
    one = compare(b"x = 1\n\n\n@d\ndef f():\n    return 1\n", b"x = 1\n@d\ndef f(): return 2\n")
    assert (one["same"], one["lines"]) == (False, [[4, 6]])
    assert compare(b"def f(a=1): ...\n", b"def f(a=2): ...\n")["lines"] is None
    assert compare(b"x = 1\n", b"x = \n")["error"] == "invalid syntax, line 1"
    assert compare(b"x = 1\n", None) == {"error": None, "same": False, "lines": None}


def test_functions_and_names() -> None:
    assert "outside" in functions(b"x = 1\n", b"x = 2\n", {})["error"]
    assert "no Python" in functions(b"x = 1\n", b"print 1\n", {})["error"]
    new = b"import os\n\n\nclass C:\n    def f(self):\n        return os.sep\n"
    old = b"class C:\n    def f(self):\n        return '/'\n"
    (one,) = functions(new, old, {"c.py": new})["functions"]
    assert (one["name"], one["first"], one["last"], one["indent"]) == ("C.f", 5, 6, 4)
    assert one["source"] == "def f(self):\n    return '/'\n"
    assert taken(b"def f(a, b): c = 1\n", b"def f(a): d = 1\n") == ["b", "c"]


def test_patch_merge_and_graft_on_copies() -> None:
    patch = b"--- a/x/a.txt\n+++ b/x/a.txt\n@@ -1 +1 @@\n-one\n+two\n"
    assert apply_patch(patch, {"x/a.txt": b"one\n"}) == {"x/a.txt": b"two\n"}
    assert apply_patch(patch, {"x/a.txt": b"three\n"}) is None
    assert apply_patch(patch, {"x/a.txt": None}) is None
    outside = patch.replace(b"x/a.txt", b"../../a.txt")
    assert apply_patch(outside, {"a.txt": b"one\n"}) is None
    assert merge(b"1\n2\n3\nnew\n", b"1\n2\n3\n", b"0\n2\n3\n") == b"0\n2\n3\nnew\n"
    assert merge(b"9\n", b"1\n", b"0\n") is None
    assert graft(b"8\n1\n2\n3\n", b"0\n1\n2\n3\n", b"0\n1\n2\n4\n") == b"8\n1\n2\n4\n"


def test_history_of_a_partial_repository(tmp_path: Path) -> None:
    repo = Repo.begin(tmp_path / "r")
    repo.commit("Fix from the first", a="x = 1\n")
    repo.commit("Fix x", a="x = 2\n")
    blob = Repository.around(repo.folder).entries(commit_of(repo))[0].before
    assert blob is not None
    (repo.folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    found = from_history(
        Repository.around(repo.folder), Options(), ("a.py",), (), lambda pieces: False
    )
    (fix,) = found.fixes
    assert fix.bug.unfit is Unfit.MISSING
    assert found.sourceless == 1


def commit_of(repo: Repo) -> Commit:
    return Repository.around(repo.folder).commits()[0]


def test_a_fix_that_also_moved_its_code_is_not_half_taken_back(tmp_path: Path) -> None:
    repo = Repo.begin(tmp_path / "r")
    repo.commit("First", shop="x = 1\n")
    repo.commit("Fix x", shop=None, shop____init__="x = 2\n")
    (fix,) = from_history(
        Repository.around(repo.folder), Options(), ("shop/__init__.py",), (), lambda pieces: False
    ).fixes
    assert (fix.bug.unfit, fix.bug.detail) == (
        Unfit.CHANGED,
        "the fix also moved shop.py to other files",
    )


def test_a_fix_that_lies_in_the_history_twice_is_one_bug(tmp_path: Path) -> None:
    repo = Repo.begin(tmp_path / "r")
    old, new = "def f(a):\n    return a\n", "def f(a):\n    return a + 1\n"
    start = repo.commit("First", a=old, b="x = 1\n")
    stable = repo.commit("Fix f", a=new)
    git(repo.folder, "checkout", "-q", "-b", "next", start)
    repo.commit("Go on", b="x = 2\n")
    repo.commit("Fix f", a=new)
    git(repo.folder, "merge", "-q", "--no-edit", stable)
    repo.commit("Fix x", b="x = 3\n")
    sources = ("a.py", "b.py")
    found = from_history(
        Repository.around(repo.folder), Options(), sources, (), lambda pieces: False
    )
    bugs = without_repeats(take_back(fix, repo.folder, sources, answer) for fix in found.fixes)
    assert [bug.subject for bug in bugs] == ["Fix x", "Fix f", "Fix f"]
    assert [bug.unfit for bug in bugs] == [None, None, Unfit.REPEATED]
    assert bugs[2].files == ()
    assert bugs[2].detail == f"the same change as {bugs[1].id}"


def test_titles_and_sections_of_a_catalogue(tmp_path: Path) -> None:
    body = "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x = 1\n+x = 2\n"
    (tmp_path / "mail.patch").write_text(
        f"From 0123 Mon Sep 17\nFrom: A\nSubject: [PATCH] Two\n\n---\n a.py\n\n"
        f"diff --git a/a.py b/a.py\nindex 123..456 100644\n{body}"
        f"diff --git a/b.py b/b.py\n{body.replace('a.py', 'b.py')}"
    )
    (tmp_path / "plain_name.diff").write_text(body)
    (tmp_path / "z.patch").write_text("nothing\n")
    one, two, three = from_catalogue(tmp_path, None, 10).fixes
    assert one.bug.subject == "Two"
    assert [piece.path for piece in one.pieces] == ["a.py", "b.py"]
    assert (two.bug.subject, two.bug.commit) == ("plain name", "plain_name.diff")
    assert three.bug.unfit is Unfit.BROKEN
    assert from_catalogue(tmp_path, None, 2).beyond == 1


def options(tmp_path: Path, text: str, **given: object) -> Options:
    (tmp_path / "pyproject.toml").write_text(f"[tool.refute.defects]\n{text}\n")
    return read(tmp_path, given)


def test_options(tmp_path: Path) -> None:
    (tmp_path / "bugs").mkdir()
    text = 'pattern = "^fix"\nsince = "v1"\nlimit = 3\ncatalogue = "bugs"'
    found = options(tmp_path, text, limit=7, since=None)
    assert (found.since, found.limit, found.catalogue) == ("v1", 7, tmp_path / "bugs")
    assert found.pattern is not None
    assert found.pattern.search("a\nFIX it")
    assert options(tmp_path, "since = 2026-01-02").since == "2026-01-02"


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ('pattern = "("', "bad-setting"),
        ("pattern = 1", "bad-setting"),
        ("limit = 0", "bad-setting"),
        ("limit = true", "bad-setting"),
        ('catalogue = "none"', "no-such-path"),
        ("patern = 1", "unknown-setting"),
    ],
)
def test_wrong_options(tmp_path: Path, text: str, slug: str) -> None:
    with pytest.raises(RefuteError) as caught:
        options(tmp_path, text)
    assert caught.value.slug == slug
