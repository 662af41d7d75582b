"""Values made a little wrong: what a double fault does to an argument or to a result.

Nothing here runs code of the user's: only values of exactly the built-in types are looked into
or changed, and whatever lies on the way to the change is copied.
"""

from __future__ import annotations

import re
from json import JSONDecoder
from typing import Any

Step = int | str
"""One step on the way to a value: a position, a keyword or a dictionary's key."""

_TEXTS = (str, bytes)
_COLLECTIONS = (str, bytes, list, tuple, dict, set, frozenset)
_FAR = 4096
"""Characters of a text in which a word is looked for."""
_WORD = re.compile(r"[^\W\d_]+")
_FLAGS = re.compile(r"-[A-Za-z]{2,}")
"""Short options in one word, which mean the same in any order."""
_HEAD = re.compile(r"[^\[\]]+")
_NUMBER = re.compile(r"\[(-?\d+)\]")
_read_json = JSONDecoder().raw_decode


def parts(path: str) -> tuple[Step, ...] | None:
    """The steps of an argument's path, from the call on; None for a path that says nothing.

    ``0[1]`` is ``(0, 1)``, ``json["name"]`` is ``("json", "name")``: a number at the beginning
    is a position, a word a keyword; then come positions, and keys as JSON.
    """
    head = _HEAD.match(path)
    if head is None:
        return None
    word = head.group()
    steps: list[Step] = [int(word) if word.isdecimal() else word]
    at = head.end()
    while at < len(path):
        number = _NUMBER.match(path, at)
        if number is not None:
            steps.append(int(number.group(1)))
            at = number.end()
            continue
        if not path.startswith('["', at):
            return None
        try:
            key, end = _read_json(path, at + 1)
        except ValueError:
            return None
        if not path.startswith("]", end):
            return None
        steps.append(key)
        at = end + 1
    return tuple(steps)


def perturb(
    args: tuple[Any, ...], kwargs: dict[str, Any], path: str, change: str
) -> tuple[tuple[Any, ...], dict[str, Any], bool]:
    """A call's arguments with the one at the path changed, and whether anything was.

    Where the path does not lead anywhere, or the change does not apply to what is there, the
    arguments come back as they are. The caller's objects are never changed: what lies along
    the path is copied, everything beside it is handed on.
    """
    steps = parts(path)
    if steps is None:
        return args, kwargs, False
    if isinstance(steps[0], int):
        changed, done = _at(args, steps, change)
        return (changed, kwargs, True) if done else (args, kwargs, False)
    changed, done = _at(kwargs, steps, change)
    return (args, changed, True) if done else (args, kwargs, False)


def perturb_value(value: Any, change: str) -> tuple[Any, bool]:
    """The value after a change, and whether the change applies to it.

    ``typo`` swaps two letters of a text, ``other_value`` turns a truth around, adds one to a
    number and puts 1 in the place of None, ``none`` gives None, ``emptied`` a text or
    collection without content.
    """
    kind = type(value)
    if change == "none":
        return None, value is not None
    if change == "emptied" and kind in _COLLECTIONS and value:
        return kind(), True
    if change == "typo" and kind in _TEXTS:
        return (typo(value), True) if kind is str else (_typo_in_bytes(value), True)
    if change == "other_value":
        return _other(value)
    return value, False


def typo(text: str) -> str:
    """The text with the last two letters that can be told apart swapped in its longest word
    (``delete`` becomes ``deleet``); a text without such letters gets another last character,
    and so do short options (``-rn``), which mean the same in any order.
    """
    if _FLAGS.fullmatch(text):
        return _other_end(text)
    found = _WORD.finditer(text, 0, _FAR)
    words = sorted(found, key=lambda match: match.start() - match.end())
    for word in words:
        for at in range(word.end() - 2, word.start() - 1, -1):
            if text[at] != text[at + 1]:
                return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return _other_end(text)


def _other_end(text: str) -> str:
    return text[:-1] + ("y" if text.endswith("x") else "x")


def _typo_in_bytes(data: bytes) -> bytes:
    # Each byte is one character there, and remains one.
    return typo(data.decode("latin-1")).encode("latin-1")


def _other(value: Any) -> tuple[Any, bool]:
    kind = type(value)
    if value is None:
        return 1, True
    if kind is bool:
        return not value, True
    if kind is int:
        return value + 1, True
    if kind is float:
        # One more makes no difference to large numbers, and "not a number" is never the same.
        more = value + 1
        return (0.0 if value != value else -value if more == value else more), True
    return value, False


def _at(holder: Any, steps: tuple[Step, ...], change: str) -> tuple[Any, bool]:
    """A copy of the holder with the change at the end of the steps, and whether there is one."""
    step, rest = steps[0], steps[1:]
    kind = type(holder)
    if kind is dict:
        # By type as well: 1, 1.0 and True are one key, and a key of the user's own type would
        # be asked whether it is equal.
        there = any(type(key) is type(step) and key == step for key in holder)
    elif kind is list or kind is tuple:
        there = isinstance(step, int) and 0 <= step < len(holder)
    else:
        there = False
    if not there:
        return holder, False
    dropped = change == "dropped" and not rest
    value, done = holder[step], dropped
    if rest:
        value, done = _at(value, rest, change)
    elif not dropped:
        value, done = perturb_value(value, change)
    if not done:
        return holder, False
    if kind is dict:
        copy = dict(holder)
        if dropped:
            del copy[step]
        else:
            copy[step] = value
        return copy, True
    assert isinstance(step, int)
    return holder[:step] + kind(() if dropped else (value,)) + holder[step + 1 :], True
