"""`refute try`: which fault and which test are meant, and what is said of how it ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.factory import judgement, passed

from refute import cli
from refute.attempt import argument_of, sentence
from refute.errors import RefuteError
from refute.faults.double import DoubleFault
from refute.judgement import Judgement, Theatre, TriedDouble
from refute.observed import Site
from refute.report.lookup import find_fault, find_test
from refute.trials.alone import Ending, ending_of
from refute.trials.outcome import Failure, Result

IDS = (
    "tests/test_money.py::test_price[0]",
    "tests/test_money.py::test_price[1::a]",
    "tests/test_money.py::test_refund",
    "tests/test_money.py::test_refund_twice",
    "tests/test_money.py::TestShop::test_smoke",
    "tests/test_texts.py::TestTexts::test_smoke",
)
LAST = judgement([], tests=passed(*IDS))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (IDS[0], IDS[0]),
        ("test_price[1::a]", IDS[1]),
        ("price[0", IDS[0]),
        ("test_refund", IDS[2]),
        (" refund_twice ", IDS[3]),
        ("TestShop::test_smoke", IDS[4]),
        ("TestTexts", IDS[5]),
    ],
)
def test_a_test_is_found_by_its_id_its_name_or_a_part(wanted: str, found: str) -> None:
    assert find_test(LAST, wanted) == found


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("test_smoke", f"2 tests are called like test_smoke: {IDS[4]}, {IDS[5]}"),
        ("test_price", f"2 tests are called like test_price: {IDS[0]}, {IDS[1]}"),
        ("tests/", f"6 tests are called like tests/: {', '.join(IDS[:5])}, ..."),
        ("test_refnud", f"No test of the last run is called test_refnud. The nearest: {IDS[2]}"),
        ("", "No test of the last run is called nothing."),
    ],
)
def test_a_test_that_is_none_or_several(wanted: str, words: str) -> None:
    with pytest.raises(RefuteError) as raised:
        find_test(LAST, wanted)
    assert raised.value.slug == "unknown-test"
    assert raised.value.message.startswith(words)


def double(id: str) -> DoubleFault:
    return DoubleFault(
        id=id,
        site=Site("shop.py", 4, 12, 4, 30, "send"),
        target="shop.client",
        method=".post",
        path="name",
        change="typo",
        original="'nail'",
        replacement="'nial'",
        tests=(0, 3),
        unit="send",
        unit_line=3,
    )


def judged(*ids: str) -> Judgement:
    """A judgement with double faults of these ids."""
    return replace(
        LAST, theatre=Theatre((), double_faults=tuple(TriedDouble(double(i)) for i in ids))
    )


@pytest.mark.parametrize("wanted", ["d-12ab34cd", "d-12", "D-12AB "])
def test_a_double_fault_is_found_by_the_beginning_of_its_id(wanted: str) -> None:
    found = find_fault(judged("d-12ab34cd", "d-99ab34cd"), wanted)
    assert found.fault == double("d-12ab34cd")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("d-1", "2 ids begin with d-1: d-12ab34cd, d-13ab34cd"),
        ("d-12ab43cd", "No double fault of the last run is called d-12ab43cd. The nearest: d-12"),
    ],
)
def test_a_double_fault_that_is_none_or_several(wanted: str, words: str) -> None:
    with pytest.raises(RefuteError) as raised:
        find_fault(judged("d-12ab34cd", "d-13ab34cd"), wanted)
    assert raised.value.slug == "unknown-fault"
    assert raised.value.message.startswith(words)


def test_an_id_becomes_an_argument_wherever_pytest_has_its_root(tmp_path: Path) -> None:
    root = tmp_path / "service"
    (root / "tests").mkdir(parents=True)
    (root / "tests" / "test_a.py").touch()
    inside = "tests/test_a.py::test_a[x::y]"
    assert argument_of(root, inside) == inside
    assert argument_of(root, f"service/{inside}") == inside
    assert argument_of(root, "gone.py::test_a") == "gone.py::test_a"


def test_a_process_that_hangs_after_the_test_has_told_all() -> None:
    said: dict[str, Any] = {
        "outcome": "passed",
        "failure": None,
        "accidents": [],
        "detail": "",
        "errors": [],
    }
    assert ending_of(None, said | {"started": True}) == Ending(Result.PASSED)
    assert ending_of(None, None) == Ending(Result.TIMEOUT)


def test_without_a_report_there_is_nothing_to_try(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["try", "m-1", "test_a", "--root", str(tmp_path)]) == 2
    assert "error[no-report]" in capsys.readouterr().err


def failed(exception: str, *, by_test: bool = True, accident: bool = False) -> Ending:
    return Ending(Result.FAILED, Failure("call", exception, "", by_test, accident))


@pytest.mark.parametrize(
    ("ending", "words"),
    [
        (Ending(Result.PASSED), "did not notice m-1."),
        (Ending(Result.PASSED, effects=2), "did not notice m-1."),
        (Ending(Result.PASSED, effects=0), "did not notice m-1: it took no effect there."),
        (failed("AssertionError"), "noticed m-1: told, an assertion of its own."),
        (
            failed("AssertionError", accident=True),
            "noticed m-1: tripped, an assertion failed only because the code blew up.",
        ),
        (failed("KeyError", by_test=False), "noticed m-1: crashed, KeyError reached it."),
        (
            Ending(Result.TIMEOUT),
            "noticed m-1: timeout, it did not come to its end in 20 seconds.",
        ),
        (
            ending_of(139, None),
            "noticed m-1: crashed, the process ended with status 139.",
        ),
        (
            ending_of(4, {"outcome": None, "errors": [], "started": False}),
            "noticed m-1: crashed, pytest can't collect it.",
        ),
    ],
)
def test_the_last_line(ending: Ending, words: str) -> None:
    assert sentence("test_a", "m-1", ending, 20.0) == f"test_a {words}"
