"""Things of the tests' own that stand in the places of others just now, by identity."""

from __future__ import annotations

from dataclasses import dataclass
from types import FunctionType

import pytest

from .audits import identity
from .reals import instance_dict, is_module
from .records import Info
from .sides import TEST, Sides

_MOST_MEMBERS = 30


@dataclass(eq=False, slots=True)
class Placed:
    """A thing of the tests' own that stands somewhere now, or a function that it holds."""

    thing: object
    info: Info
    #: What is counted as the double, and the way from there.
    root: object
    method: str = ""
    #: How many parameters of a function the object that it belongs to takes.
    first: int = 0


class Registry:
    """What is in place; held, so that an identity means one thing, until it is taken out."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        #: By identity; the same thing may be put in several places.
        self.now: dict[int, list[Placed]] = {}
        self._undo: dict[int, list[list[Placed]]] = {}

    def of(self, thing: object) -> Placed | None:
        """What a thing that is in place stands for; None for one that isn't."""
        found = self.now.get(identity(thing))
        return found[-1] if found else None

    def enter(self, owner: object, thing: object, info: Info, first: int) -> None:
        """Calls of this thing, and of functions that it holds, are those of a double."""
        entries = [Placed(thing, info, thing, first=first)]
        holder = instance_dict(thing) if not is_module(thing) else vars(thing)
        for name, member in list(holder.items())[:_MOST_MEMBERS]:
            if type(member) is FunctionType and self._sides[member.__code__.co_filename] == TEST:
                entries.append(Placed(member, info, thing, f".{name}"))
        if type(thing) in (staticmethod, classmethod):
            first = int(type(thing) is classmethod)
            entries.append(Placed(thing.__func__, info, thing, first=first))  # type: ignore[attr-defined]
        self._undo.setdefault(identity(owner), []).append(entries)
        for placed in entries:
            self.now.setdefault(identity(placed.thing), []).append(placed)

    def leave(self, patcher: object) -> None:
        """What a patcher put in place is taken out again."""
        stack = self._undo.get(identity(patcher))
        if not stack:
            return
        # A patch is left as often as it is entered, monkeypatch undoes all at once.
        entries = stack.pop()
        while stack and type(patcher) is pytest.MonkeyPatch:
            entries += stack.pop()
        if not stack:
            del self._undo[identity(patcher)]
        for placed in entries:
            found = self.now.get(identity(placed.thing), [])
            if placed in found:
                found.remove(placed)
            if not found:
                self.now.pop(identity(placed.thing), None)
