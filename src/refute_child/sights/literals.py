"""Values as literals that can stand in a test: only what reads back as the same value, holds no
secret, and says nothing of this machine.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from ast import literal_eval
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from os.path import expanduser, realpath
from typing import Any

from ..observe.masks import is_secret_name
from ..observe.shown import Secrets

LONGEST = 320
"""Characters of a literal: nobody reads a longer one."""
_TEXT = 160
"""The same of a single text."""
_MOST = 30
"""Members of a collection."""
_DEEPEST = 4
_LONG_SECRET = 8
"""Characters from which on a text under a secret's name is not told."""

_ENDLESS = (sys.maxsize, -sys.maxsize - 1)
_LISTS = (deque,)
_DICTS = (OrderedDict, defaultdict, Counter)

Foreign = Callable[[object], str | None]
"""Gives a text for a value that is no literal, or None."""


class Literals:
    """Writes values; made once, in the world as it is before the tests."""

    def __init__(self) -> None:
        self._secrets = Secrets()
        self._secrets.learn_all(os.environ)
        places = (
            os.getcwd(), tempfile.gettempdir(), expanduser("~"), sys.prefix, sys.base_prefix,
            os.uname().nodename if hasattr(os, "uname") else "",
        )  # fmt: skip
        known = {text for place in places for text in (place, realpath(place) if place else "")}
        # A short one (`/`, a host called `a`) would stand in every text.
        self._local = tuple(text for text in known if len(text) > 3)

    def of(self, value: object, name: str = "", foreign: Foreign | None = None) -> str | None:
        """The literal; None where there is none that may be told. ``name`` is what the value
        goes by; ``foreign`` is asked for what is no literal.
        """
        try:
            text = self._write(value, _DEEPEST, foreign)
            if text is None or len(text) > LONGEST:
                return None
            if any(place in text for place in self._local) or self._is_secret(value, name, text):
                return None
            if foreign is None and not _same(literal_eval(text), value):
                return None
        except Exception:
            return None
        return text

    def _is_secret(self, value: object, name: str, text: str) -> bool:
        if isinstance(value, str | bytes) and len(value) >= _LONG_SECRET and is_secret_name(name):
            return True
        return self._secrets.mask(text) != text

    def _write(self, value: Any, depth: int, foreign: Foreign | None) -> str | None:
        kind = type(value)
        if value is None or kind is bool:
            return repr(value)
        if kind is int:
            return repr(value) if value.bit_length() < 200 and value not in _ENDLESS else None
        if kind is float:
            return repr(value) if math.isfinite(value) else None
        if kind is str:
            told = len(value) <= _TEXT and (value.isprintable() or _plain(value))
            return repr(value) if told else None
        if kind is bytes:
            return repr(value) if len(value) <= _TEXT else None
        if kind in (list, tuple, set, dict, *_LISTS, *_DICTS):
            return self._collection(value, depth, foreign)
        return None if foreign is None else foreign(value)

    def _collection(self, value: Any, depth: int, foreign: Foreign | None) -> str | None:
        kind = type(value)
        if depth == 0 or len(value) > _MOST:
            return None
        if kind is dict or kind in _DICTS:
            parts = []
            for key, item in list(value.items()):
                written = self._write(item, depth - 1, foreign)
                head = self._write(key, depth - 1, None)
                if written is None or head is None or _hidden(key, item):
                    return None
                parts.append(f"{head}: {written}")
            return "{" + ", ".join(parts) + "}"
        items = [self._write(item, depth - 1, foreign) for item in list(value)]
        texts = [item for item in items if item is not None]
        if len(texts) < len(items):
            return None
        if kind is set:
            return "{" + ", ".join(sorted(texts)) + "}" if texts else None
        if kind is tuple:
            return f"({texts[0]},)" if len(texts) == 1 else f"({', '.join(texts)})"
        return f"[{', '.join(texts)}]" if kind is list else None


def _hidden(key: object, item: object) -> bool:
    secret = type(key) is str and is_secret_name(key)
    return secret and isinstance(item, str | bytes) and len(item) >= _LONG_SECRET


def _plain(text: str) -> bool:
    """Whether what can't be printed in it is nothing but line ends and tabs."""
    return all(char.isprintable() or char in "\n\t\r" for char in text)


def _same(one: object, other: object) -> bool:
    """Equal, and of one type wherever a reader would tell the difference."""
    if type(other) in _DICTS:
        return bool(one == other)
    return type(one) is type(other) and bool(one == other)
