"""Texts and sets of tests that many faults share, each kept once and known by its number."""

from __future__ import annotations

from collections.abc import Iterable


class Texts:
    """Texts by number, in the order in which they first come up; 0 is the empty one."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {"": 0}

    def __call__(self, text: str) -> int:
        """The number of a text."""
        return self._known.setdefault(text, len(self._known))

    @property
    def all(self) -> list[str]:
        """The texts by number."""
        return list(self._known)


class TestSets:
    """Sets of tests by number; 0 is the empty one.

    A test that exists under a fault alone has a position behind those of the suite.
    """

    __test__ = False

    def __init__(self, ids: Iterable[str]) -> None:
        self._positions = {id: number for number, id in enumerate(ids)}
        self._suite = len(self._positions)
        self._shown = Texts()
        # The same tuple stands behind all faults of a line: most sets are known by identity.
        self._seen: dict[int, tuple[tuple[str, ...], int]] = {}

    def position(self, id: str) -> int:
        """Where a test stands."""
        return self._positions.setdefault(id, len(self._positions))

    def named(self, ids: tuple[str, ...]) -> int:
        """The number of a set of node ids."""
        seen = self._seen.get(id(ids))
        if seen is not None and seen[0] is ids:
            return seen[1]
        number = self.numbered(map(self.position, ids))
        self._seen[id(ids)] = (ids, number)
        return number

    def numbered(self, positions: Iterable[int]) -> int:
        """The number of a set of positions."""
        return self._shown(ranges(positions))

    @property
    def all(self) -> list[str]:
        """The sets by number, as ``ranges``."""
        return self._shown.all

    @property
    def others(self) -> list[str]:
        """Tests that are not of the suite, by position."""
        return list(self._positions)[self._suite :]


def ranges(numbers: Iterable[int]) -> str:
    """Whole numbers in a short text: ``0-3,7,9-12``."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in found)
