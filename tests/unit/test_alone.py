"""One test by itself, under faults that its own process puts in; real runs, without a seal."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from refute.trials.alone import OneTest
from refute.trials.outcome import Result
from refute.trials.seal import Seal, SealKind
from refute.trials.slot import Launch
from refute.verdicts import KillKind, kill_kind

CODE = """\
import os


def total(prices):
    return sum(prices)


def safe(prices):
    try:
        return total(prices)
    except Exception:
        return None


def send(client, name):
    return client.post("/orders", name=name)


class Client:
    def post(self, path, name):
        return name
"""

TESTS = """\
from unittest.mock import Mock

import pytest
from shop import Client, safe, send, total


def test_total():
    assert total([1, 2]) == 3


def test_any():
    total([1, 2])


def test_safe():
    assert safe([1, 2]) == 3


def test_sent():
    client = Mock()
    send(client, "nail")
    client.post.assert_called_once_with("/orders", name="nail")


def test_sent_somehow():
    client = Mock()
    send(client, "nail")
    assert client.post.called


def test_real():
    assert send(Client(), "nail") == "nail"


def test_fake():
    class Fake:
        def post(self, path, name):
            return name

    assert send(Fake(), "nail") == "nail"


def test_red():
    assert total([1]) == 2


@pytest.mark.skip(reason="not here")
def test_skipped():
    pass


def test_end():
    pytest.exit("enough")
"""


class Shop:
    """A project in a folder, and one of its tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "shop.py").write_text(CODE)
        (folder / "test_shop.py").write_text(TESTS)
        (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")

    def test(self, name: str, file: str = "test_shop.py", limit: float = 300.0) -> OneTest:
        """What runs the one test."""
        variables = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        launch = Launch(
            python=Path(sys.executable),
            root=self.folder,
            seal=Seal(SealKind.NONE),
            environment=variables | {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            arguments=("-p", "no:cacheprovider", f"{file}::{name}"),
            files=((str(self.folder / "shop.py"), len(CODE.splitlines())),),
        )
        return OneTest(launch, limit)

    def fault(self, original: str, text: str, unit: str = "total") -> dict[str, Any]:
        """The record of a mutant."""
        start = CODE.index(original)
        line = CODE[: CODE.index(f"def {unit}(")].count("\n") + 1
        where = {"path": str(self.folder / "shop.py"), "unit": unit, "unit_line": line}
        return {**where, "start": start, "end": start + len(original), "text": text}

    def double(self, path: str, change: str) -> dict[str, Any]:
        """The record of a double fault at the one call of ``send``."""
        line = CODE[: CODE.index("def send(")].count("\n") + 2
        text = CODE.splitlines()[line - 1]
        double = {
            "line": line,
            "column": text.index("client") + 1,
            "end_line": line,
            "end_column": len(text) + 1,
            "path": path,
            "change": change,
        }
        where = {"path": str(self.folder / "shop.py"), "unit": "send", "unit_line": line - 1}
        return {**where, "elsewhere": False, "double": double}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def test_a_noticed_mutant_in_pytests_own_words(
    shop: Shop, capfd: pytest.CaptureFixture[str]
) -> None:
    one = shop.test("test_total")
    assert one.unchanged().result is Result.PASSED
    assert capfd.readouterr().out == ""
    ending = one.under(shop.fault("sum(prices)", "len(prices)"), {})
    assert (ending.result, kill_kind(ending.failure)) == (Result.FAILED, KillKind.TOLD)
    assert ending.failure is not None
    assert ending.failure.message == "assert 2 == 3"
    printed = capfd.readouterr().out
    assert "collected 1 item" in printed
    assert ">       assert total([1, 2]) == 3\nE       assert 2 == 3" in printed
    assert "1 failed" in printed


def test_an_unnoticed_mutant(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    ending = shop.test("test_any").under(shop.fault("sum(prices)", "len(prices)"), {})
    assert (ending.result, ending.failure, ending.effects) == (Result.PASSED, None, None)
    assert "1 passed" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("test", "kind"), [("test_any", KillKind.CRASHED), ("test_safe", KillKind.TRIPPED)]
)
def test_kinds_of_notice(shop: Shop, test: str, kind: KillKind) -> None:
    ending = shop.test(test).under(shop.fault("sum(prices)", "sum(prices, None)"), {})
    assert (ending.result, kill_kind(ending.failure)) == (Result.FAILED, kind)


def test_an_accident_of_the_unchanged_test_is_held_against_no_fault(shop: Shop) -> None:
    path = shop.folder / "test_shop.py"
    path.write_text(TESTS + "\n\ndef test_both():\n    safe(3)\n    assert total([1, 2]) == 3\n")
    one = shop.test("test_both")
    assert one.unchanged().accidents
    ending = one.under(shop.fault("sum(prices)", "len(prices)"), {})
    assert kill_kind(ending.failure) is KillKind.TOLD


def test_a_fault_that_ends_the_process(shop: Shop) -> None:
    ending = shop.test("test_any").under(shop.fault("sum(prices)", "os._exit(0)"), {})
    assert ending.result is Result.DIED
    assert ending.detail == "the process ended with status 0"


def test_a_fault_that_never_comes_to_an_end(shop: Shop) -> None:
    fault = shop.fault("return sum(prices)", "while True: pass")
    assert shop.test("test_any", limit=4.0).under(fault, {}).result is Result.TIMEOUT


def test_a_fault_that_can_not_be_put_in(shop: Shop) -> None:
    fault = shop.fault("sum(prices)", "len(prices)") | {"unit": "gone"}
    ending = shop.test("test_total").under(fault, {})
    assert ending.result is Result.BROKEN
    assert "gone at line 4" in ending.detail


@pytest.mark.parametrize(
    ("path", "change", "test", "result", "effects"),
    [
        ("name", "typo", "test_sent", Result.FAILED, 1),
        ("0", "typo", "test_sent", Result.FAILED, 1),
        ("name", "typo", "test_sent_somehow", Result.PASSED, 1),
        ("returns", "raises", "test_sent_somehow", Result.FAILED, 1),
        ("name", "typo", "test_real", Result.PASSED, 0),
        ("name", "typo", "test_fake", Result.FAILED, 1),
    ],
)
def test_double_faults(
    shop: Shop, path: str, change: str, test: str, result: Result, effects: int
) -> None:
    ending = shop.test(test).under(shop.double(path, change), {})
    assert (ending.result, ending.effects) == (result, effects)


def test_a_test_that_fails_anyway(shop: Shop, capfd: pytest.CaptureFixture[str]) -> None:
    ending = shop.test("test_red").unchanged()
    assert ending.result is Result.FAILED
    assert "assert 1 == 2" in ending.output
    assert capfd.readouterr().out == ""


def test_a_test_that_is_skipped(shop: Shop) -> None:
    ending = shop.test("test_skipped").unchanged()
    assert (ending.result, ending.skipped) == (Result.PASSED, True)
    assert "not here" in ending.detail


def test_a_test_that_ends_the_session(shop: Shop) -> None:
    ending = shop.test("test_end").unchanged()
    assert ending.result is Result.FAILED
    assert ending.failure is not None
    assert ending.failure.message == "enough"


def test_a_test_that_is_not_there(shop: Shop) -> None:
    ending = shop.test("test_gone").unchanged()
    assert (ending.result, ending.detail) == (Result.BROKEN, "pytest does not find the test")


@pytest.mark.parametrize("file", ["test_shop.py", "conftest.py"])
def test_what_can_not_be_collected(shop: Shop, file: str) -> None:
    (shop.folder / file).write_text("raise ValueError('so')\n")
    ending = shop.test("test_total").unchanged()
    assert ending.uncollected
    assert "ValueError: so" in ending.output


def test_the_working_folder_comes_on_the_path_where_the_tests_need_it(shop: Shop) -> None:
    (shop.folder / "pytest.ini").write_text("[pytest]\n")
    (shop.folder / "tests").mkdir()
    (shop.folder / "test_shop.py").rename(shop.folder / "tests" / "test_shop.py")
    one = shop.test("test_total", file="tests/test_shop.py")
    assert one.unchanged().result is Result.PASSED
    assert one.launch.cwd_on_path
    ending = one.under(shop.fault("sum(prices)", "len(prices)"), {})
    assert ending.result is Result.FAILED
