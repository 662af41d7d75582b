"""What a source file consists of: edits that matter to some, to all, or to nobody."""

from __future__ import annotations

import pytest

from refute_child.pieces import pieces

SHOP = """\
from shop.base import Base, logged

RATE = 2


@logged
def price(x, tax=RATE):
    \"\"\"What to pay.\"\"\"
    def inner():
        return x
    return inner() * tax


class Cart(Base):
    size = 3

    def add(self, x):
        self.items.append(x)
"""

TESTS = """\
import json
from unittest.mock import patch

import pytest

from shop.cart import Cart

CASES = [1, 2]


@pytest.fixture(scope="module")
def cart():
    return Cart()


@pytest.mark.parametrize("x", [1, pytest.param(2, id="two")])
@patch("shop.cart.send")
def test_add(send, cart, x):
    cart.add(x)


class TestMore:
    def test_more(self):
        assert Cart()
"""


def units(text: str) -> dict[str, str]:
    return {name: digest for name, _, _, digest, _ in pieces(text)["units"]}


def test_units_by_name_and_lines() -> None:
    found = pieces(SHOP)["units"]
    assert [[*one[:3], one[4]] for one in found] == [
        ["price#1", 6, 11, 8],
        ["Cart.add#1", 17, 18, 18],
    ]


def test_namesakes_are_told_apart() -> None:
    text = "if 1:\n    def f(): return 1\nelse:\n    def f(): return 2\n"
    assert list(units(text)) == ["f#1", "f#2"]


def test_a_body_concerns_its_unit_alone() -> None:
    edited = SHOP.replace("inner() * tax", "inner() + tax")
    assert pieces(edited)["rest"] == pieces(SHOP)["rest"]
    assert units(edited)["price#1"] != units(SHOP)["price#1"]
    assert units(edited)["Cart.add#1"] == units(SHOP)["Cart.add#1"]


def test_places_and_comments_are_nobodys_concern() -> None:
    edited = "# a word\n\n" + SHOP.replace("    size = 3", "    # so many\n    size = 3")
    assert pieces(edited)["rest"] == pieces(SHOP)["rest"]
    assert units(edited) == units(SHOP)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("RATE = 2", "RATE = 3"),
        ("@logged\n", ""),
        ("tax=RATE", "tax=4"),
        ("What to pay", "What it costs"),
        ("size = 3", "size = 4"),
        ("Cart(Base)", "Cart"),
        ("def add(self, x)", "def add(self, y)"),
        # Whoever calls it gets something else, though it is not begun.
        ("return inner() * tax", "yield inner() * tax"),
        ("    size = 3\n", "    size = 3\n\n    def __len__(self):\n        return 3\n"),
    ],
)
def test_what_runs_at_import_concerns_all(before: str, after: str) -> None:
    assert pieces(SHOP.replace(before, after))["rest"] != pieces(SHOP)["rest"]


def test_a_test_module_that_is_felt_by_nobody() -> None:
    nothing = pieces("")["neutral"]
    assert pieces(TESTS, ["shop"])["neutral"] == nothing
    assert pieces(TESTS + "\n\ndef test_new():\n    assert 1\n", ["shop"])["neutral"] == nothing


@pytest.mark.parametrize(
    "line",
    [
        "import requests",
        "from . import helper",
        "shop.RATE = 3",
        "Cart.register(int)",
        "CASES = make()",
        "pytest_plugins = ['helper']",
        "def test_it(x=Cart()): pass",
        "@Cart\ndef test_it(): pass",
        "@pytest.mark.parametrize('x', make())\ndef test_it(x): pass",
        "class TestIt(Cart): pass",
        "class TestIt(metaclass=Cart): pass",
        "for name in CASES: pass",
    ],
)
def test_what_could_be_felt_by_other_tests(line: str) -> None:
    assert pieces(f"{TESTS}\n{line}\n", ["shop"])["neutral"] != pieces("")["neutral"]


def test_functions_that_run_at_import_are_felt_as_a_whole() -> None:
    text = TESTS + "\ndef make():\n    return 1\n\nmake()\n"
    edited = text.replace("return 1", "return 2")
    assert pieces(text, ["shop"])["neutral"] != pieces(edited, ["shop"])["neutral"]
