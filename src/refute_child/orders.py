"""The orders in which a suite can be run, by seed; pure."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

REVERSED = 0
"""The seed of the reverse order."""

T = TypeVar("T")


def arranged(tests: Sequence[str], seed: int) -> list[int]:
    """Positions of these node ids in the order of a seed.

    Seed 0 turns the suite around. Any other shuffles files, the classes within a file and the
    tests within a class, so that each file is still run in one piece, as fixtures of its scope
    expect.
    """
    if seed == REVERSED:
        return list(reversed(range(len(tests))))
    chance = Random(seed)
    files: dict[str, dict[str, list[int]]] = {}
    for position, test in enumerate(tests):
        # A parameter may hold anything, colons too.
        plain = test.partition("[")[0]
        holders = files.setdefault(plain.partition("::")[0], {})
        holders.setdefault(plain.rpartition("::")[0], []).append(position)
    return [
        position
        for file in _shuffled(list(files), chance)
        for holder in _shuffled(list(files[file]), chance)
        for position in _shuffled(files[file][holder], chance)
    ]


def _shuffled(items: list[T], chance: Random) -> list[T]:
    return chance.sample(items, len(items))
