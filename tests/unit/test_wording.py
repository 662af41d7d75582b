"""What the words of a failure say: judged on texts of real pytest runs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from refute.metrics.wording import Kind, kind_of, names, quote

PLUGIN = """
import json


SAID = {}


def pytest_runtest_makereport(item, call):
    if call.excinfo is not None:
        SAID[item.name] = type(call.excinfo.value).__name__


def pytest_runtest_logreport(report):
    if report.failed:
        crash = report.longrepr.reprcrash
        SAID[report.nodeid.rpartition("::")[2]] = {
            "message": crash.message,
            "exception": SAID[report.nodeid.rpartition("::")[2]],
            "text": report.longreprtext,
        }


def pytest_unconfigure():
    with open("said.json", "w") as file:
        json.dump(SAID, file)
"""

TESTS = """
import unittest
import warnings
from unittest.mock import AsyncMock, MagicMock, Mock, call

import pytest


class Thing:
    ok = False
    count = 3


def is_member(card):
    return card.startswith("M")


def clear_compares(): assert 1 + 1 == 3
def clear_texts(): assert "a\\nb" == "a\\nc"
def clear_with_words(): assert [1, 2] == [1, 3], "a sum is wrong"
def clear_in():
    found = ["a"]
    assert "b" in found
def clear_is():
    found = 5
    assert found is None
def clear_not():
    left = [3, 4]
    assert not left
def clear_call(): assert is_member("G-7")
def clear_attribute_of_a_call(): assert dict(ok=False).get("ok")
def clear_isinstance(): assert isinstance("3", int)
def clear_approx(): assert 0.3 == pytest.approx(0.5)
def clear_raises():
    with pytest.raises(ValueError):
        pass
def clear_match():
    with pytest.raises(ValueError, match="paid"):
        raise ValueError("gone")
def clear_warns():
    with pytest.warns(UserWarning):
        pass
def clear_mock_arguments():
    double = Mock(name="send")
    double(1)
    double.assert_called_once_with(2)
def clear_mock_with_and_no_call():
    Mock(name="send").assert_called_with(2)
def clear_mock_twice():
    double = Mock(name="send")
    double(1), double(2)
    double.assert_called_once()
def clear_mock_never():
    double = Mock(name="send")
    double(1)
    double.assert_not_called()
def clear_mock_calls():
    double = Mock(name="send")
    double(1)
    double.assert_has_calls([call(2)])
def clear_fail_with_both(): pytest.fail("expected 3, got 4")
def clear_message_with_both():
    good = False
    assert good, f"expected {1}, but got {2}"
def clear_raised_by_hand():
    raise AssertionError("1 != 2")
def clear_data():
    import dataclasses

    @dataclasses.dataclass
    class Point:
        x: int

    assert Point(1) == Point(2)


def partial_words():
    good = False
    assert good, "the order is wrong"
def partial_fail(): pytest.fail("no way")
def partial_any_call():
    double = Mock(name="send")
    double(1)
    double.assert_any_call(2)
def partial_one_side():
    one = Thing()
    assert one == 3
def partial_words_like_a_comparison():
    good = False
    assert good, "left == right must hold"


def error_type():
    found = None
    found["x"]
def error_key():
    {}["x"]
def error_attribute():
    None.upper()


def not_called_once():
    Mock(name="send").assert_called_once()
def not_called_at_all():
    Mock(name="send").assert_called()
def not_called_flag():
    double = Mock(name="send")
    assert double.called
def not_called_count():
    double = MagicMock(name="send")
    assert double.call_count == 1
def not_called_awaited():
    AsyncMock(name="send").assert_awaited_once()
def not_called_method():
    Mock().tear_off.assert_called_once()


def bare_false(): assert False
def bare_name():
    good = True and False
    assert good
def bare_none():
    found = None
    assert found
def bare_empty():
    found = []
    assert found
def bare_both():
    one, two = True, False
    assert one and two
def bare_all(): assert all(n > 0 for n in [1, -1])
def bare_objects():
    one, two = Thing(), Thing()
    assert one == two
def bare_error():
    raise AssertionError
def bare_fail(): pytest.fail()


class Old(unittest.TestCase):
    def clear_equal(self): self.assertEqual(1, 2)
    def clear_lists(self): self.assertEqual([1], [2])
    def clear_dicts(self): self.assertEqual({"a": 1}, {"a": 2})
    def clear_sets(self): self.assertEqual({1}, {2})
    def clear_long_texts(self): self.assertEqual("a\\nb\\n", "a\\nc\\n")
    def clear_member(self): self.assertIn("a", ["b"])
    def clear_no_member(self): self.assertNotIn("a", ["a"])
    def clear_none(self): self.assertIsNone(5)
    def clear_kind(self): self.assertIsInstance(5, str)
    def clear_less(self): self.assertLess(2, 1)
    def clear_greater(self): self.assertGreaterEqual(1, 2)
    def clear_near(self): self.assertAlmostEqual(1.0, 2.0)
    def clear_count(self): self.assertCountEqual([1], [2])
    def clear_pattern(self): self.assertRegex("abc", "x+")
    def clear_old_raises(self):
        with self.assertRaises(ValueError):
            pass
    def clear_with_message(self): self.assertEqual(1, 2, "sums")
    def bare_true(self): self.assertTrue(False)
    def bare_falsy(self): self.assertFalse(True)
    def partial_true_with_words(self): self.assertTrue(False, "must be a member")
    def partial_old_fail(self): self.fail("no way")
"""


def _said(folder: Path, *options: str) -> dict[str, dict[str, str]]:
    (folder / "said_plugin.py").write_text(PLUGIN)
    (folder / "test_all.py").write_text(TESTS)
    names = " ".join(f"{kind}_*" for kind in Kind)
    (folder / "pytest.ini").write_text(f"[pytest]\npython_functions = {names}\n")
    # unittest finds methods by a prefix of its own.
    text = (folder / "test_all.py").read_text()
    head, old = text.split("class Old", 1)
    for kind in Kind:
        old = old.replace(f"def {kind}_", f"def test_{kind}_")
    (folder / "test_all.py").write_text(f"{head}class Old{old}")
    words = ["-m", "pytest", "-q", "-p", "said_plugin", "-p", "no:cacheprovider", *options]
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout
    found: dict[str, dict[str, str]] = json.loads((folder / "said.json").read_text())
    return found


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """What pytest says of each failing function, by its name."""
    return _said(tmp_path_factory.mktemp("said"))


NAMES = [
    line.partition("def ")[2].partition("(")[0]
    for line in TESTS.splitlines()
    if line.strip().startswith(tuple(f"def {kind}_" for kind in Kind))
]


@pytest.mark.parametrize("name", NAMES)
def test_each_text_is_of_the_kind_that_its_name_says(
    name: str, said: dict[str, dict[str, str]]
) -> None:
    one = said.get(name) or said[f"test_{name}"]
    assert name.startswith(kind_of(one["message"], one["exception"])), one["message"]


def test_all_failures_were_had(said: dict[str, dict[str, str]]) -> None:
    assert len(said) == len(NAMES) > 60


def test_without_introspection_an_assert_is_bare(tmp_path: Path) -> None:
    one = _said(tmp_path, "--assert=plain")["clear_compares"]
    assert kind_of(one["message"], one["exception"]) is Kind.BARE


def test_a_function_is_named_as_a_word(said: dict[str, dict[str, str]]) -> None:
    text = said["clear_call"]["text"]
    assert names(text, "is_member")
    assert names(text, "shop.Till.is_member")
    assert names(text, "is_member.<locals>.<lambda>")
    assert not names(text, "member")
    assert not names(text, "<module>")
    assert names("Thing(3) == 4", "Thing.__eq__")
    assert not names("assert 3 == 4", "Thing.__eq__")


def test_a_quote_is_short() -> None:
    assert quote("a\n\nb\nc\nd", "AssertionError") == ("a", "b", "c", "...")
    assert quote("", "AssertionError") == ("AssertionError",)
    (long,) = quote("x" * 300, "E")
    assert (len(long), long[-3:]) == (100, "...")
