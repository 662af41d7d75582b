"""The catalogue of messages and the exception that carries them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import refute
from refute.errors import MESSAGES, ExitCode, RefuteError, fail, nearest

_REQUIRED = """
unknown-setting bad-setting no-such-path not-a-project no-sources no-tests no-python no-pytest
old-python old-pytest collection-failed baseline-red nothing-judged syntax-error
imported-elsewhere name-clash read-only-tree no-seal unsealed control-failed unknown-mutant
no-report bad-report interrupted worker-died wire-mismatch internal-error disagreement
several-projects
"""
REQUIRED = _REQUIRED.split()


def slugs_in_use(*callers: str) -> Iterator[str]:
    """The slugs that the code hands to these functions or methods as literals."""
    for path in sorted(Path(refute.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                slug = node.args[0]
                if name in callers and isinstance(slug, ast.Constant):
                    yield str(slug.value)


def test_every_error_that_is_raised_has_an_exit_code() -> None:
    raised = set(slugs_in_use("fail", "RefuteError"))
    assert "no-tests" in raised
    assert {slug for slug in raised if MESSAGES[slug].exit_code is None} == set()


def test_every_warning_is_in_the_catalogue() -> None:
    warned = set(slugs_in_use("warn", "_warn"))
    assert "store-locked" in warned
    assert warned - set(MESSAGES) == set()


def test_exit_codes_are_the_documented_numbers() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "FINDINGS": 1,
        "USAGE": 2,
        "SUITE": 3,
        "NOTHING_JUDGED": 4,
        "ENVIRONMENT": 5,
        "INTERNAL": 70,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize("slug", REQUIRED)
def test_slug_is_in_the_catalogue(slug: str) -> None:
    assert slug in MESSAGES


@pytest.mark.parametrize("slug", MESSAGES)
def test_entry_is_whole(slug: str) -> None:
    entry = MESSAGES[slug]
    assert entry.slug == slug
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", slug)
    assert not entry.title.endswith(".")
    assert entry.meaning.endswith(".")
    assert entry.remedy.endswith(".")


def test_error_takes_code_and_advice_from_the_catalogue() -> None:
    error = RefuteError("no-tests", "Nothing there.", detail=["a line"])
    assert error.exit_code is ExitCode.SUITE
    assert error.remedy == MESSAGES["no-tests"].remedy
    assert error.detail == ("a line",)
    assert error.page == "docs/messages/no-tests.md"
    assert str(error) == "error[no-tests]: Nothing there."


def test_own_advice_replaces_that_of_the_catalogue() -> None:
    assert RefuteError("no-tests", "m", remedy="Do this.").remedy == "Do this."


def test_unknown_slug_is_refused() -> None:
    with pytest.raises(KeyError):
        RefuteError("no-such-slug", "m")


def test_warning_can_not_be_raised() -> None:
    with pytest.raises(ValueError, match="baseline-red"):
        RefuteError("baseline-red", "m")


def test_fail_keeps_the_cause() -> None:
    cause = OSError("disk")
    with pytest.raises(RefuteError) as caught:
        fail("read-only-tree", "m", cause=cause)
    assert caught.value.__cause__ is cause


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("job", "did you mean `jobs`?"),
        ("JOBS", "did you mean `jobs`?"),
        ("pytest_args", "did you mean `pytest-args`?"),
        ("zzz", "known: jobs, pytest-args."),
    ],
)
def test_nearest(word: str, expected: str) -> None:
    assert nearest(word, ["pytest-args", "jobs"]) == expected
