"""Which commits are bug fixes, and which of their files are source: pure functions of text.

The rule is told to users in docs/measures/defects.md; change both together.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import PurePosixPath

from refute.faults.past import Why
from refute.history.git import Commit
from refute.sources import NEVER, NO_TOP_LEVEL, TEST_FOLDERS, is_test_file

_FIX = re.compile(
    r"\b(?:fix|fixes|fixed|fixing|fixup|bug|bugs|bugfix|bugfixes|hotfix|regression|regressions"
    r"|crash|crashes|crashed|crashing|incorrect|incorrectly|wrong|wrongly|broken)\b",
    re.IGNORECASE,
)
"""What a subject has to say."""

_ISSUE = re.compile(
    r"\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?)\b:?\s+(?:the\s+)?(?:issue\s+)?"
    r"(?:[\w.-]+/[\w.-]+)?(?:\#\d+|gh-\d+|https?://\S+/issues/\d+|[A-Z][A-Z0-9]+-\d+\b)",
    re.IGNORECASE,
)
"""The words by which the forges close an issue, and an issue's number or address."""

_REVERT = re.compile(r"^This reverts commit [0-9a-f]{7,40}", re.MULTILINE)

_NO_BUG = re.compile(
    r"\b(?:typos?|spelling|grammar|docs?|docstrings?|documentation|readme|change ?log|comments?"
    r"|lint|linter|linting|flake8|pylint|ruff|mypy|pyright|typing|type ?hints?|type annotations?"
    r"|annotations?|pep ?-?8|code ?style|whitespace|formatting|black|isort|pre-commit"
    r"|ci|travis|github actions?|workflows?|appveyor|tox|coverage|codecov|packaging|setup\.py"
    r"|pyproject(?:\.toml)?|sphinx|fix(?:e[sd]|ing)?(?: \w+){0,2} tests?|test suite"
    r"|unit ?tests?|code smells?)\b"
    r"|^(?:feat|docs?|style|refactor|tests?|chore|ci|build|perf)(?:\([^)]*\))?!?:",
    re.IGNORECASE,
)
"""Fixes of something else than the program's behaviour, by their subject."""

_FEATURE = re.compile(
    r"^(?:[\w./ -]{1,30}:\s)?\W*"
    r"(?:add|adds|added|adding|implement\w*|introduce\w*|support\w*|allow\w*|new|feat\w*"
    r"|enable\w*|provide\w*|deprecate\w*|drop\w*|bump\w*|update\w*|upgrade\w*|release\w*"
    r"|refactor\w*|rename\w*|move\w*|replace\w*|expose\w*|clean\w*|simplif\w*|improve\w*|use)\b",
    re.IGNORECASE,
)
"""An issue is closed by features and chores, too; their subjects begin like this, or so
after the name of a part: "storage: Add a cache".
"""


def bug_fix(commit: Commit, own: re.Pattern[str] | None = None) -> Why | None:
    """What makes a commit a bug fix, or None if it is none, by its message alone.

    ``own`` is the user's rule: then it alone decides, on the whole message. Merges and first
    commits never are one, since what they changed is told by others.
    """
    if len(commit.parents) > 1:
        return None
    if own is not None:
        return Why.RULE if own.search(commit.message) else None
    subject = commit.subject
    reverts = subject.startswith('Revert "')
    # What was reverted and brought back was no bug.
    if subject.startswith('Revert "Revert') or _NO_BUG.search(subject):
        return None
    if reverts or _REVERT.search(commit.message):
        return Why.REVERT
    issue = _ISSUE.search(commit.message) is not None
    # "Fix #12: Add a thing" speaks of an issue, and of no bug.
    rest = _ISSUE.sub("", subject)
    if _FIX.search(rest):
        return Why.ISSUE if issue else Why.MESSAGE
    return Why.ISSUE if issue and not _FEATURE.search(rest) else None


def is_source(path: str, prefix: str, known: Collection[str]) -> bool:
    """Whether a path of some commit is source of the project.

    ``path`` is relative to the repository's top, ``prefix`` is the project's root in it
    (``services/shop/``, or empty); ``known`` are today's sources, relative to that root. Names
    of the past are judged as those of today are: tests, documentation, tools are none.
    """
    if not path.startswith(prefix):
        return False
    inside = path.removeprefix(prefix)
    if inside in known:
        return True
    parts = PurePosixPath(inside).parts
    if not inside.endswith(".py") or is_test_file(parts[-1]):
        return False
    folders = parts[:-1]
    if parts[0].removesuffix(".py") in NO_TOP_LEVEL or TEST_FOLDERS.intersection(folders):
        return False
    return not any(part.startswith(".") or part in NEVER for part in folders)
