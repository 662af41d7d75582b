"""The smallest part of a list that is to blame: delta debugging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def smallest(items: Sequence[T], blamed: Callable[[Sequence[T]], bool], most: int) -> list[T]:
    """A part of ``items``, in their order, that is still to blame and of which no single item
    can be left out; ``items`` as a whole are known to be.

    ``blamed`` is asked at most so many times; what remains then is the smallest part found so
    far.
    """
    asked = 0

    def ask(part: Sequence[T]) -> bool:
        nonlocal asked
        asked += 1
        return blamed(part)

    rest, parts = list(items), 2
    while len(rest) > 1 and asked < most:
        size = -(-len(rest) // parts)
        pieces = [rest[at : at + size] for at in range(0, len(rest), size)]
        found = _first(pieces, lambda piece: asked < most and ask(piece))
        if found is not None:
            rest, parts = found, 2
            continue
        # Without halves there is nothing that was not asked already.
        others = [_without(pieces, at) for at in range(len(pieces))] if len(pieces) > 2 else []
        found = _first(others, lambda piece: asked < most and ask(piece))
        if found is not None:
            rest, parts = found, max(parts - 1, 2)
        elif len(pieces) == len(rest):
            break
        else:
            parts = min(len(rest), parts * 2)
    return rest


def _first(parts: Sequence[list[T]], holds: Callable[[list[T]], bool]) -> list[T] | None:
    return next((part for part in parts if holds(part)), None)


def _without(pieces: Sequence[list[T]], left_out: int) -> list[T]:
    return [item for at, piece in enumerate(pieces) if at != left_out for item in piece]
