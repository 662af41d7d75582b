"""What git says has changed, in real repositories."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from refute.changes import WHOLE_FILE, changes_since, changes_staged
from refute.errors import RefuteError

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="needs git")

SHOP = "".join(f"line_{number} = {number}\n" for number in range(1, 21))


def git(root: Path, *arguments: str) -> str:
    words = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        [*words, *arguments], cwd=root, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one commit on main."""
    root = tmp_path / "repository"
    root.mkdir()
    git(root, "init", "-q", "-b", "main")
    (root / "shop.py").write_text(SHOP)
    (root / "other.py").write_text(SHOP)
    git(root, "add", ".")
    git(root, "commit", "-qm", "first")
    return root


def edit(root: Path, line: int, text: str, file: str = "shop.py") -> None:
    lines = (root / file).read_text().splitlines(keepends=True)
    lines[line - 1] = text
    (root / file).write_text("".join(lines))


def refusal(root: Path, revision: str) -> RefuteError:
    with pytest.raises(RefuteError) as caught:
        changes_since(root, revision)
    return caught.value


def test_lines_that_were_changed_added_and_removed(root: Path) -> None:
    edit(root, 18, "")
    edit(root, 10, "ten = 10\neleven = 11\n")
    edit(root, 2, "two = 2\n")
    spans = changes_since(root, "HEAD").spans
    # Of what was removed, the lines on both sides have changed.
    assert spans == {"shop.py": ((2, 2), (10, 11), (18, 19))}


def test_commits_of_the_branch_count_and_those_of_others_do_not(root: Path) -> None:
    git(root, "switch", "-qc", "topic")
    edit(root, 5, "five = 5\n")
    git(root, "commit", "-qam", "topic")
    git(root, "switch", "-q", "main")
    edit(root, 1, "one = 1\n", "other.py")
    git(root, "commit", "-qam", "main goes on")
    git(root, "switch", "-q", "topic")
    found = changes_since(root, "main")
    assert found.spans == {"shop.py": ((5, 5),)}
    assert found.what.startswith("since main (")
    assert found.touches("shop.py", 1, 5)
    assert not found.touches("shop.py", 6, 20)


def test_new_files_count_as_a_whole_and_ignored_ones_do_not(root: Path) -> None:
    (root / ".gitignore").write_text("built/\n")
    (root / "built").mkdir()
    (root / "built/x.py").write_text("x = 1\n")
    (root / 'grüße "1".py').write_text("x = 1\n")
    found = changes_since(root, "HEAD").spans
    assert found == {".gitignore": (WHOLE_FILE,), 'grüße "1".py': (WHOLE_FILE,)}
    git(root, "add", ".")
    assert changes_staged(root).spans == {".gitignore": ((1, 1),), 'grüße "1".py': ((1, 1),)}


def test_a_moved_file_has_changed_where_it_was_edited(root: Path) -> None:
    git(root, "mv", "shop.py", "store.py")
    edit(root, 3, "three = 3\n", "store.py")
    assert changes_since(root, "HEAD").spans["store.py"] == ((3, 3),)


def test_a_project_below_the_top_of_its_repository(root: Path) -> None:
    inner = root / "packages" / "one"
    inner.mkdir(parents=True)
    (inner / "shop.py").write_text(SHOP)
    (inner / "new.py").write_text("")
    git(root, "add", "packages/one/shop.py")
    git(root, "commit", "-qm", "second")
    edit(inner, 4, "four = 4\n")
    edit(root, 4, "four = 4\n")
    assert changes_since(inner, "HEAD").spans == {"shop.py": ((4, 4),), "new.py": (WHOLE_FILE,)}


def test_staged_lines_where_they_lie_in_the_work_tree(root: Path) -> None:
    edit(root, 10, "ten = 10\n")
    git(root, "add", ".")
    edit(root, 2, "two = 2\nmore = 2\n")
    edit(root, 19, "later = 19\n")
    found = changes_staged(root)
    assert found.spans == {"shop.py": ((11, 11),)}
    assert found.what == "staged, as it lies in the work tree"


def test_nothing_is_written(root: Path) -> None:
    def content() -> dict[str, str]:
        return {
            str(path): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in root.rglob("*")
            if path.is_file()
        }

    edit(root, 3, "three = 3\n")
    git(root, "add", ".")
    # The index now holds an old time for this file, which git would like to refresh.
    (root / "other.py").write_text(SHOP)
    before = content()
    changes_since(root, "HEAD")
    changes_staged(root)
    assert content() == before


def test_a_revision_that_is_not_there(root: Path) -> None:
    for revision in ("nowhere", "--output=x", "HEAD~7", "HEAD:shop.py"):
        assert refusal(root, revision).slug == "unknown-revision"


def test_branches_with_nothing_in_common(root: Path) -> None:
    git(root, "switch", "-q", "--orphan", "apart")
    git(root, "commit", "-q", "--allow-empty", "-m", "apart")
    assert "in common" in refusal(root, "main").message


def test_a_shallow_clone_is_named(root: Path, tmp_path: Path) -> None:
    edit(root, 3, "three = 3\n")
    git(root, "commit", "-qam", "second")
    git(tmp_path, "clone", "-q", "--depth=1", f"file://{root}", "shallow")
    error = refusal(tmp_path / "shallow", "HEAD~1")
    assert error.slug == "unknown-revision"
    assert "shallow" in error.message


def test_no_repository_and_no_commit(tmp_path: Path) -> None:
    with pytest.raises(RefuteError) as caught:
        changes_staged(tmp_path)
    assert caught.value.slug == "no-git"
    git(tmp_path, "init", "-q")
    assert refusal(tmp_path, "HEAD").slug == "no-git"
