"""Values that were kept, compared and put into words."""

from __future__ import annotations

import ctypes
from array import array
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refute_child.observe.comparing import common, first, words_of
from refute_child.observe.kept import ANY, Keeper
from refute_child.observe.shown import Secrets

SIMPLE = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary())
VALUES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner), st.dictionaries(st.text(), inner), st.tuples(inner, inner)
    ),
    max_leaves=12,
)
NOW = datetime.now()


class Loud:
    """Code of a user's, none of which may run."""

    def __init__(self, inside: object) -> None:
        self.inside = inside

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)

    def _loud(self, *_: object) -> Any:
        raise AssertionError

    __eq__ = __hash__ = __iter__ = __len__ = __bool__ = __repr__ = _loud


class Slotted:
    __slots__ = ("empty", "inside")

    def __init__(self, inside: object) -> None:
        self.inside = inside


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


def keep(value: object) -> Any:
    return Keeper(lambda thing: "").keep(value)


@given(VALUES)
def test_a_value_is_like_itself(value: object) -> None:
    assert first(keep(value), keep(value)) is None
    assert common(keep(value), keep(value)) is not ANY


@given(VALUES, VALUES)
def test_what_is_common_is_like_both(one: object, other: object) -> None:
    both = common(keep(one), keep(other))
    assert first(both, keep(one)) is None
    assert first(both, keep(other)) is None


@given(VALUES, VALUES)
def test_values_that_differ_are_different_words(one: object, other: object) -> None:
    if first(keep(one), keep(other)) is not None:
        before, after = words_of(keep(one), keep(other), Secrets())
        assert before != after


@pytest.mark.parametrize(
    ("one", "other", "way"),
    [
        (1, 1.0, ()),
        (True, 1, ()),
        ([1, 2], [1, 3], (1,)),
        ([1, 2], [1], ()),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, None),
        ({"a": {"b": 2}}, {"a": {"b": 3}}, ("a", "b")),
        ({1, 2}, {2, 1}, None),
        ({1, 2}, {1, 3}, (1,)),
        (Loud(1), Loud(1), None),
        (Loud(1), Loud(2), ("inside",)),
        (Slotted(1), Slotted(2), ("inside",)),
        (Colour.RED, Colour.BLUE, ()),
        (Decimal("1.5"), Decimal("1.6"), ("",)),
        (PurePosixPath("a/b"), PurePosixPath("a/c"), ("",)),
        (timedelta(days=1), timedelta(days=2), ("",)),
        (ValueError("a"), ValueError("b"), (0,)),
        (object(), object(), None),
        ("a" * 3000, "a" * 3001, (1,)),
        (b"a" * 3000, b"a" * 3001, ("",)),
        (f"at 0x{0x7F00AA:x}", f"at 0x{0x7F00AB:x}", None),
        ("/tmp/pytest-of-me/pytest-1/test_a0/x", "/tmp/pytest-of-me/pytest-2/test_a1/x", None),
        ("/tmp/pytest-of-me/pytest-1/test_a0/x", "/tmp/pytest-of-me/pytest-1/test_a0/y", (2,)),
        (NOW, NOW + timedelta(seconds=1), None),
        (NOW, NOW + timedelta(days=1), ()),
        (NOW.timestamp(), NOW.timestamp() + 1, None),
        (int(NOW.timestamp()), int(NOW.timestamp()) + 60, ()),
        (datetime(2000, 1, 1), datetime(2000, 1, 1), None),
        (datetime(2000, 1, 1), datetime(2000, 1, 2), ()),
        (f"at {NOW.isoformat()}", f"at {(NOW + timedelta(seconds=1)).isoformat()}", None),
        (f"at {NOW.isoformat()}", f"at {(NOW + timedelta(days=1)).isoformat()}", (1,)),
        (datetime(2000, 1, 1, tzinfo=UTC), datetime(2000, 1, 1), None),
    ],
)
def test_where_two_values_differ(one: object, other: object, way: object) -> None:
    assert first(keep(one), keep(other)) == way


def test_a_text_in_which_something_differs_by_itself() -> None:
    ids = ["6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "16fd2706-8baf-433b-82eb-8c7fada847da"]
    usual = common(keep(f"note {ids[0]} kept"), keep(f"note {ids[1]} kept"))
    assert first(usual, keep(f"note {ids[0]} kept")) is None
    assert first(usual, keep(f"note {ids[0]} left")) == (2,)


def test_what_is_changed_later_is_kept_as_it_was() -> None:
    value = {"rows": [1]}
    kept = keep(value)
    value["rows"].append(2)
    assert first(kept, keep({"rows": [1]})) is None


def test_memory_is_told_apart_by_what_is_in_it() -> None:
    for one, other in (
        (ctypes.create_string_buffer(b"a", 9), ctypes.create_string_buffer(b"b", 9)),
        ((ctypes.c_int * 2)(1, 2), (ctypes.c_int * 2)(1, 3)),
        (bytearray(b"a"), bytearray(b"b")),
        (array("i", [1]), array("i", [2])),
    ):
        assert first(keep(one), keep(one)) is None
        assert first(keep(one), keep(other)) is not None
    # Two addresses are not two values.
    ways = [(ctypes.c_void_p * 1)(address) for address in (1, 2)]
    assert first(keep(ways[0]), keep(ways[1])) is None


def test_a_value_that_holds_itself() -> None:
    value: list[Any] = []
    value.append(value)
    assert first(keep(value), keep(value)) is None


@pytest.mark.parametrize(
    ("one", "other", "before", "after"),
    [
        ("web", "wbe", "'web'", "'wbe'"),
        (Loud("a"), Loud("b"), ".inside='a'", ".inside='b'"),
        ({"a": Loud([1])}, {"a": Loud([2])}, "['a'].inside=[1]", "['a'].inside=[2]"),
        (list(range(40)), list(range(39)), "[39]=39", ""),
        ({"password": "one"}, {"password": "two"}, "***", "another ***"),
        (["--token", "one"], ["--token", "two"], "***", "another ***"),
        ("x" * 200 + "left", "x" * 200 + "right", "'…" + "x" * 20 + "left'", None),
    ],
)
def test_words(one: object, other: object, before: str, after: str | None) -> None:
    found = words_of(keep(one), keep(other), Secrets())
    assert found[0] == before
    assert after is None or found[1] == after
