from pathlib import Path
from unittest.mock import MagicMock, patch

import pytest

from notebook import Index, git, is_stale, keep, versions


def answer(text="", code=0):
    return MagicMock(returncode=code, stdout=text, stderr="fatal: no such thing")


def test_is_stale():
    assert is_stale(90)
    assert not is_stale(3)


@patch("pathlib.Path.write_text")
@patch("notebook.subprocess.run", return_value=answer())
def test_keep_integration(run, write_text):
    keep(Path("/notes"), "bread", "flour water salt")
    run.assert_called()


@patch("notebook.subprocess.run", return_value=answer("one\ntwo\n"))
def test_versions_integration(run):
    assert versions(Path("/notes"), "bread") == 2


@patch("notebook.subprocess.run", return_value=answer(code=128))
def test_git_fails(run):
    with pytest.raises(RuntimeError):
        git(Path("/notes"), "push")


@patch("notebook.sqlite3.connect")
def test_index_database(connect):
    connect.return_value.execute.return_value = [("bread",)]
    index = Index(":memory:")
    index.add("bread", "flour water salt")
    assert index.find("flour") == ["bread"]
