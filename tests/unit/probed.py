"""Mutants by unit, what a call comes to, and classes that tell when they are used."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from refute_child.mutants import find_mutants

Call = Callable[[Any], Any]


def mutants_of(path: str, source: str) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """The mutants of a source that could be run, by unit."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for record in find_mutants(path, source):
        if record["unit"] is not None and not record["excluded"]:
            found.setdefault((record["unit"], record["unit_line"]), []).append(record)
    return found


def outcome(call: Call, scope: Any) -> str:
    """What a call gives, or how it fails, as text."""
    try:
        text = repr(call(scope))
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
    return re.sub("0x[0-9a-f]+", "0x", text)


CLASSES = '''\
import math

class Loud:
    """Tells of everything that is done to it."""
    def __init__(self, value=True):
        self.value = value
        self.told = []
    def __eq__(self, other):
        self.told.append("eq")
        return self.value
    __hash__ = None
    def __lt__(self, other):
        self.told.append("lt")
        return self.value
    def __bool__(self):
        self.told.append("bool")
        return self.value
    def __add__(self, other):
        self.told.append("add")
        return 3
    @property
    def size(self):
        self.told.append("size")
        return 3

class Quiet:
    def __init__(self, size=0, name=""):
        self.size = size
        self.name = name

class Slotted:
    __slots__ = ("size",)
    def __init__(self, size):
        self.size = size

class Shadowed:
    size = 3

class Setting:
    def __init__(self, size):
        self.__dict__["size"] = size
    def __setattr__(self, name, value):
        self.__dict__[name] = value + 1

def want(text):
    if isinstance(text, str):
        text = text.encode("utf-8")
    return text

def count(text):
    SEEN.append(text)
    return text

SEEN = []
LIMIT = 5
'''
