"""pytest's own words, cut down: from real failures in each style of traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from refute.errors import RefuteError
from refute.trials.reasons import LINE, SAID, graver, reason

TESTS = """
def deep(number):
    if number:
        return deep(number - 1)
    return {}["key"]


def test_chained():
    try:
        deep(30)
    except KeyError as error:
        raise ValueError("no such key") from error


def test_compared():
    assert {"names": ["x" * 9 + str(n) for n in range(99)]} == {"names": []}
"""


def told(folder: Path, test: str, style: str) -> str:
    """The reason for a failure of this test, from what pytest prints in a style of its own."""
    (folder / "test_red.py").write_text(TESTS)
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--tb={style}"]
    done = subprocess.run(
        [*words, "--rootdir=.", "--noconftest", "-rN", "-vv", f"test_red.py::{test}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    text = done.stdout.partition("FAILURES")[2].rpartition("\n=")[0]
    return reason(text)


@pytest.mark.parametrize("style", ["long", "short", "native"])
def test_the_last_of_chained_exceptions(tmp_path: Path, style: str) -> None:
    lines = told(tmp_path, "test_chained", style).splitlines()
    assert len(lines) <= SAID + 1
    assert any("ValueError: no such key" in line for line in lines)
    assert not any("KeyError" in line for line in lines)


@pytest.mark.parametrize("style", ["long", "short"])
def test_a_long_comparison(tmp_path: Path, style: str) -> None:
    lines = told(tmp_path, "test_compared", style).splitlines()
    assert len(lines) <= SAID + 1
    assert max(map(len, lines)) <= LINE
    assert lines[0].startswith("AssertionError: assert {")


def test_nothing_was_said() -> None:
    assert reason("") == ""
    assert reason("\n \n") == ""


def collection(*detail: str, slug: str = "collection-failed") -> RefuteError:
    return RefuteError(slug, "pytest could not collect the suite: an error.", detail=detail)


def test_the_same_reason_is_said_once() -> None:
    plain = collection("tests/test_a.py:1: in <module>", "E   ImportError: no shop")
    module = collection("tests/test_a.py:1: in <module>", "E   ImportError: no shop")
    assert graver(plain, module) is plain


def test_another_reason_is_the_one_to_mend() -> None:
    plain = collection("E   ModuleNotFoundError: No module named 'shop'")
    shown = graver(plain, collection("E   SyntaxError: invalid syntax"))
    assert shown.slug == "collection-failed"
    assert shown.detail == (
        "E   SyntaxError: invalid syntax",
        "Plain `pytest` fails otherwise: ModuleNotFoundError: No module named 'shop'",
    )
    assert "python -m pytest" in shown.remedy


def test_another_kind_of_error_keeps_its_own_advice() -> None:
    shown = graver(collection("E   ImportError: no shop"), collection(slug="no-tests"))
    assert shown.slug == "no-tests"
    assert "--tests PATH" in shown.remedy
