"""What one run of plain pytest says of a mutant: its exit code and its own words."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.plans import mutant

from refute.faults.plan import Planned
from refute.trials.cold import _PLAIN, ColdRun, mutated_bytes, outcome_of
from refute.trials.outcome import Mechanism, Outcome, Result

PLANNED = Planned(mutant("m"), Mechanism.COLD, ())


def judged(code: int | None, output: str) -> Outcome:
    """The outcome of a run that ended so."""
    return outcome_of(PLANNED.mutant.id, ColdRun(code, output, 2.5))


def pytest_says(folder: Path, text: str, *options: str) -> Outcome:
    """The outcome of a real run of plain pytest on one test file."""
    (folder / "test_it.py").write_text(text)
    words = [sys.executable, "-c", _PLAIN, "-", "0", "-p", "no:cacheprovider", *options]
    words += ["-p", "no:asyncio", "-x", "-rfE", "--tb=short", "--color=no"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return judged(done.returncode, done.stdout + done.stderr)


@pytest.mark.parametrize("option", ["-s", "-q", "-qq", "--no-summary"])
def test_a_suite_that_passes(tmp_path: Path, option: str) -> None:
    text = "def test_a(): print('FAILED test_it.py::test_b - no')\n"
    outcome = pytest_says(tmp_path, text, option)
    assert outcome == Outcome("m", Mechanism.COLD, Result.PASSED, seconds=2.5)


@pytest.mark.parametrize(
    ("text", "test", "exception", "message", "by_test"),
    [
        ("def test_a():\n    assert 1 == 2\n", "test_it.py::test_a", "assert 1 == 2", "", True),
        (
            "def test_a():\n    raise ValueError('x: y')\n",
            "test_it.py::test_a",
            "ValueError",
            "x: y",
            False,
        ),
        (
            "import pytest\ndef test_a():\n    pytest.fail('so')\n",
            "test_it.py::test_a",
            "Failed",
            "so",
            True,
        ),
        (
            "import pytest\n@pytest.mark.parametrize('x', ['a - b'])\ndef test_a(x):\n    1 / 0\n",
            "test_it.py::test_a[a",
            "",
            "",
            False,
        ),
        (
            "import pytest\n@pytest.fixture\ndef f():\n    1 / 0\ndef test_a(f): ...\n",
            "test_it.py::test_a",
            "ZeroDivisionError",
            "division by zero",
            False,
        ),
    ],
)
def test_a_suite_that_fails(
    tmp_path: Path, text: str, test: str, exception: str, message: str, by_test: bool
) -> None:
    outcome = pytest_says(tmp_path, text)
    assert outcome.result is Result.FAILED
    assert outcome.test is not None
    assert outcome.test.startswith(test)
    assert outcome.failure is not None
    assert outcome.failure.phase == "process"
    if exception:
        assert (outcome.failure.exception, outcome.failure.message) == (exception, message)
    assert outcome.failure.by_test is by_test
    assert outcome.detail == ""


def test_a_suite_that_can_not_be_collected(tmp_path: Path) -> None:
    outcome = pytest_says(tmp_path, "raise RuntimeError\n")
    assert (outcome.result, outcome.test) == (Result.DIED, "test_it.py")
    assert outcome.detail == "pytest ended with status 2"


def test_a_test_that_ends_the_process_with_success_is_no_pass(tmp_path: Path) -> None:
    outcome = pytest_says(tmp_path, "import os\ndef test_a(): os._exit(0)\n")
    assert outcome.result is Result.DIED
    assert outcome.detail == "the process ended before pytest did"


def test_a_signal() -> None:
    outcome = judged(-11, "Fatal Python error")
    assert (outcome.result, outcome.test) == (Result.DIED, None)
    assert outcome.failure is not None
    assert (outcome.failure.exception, outcome.failure.by_test) == ("exit code -11", False)
    assert outcome.detail == "pytest ended with status -11"


def test_a_run_that_was_cut() -> None:
    outcome = judged(None, "tests/test_a.py ..")
    assert (outcome.result, outcome.failure, outcome.detail) == (Result.TIMEOUT, None, "")


def test_long_words_are_cut() -> None:
    outcome = judged(1, f"FAILED t.py::test_a - {'E' * 500}: {'m' * 500}\n1 failed")
    assert outcome.failure is not None
    assert (len(outcome.failure.exception), len(outcome.failure.message)) == (120, 200)


@pytest.mark.parametrize(
    ("data", "start", "end", "text", "expected"),
    [
        (b"x = 1\r\ny = 2\r\n", 4, 5, "3", b"x = 3\r\ny = 2\r\n"),
        (b"\xef\xbb\xbfx = 1\n", 4, 5, "2", b"\xef\xbb\xbfx = 2\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", 22, 25, "'\xfc'", b"# coding: latin-1\nx = '\xfc'\n"),
        ("é = 1\n".encode(), 4, 5, "2", "é = 2\n".encode()),
    ],
)
def test_bytes_with_the_mutant(
    tmp_path: Path, data: bytes, start: int, end: int, text: str, expected: bytes
) -> None:
    path = tmp_path / "code.py"
    path.write_bytes(data)
    fault = mutant("m", start=start, end=end, replacement=text)
    assert mutated_bytes(path, Planned(fault, Mechanism.COLD, ())) == expected
