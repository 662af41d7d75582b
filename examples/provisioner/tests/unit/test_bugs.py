"""The planted bugs: each goes into today's code, changes it, and says what it breaks."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]
_BUGS = sorted((_ROOT / "bugs").glob("*.patch"))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for name in ("src", "chart"):
        shutil.copytree(
            _ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info")
        )
    return copy


def test_three_that_everybody_knows_and_twenty_more() -> None:
    assert len(_BUGS) == 23
    assert sum("\nClassic. " in bug.read_text() for bug in _BUGS) == 3


@pytest.mark.parametrize("bug", _BUGS, ids=lambda bug: bug.stem)
def test_says_what_it_breaks(bug: Path) -> None:
    title, empty, text, *_ = bug.read_text().partition("\ndiff --git ")[0].split("\n")
    assert title, "a title of one line"
    assert empty == ""
    assert text.endswith("."), "what it breaks, in a sentence or two"


@pytest.mark.parametrize("bug", _BUGS, ids=lambda bug: bug.stem)
def test_goes_into_todays_code(bug: Path, tree: Path) -> None:
    """Where this fails, make the patch anew: edit, `git diff --relative`, take the edit back."""
    alone = {**os.environ, "GIT_CEILING_DIRECTORIES": str(tree.parent)}
    for back in ((), ("--reverse",)):
        done = subprocess.run(
            ["git", "apply", *back, str(bug)], cwd=tree, env=alone, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        if not back:
            changed = [
                line[6:] for line in bug.read_text().splitlines() if line.startswith("+++ b/")
            ]
            assert changed
            for name in changed:
                assert (tree / name).read_bytes() != (_ROOT / name).read_bytes()
                if name.endswith(".py"):
                    compile((tree / name).read_text(), name, "exec")
