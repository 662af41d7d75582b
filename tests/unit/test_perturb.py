"""Values made a little wrong, without touching the caller's."""

from __future__ import annotations

import copy
import math
from collections import OrderedDict
from enum import IntEnum
from typing import Any, NamedTuple

import pytest

from refute_child.perturb import parts, perturb, perturb_value, typo


class Loud:
    """An object that fails whoever asks it anything."""

    def __eq__(self, other: object) -> bool:
        raise AssertionError("asked whether it is equal")

    def __hash__(self) -> int:
        return hash("name")

    def __bool__(self) -> bool:
        raise AssertionError("asked whether it is true")

    def __len__(self) -> int:
        raise AssertionError("asked for its length")


class Text(str):
    """A text of the user's own type."""


class Point(NamedTuple):
    """A tuple of the user's own type."""

    x: int
    y: int


class Level(IntEnum):
    """A number of the user's own type."""

    LOW = 1


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("0", (0,)),
        ("12", (12,)),
        ("0[1]", (0, 1)),
        ("namespace", ("namespace",)),
        ('json["name"]', ("json", "name")),
        ('json["a]\\"b"][2]["é"]', ("json", 'a]"b', 2, "é")),
        ("0[3][-1]", (0, 3, -1)),
        ("content-type", ("content-type",)),
        ("", None),
        ("[0]", None),
        ("0[", None),
        ("0[x]", None),
        ('0["x', None),
        ('0["x"', None),
        ("0[1]x", None),
    ],
)
def test_paths(path: str, steps: tuple[int | str, ...] | None) -> None:
    assert parts(path) == steps


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("delete", "deleet"),
        ("delete pod", "deleet pod"),
        ("a pod", "a pdo"),
        ("see", "ese"),
        ("aaa of", "aaa fo"),
        ("größe", "größe"[:-2] + "eß"),
        ("2024-01-31", "2024-01-3x"),
        ("", "x"),
        ("x", "y"),
        ("7", "x"),
        ("aaa", "aax"),
        ("_id_", "_di_"),
        ("-rn", "-rx"),
        ("-xx", "-xy"),
        ("--rn", "--nr"),
    ],
)
def test_typo(before: str, after: str) -> None:
    assert typo(before) == after


def test_typo_in_a_long_text_stays_near_its_beginning() -> None:
    text = "go " * 2000 + "extraordinary"
    wrong = typo(text)
    assert wrong != text
    assert wrong.endswith("extraordinary")


@pytest.mark.parametrize(
    ("value", "change", "after"),
    [
        ("delete", "typo", "deleet"),
        (b"delete \xff", "typo", b"deleet \xff"),
        (b"", "typo", b"x"),
        (1, "other_value", 2),
        (-1, "other_value", 0),
        (True, "other_value", False),
        (False, "other_value", True),
        (0.5, "other_value", 1.5),
        (1e300, "other_value", -1e300),
        (math.inf, "other_value", -math.inf),
        (math.nan, "other_value", 0.0),
        (None, "other_value", 1),
        ("text", "emptied", ""),
        (b"text", "emptied", b""),
        ([1], "emptied", []),
        ((1,), "emptied", ()),
        ({"a": 1}, "emptied", {}),
        ({1}, "emptied", set()),
        (frozenset({1}), "emptied", frozenset()),
        ("text", "none", None),
        (0, "none", None),
    ],
)
def test_a_changed_value(value: Any, change: str, after: Any) -> None:
    found, done = perturb_value(value, change)
    assert (found, done) == (after, True)
    assert type(found) is type(after)


@pytest.mark.parametrize(
    ("value", "change"),
    [
        (1, "typo"),
        ("text", "other_value"),
        (None, "none"),
        ("", "emptied"),
        ([], "emptied"),
        (1, "emptied"),
        ("text", "dropped"),
        (Text("text"), "typo"),
        (Text("text"), "emptied"),
        (Level.LOW, "other_value"),
        (Point(1, 2), "emptied"),
        (OrderedDict(a=1), "emptied"),
    ],
)
def test_a_change_that_does_not_apply(value: Any, change: str) -> None:
    found, done = perturb_value(value, change)
    assert found is value
    assert not done


def test_an_object_becomes_none_without_being_asked() -> None:
    assert perturb_value(Loud(), "none") == (None, True)
    assert perturb_value(Loud(), "emptied")[1] is False
    assert perturb_value(Loud(), "other_value")[1] is False


@pytest.mark.parametrize(
    ("args", "kwargs", "path", "change", "after"),
    [
        (("a",), {}, "0", "none", ((None,), {})),
        ((1, 2), {}, "1", "other_value", ((1, 3), {})),
        ((["get", "pods"],), {}, "0[1]", "typo", ((["get", "posd"],), {})),
        ((["get", "pods"],), {}, "0[0]", "dropped", ((["pods"],), {})),
        ((("get", "pods"),), {}, "0[1]", "dropped", ((("get",),), {})),
        ((("get", ["pods"]),), {}, "0[1][0]", "typo", ((("get", ["posd"]),), {})),
        ((), {"n": 1, "m": 2}, "n", "dropped", ((), {"m": 2})),
        ((), {"n": 1, "m": 2}, "n", "other_value", ((), {"n": 2, "m": 2})),
        (
            (),
            {"json": {"name": "one", "size": 1}},
            'json["size"]',
            "dropped",
            ((), {"json": {"name": "one"}}),
        ),
        ((), {"json": {"a": [{"b": b"xy"}]}}, 'json["a"][0]["b"]', "typo",
         ((), {"json": {"a": [{"b": b"yx"}]}})),
        (({3: 1},), {}, "0[3]", "other_value", (({3: 2},), {})),
        ((1, 2), {}, "1", "dropped", ((1,), {})),
    ],
)  # fmt: skip
def test_a_changed_argument(
    args: tuple[Any, ...], kwargs: dict[str, Any], path: str, change: str, after: Any
) -> None:
    before = copy.deepcopy((args, kwargs))
    assert perturb(args, kwargs, path, change) == (*after, True)
    assert (args, kwargs) == before


def test_keys_keep_their_order() -> None:
    changed = perturb((), {"a": 1, "b": 2, "c": 3}, "b", "other_value")[1]
    assert list(changed.items()) == [("a", 1), ("b", 3), ("c", 3)]


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("5", "typo"),
        ("0[5]", "typo"),
        ("0[-1]", "typo"),
        ('0["x"]', "typo"),
        ("other", "none"),
        ("other", "dropped"),
        ('data["none"]', "typo"),
        ('data["name"]', "other_value"),
        ("data[1]", "other_value"),
        ('point["x"]', "other_value"),
        ("point[0]", "other_value"),
        ("text[0]", "typo"),
        ("1", "emptied"),
        ("not a ] path", "none"),
    ],
)
def test_where_nothing_can_be_changed_the_arguments_are_as_they_were(
    path: str, change: str
) -> None:
    args: tuple[Any, ...] = (["a"], [])
    kwargs = {"data": {"name": "x", True: 1}, "point": Point(1, 2), "text": "ab"}
    found = perturb(args, kwargs, path, change)
    assert found[0] is args
    assert found[1] is kwargs
    assert found[2] is False


def test_only_the_way_to_the_change_is_copied() -> None:
    beside, session = ["untouched"], Loud()
    inner = {"name": "pod", "beside": beside, "session": session}
    args = ([inner, beside],)
    changed, _, done = perturb(args, {}, '0[0]["name"]', "typo")
    assert done
    assert changed[0][0]["name"] == "pdo"
    assert changed[0][1] is beside
    assert changed[0][0]["beside"] is beside
    assert changed[0][0]["session"] is session
    assert inner["name"] == "pod"
    assert args[0][0] is inner


def test_a_key_of_the_users_own_type_is_not_asked() -> None:
    value = {Loud(): 1}
    assert perturb((value,), {}, '0["other"]', "other_value")[2] is False


def test_the_same_change_every_time() -> None:
    value = {"words": ["alpha", "gamma", "omega"]}
    found = [perturb((value,), {}, '0["words"][1]', "typo")[0] for _ in range(3)]
    assert found == [({"words": ["alpha", "gamam", "omega"]},)] * 3
