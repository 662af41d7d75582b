"""Perturbations: changes of the world around unchanged code, under which a test must not fail.

Each has a kind and a seed that repeats it. A rewrite is a change of the code that keeps what it
does; it is a fault of its own family, and no mutant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, islice
from pathlib import Path
from random import Random
from typing import Any

from refute_child.operators.text import decode


class Kind(StrEnum):
    """What is changed."""

    NOTHING = "nothing"
    ORDER = "order"
    PROCESS = "process"
    HASH = "hash"
    RANDOM = "random"
    CLOCK = "clock"
    ZONE = "zone"
    CWD = "cwd"
    SCHEDULE = "schedule"
    AGAIN = "again"


WORDS: Mapping[Kind, str] = {
    Kind.NOTHING: "nothing changed",
    Kind.ORDER: "another order of the tests",
    Kind.PROCESS: "each test in a process of its own",
    Kind.HASH: "another hash seed",
    Kind.RANDOM: "another random seed",
    Kind.CLOCK: "another time of day",
    Kind.ZONE: "another time zone",
    Kind.CWD: "another working folder",
    Kind.SCHEDULE: "another schedule of tasks and threads",
    Kind.AGAIN: "a second run on what the first one left on disk",
}

SEEDLESS = frozenset({Kind.NOTHING, Kind.PROCESS, Kind.CWD, Kind.AGAIN})
"""Kinds of which there is only one."""

MOMENTS = (
    (2028, 2, 29, 12, 0, 0),
    (2027, 12, 31, 23, 59, 58),
    (2027, 3, 1, 0, 30, 0),
    (2027, 4, 30, 23, 30, 0),
    (2027, 10, 31, 4, 15, 0),
)
"""Local moments by seed from 1: a leap day, the end of a year (which comes during the run), the
first and the last of a month, a Sunday. Later seeds are any moment of ten years."""

ZONES = (
    ("Pacific/Kiritimati", "LINT-14"),
    ("America/Los_Angeles", "PST8PDT,M3.2.0,M11.1.0"),
    ("Asia/Kolkata", "IST-5:30"),
)
"""Zones by seed from 1, and how they are described where the system does not know them."""

_ZONEINFO = Path("/usr/share/zoneinfo")

_FIRST = (
    Kind.NOTHING,
    Kind.NOTHING,
    Kind.ORDER,
    Kind.PROCESS,
    Kind.ORDER,
    Kind.HASH,
    Kind.CLOCK,
    Kind.RANDOM,
    Kind.SCHEDULE,
    Kind.CWD,
    Kind.AGAIN,
    Kind.ZONE,
)
"""What is tried first, most telling kinds before others."""

_THEN = (
    Kind.ORDER,
    Kind.HASH,
    Kind.CLOCK,
    Kind.RANDOM,
    Kind.SCHEDULE,
    Kind.NOTHING,
    Kind.ORDER,
    Kind.ZONE,
)
"""What is tried in turn after that, with other seeds."""


@dataclass(frozen=True, slots=True)
class Perturbation:
    """One change of the world; the seed says which of its kind."""

    kind: Kind
    seed: int = 0

    def __str__(self) -> str:
        words = WORDS[self.kind]
        if self.kind is Kind.ORDER and not self.seed:
            return "the reverse order of the tests"
        if self.kind is Kind.CLOCK:
            return f"{words}, {'{}-{:02}-{:02} {:02}:{:02}:{:02}'.format(*moment(self.seed))}"
        if self.kind is Kind.ZONE:
            return f"{words}, {zone(self.seed)}"
        return words if self.kind in SEEDLESS else f"{words}, {self.seed}"

    @property
    def environment(self) -> dict[str, str]:
        """Variables that the tests' process gets."""
        if self.kind is Kind.HASH:
            return {"PYTHONHASHSEED": str(self.seed)}
        return {"TZ": zone(self.seed)} if self.kind is Kind.ZONE else {}


def plan(runs: int, seed: int) -> list[Perturbation]:
    """The first so many perturbations; ``seed`` is where the seeds of each kind begin.

    The first order is the reverse one, whatever the seed.
    """
    # Seed 0 is the reverse order, and the hash seed of all other runs.
    seeds = {kind: count(max(seed, 1)) for kind in Kind}
    found: list[Perturbation] = []

    def add(kind: Kind) -> None:
        reverse = kind is Kind.ORDER and not any(one.kind is kind for one in found)
        plain = reverse or kind in SEEDLESS
        found.append(Perturbation(kind, 0 if plain else next(seeds[kind])))

    for kind in islice(_FIRST, runs):
        add(kind)
    for turn in range(max(0, runs - len(found))):
        add(_THEN[turn % len(_THEN)])
    return found


def moment(seed: int) -> tuple[int, ...]:
    """The local moment of a seed: year, month, day, hour, minute, second."""
    if 1 <= seed <= len(MOMENTS):
        return MOMENTS[seed - 1]
    chance = Random(seed)
    bounds = ((2027, 2036), (1, 12), (1, 28), (0, 23), (0, 59), (0, 59))
    return tuple(chance.randint(*bound) for bound in bounds)


def zone(seed: int) -> str:
    """What TZ is set to for a seed."""
    name, words = ZONES[(seed - 1) % len(ZONES)]
    return name if (_ZONEINFO / name).exists() else words


@dataclass(frozen=True, slots=True)
class Rewrite:
    """A change of source that keeps what it does; offsets count characters."""

    id: str
    #: Path relative to the project's root, with forward slashes.
    file: str
    line: int
    start: int
    end: int
    function: str
    operator: str
    original: str
    replacement: str

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Rewrite:
        """Read one as the project's interpreter sent it."""
        return cls(**record)


def sample(rewrites: Sequence[Rewrite], number: int, seed: int) -> list[Rewrite]:
    """At most so many of them, one for a function, drawn over all kinds by the seed."""
    chance = Random(seed)
    chosen: dict[tuple[str, str], Rewrite] = {}
    for one in chance.sample(rewrites, len(rewrites)):
        chosen.setdefault((one.file, one.function), one)
    return list(chosen.values())[:number]


def rewritten(root: Path, rewrites: Sequence[Rewrite]) -> dict[Path, bytes]:
    """The content of all files with these rewrites in them, which must not overlap."""
    by_file: dict[str, list[Rewrite]] = {}
    for one in rewrites:
        by_file.setdefault(one.file, []).append(one)
    found: dict[Path, bytes] = {}
    for file, members in by_file.items():
        text, encoding = decode((root / file).read_bytes())
        for one in sorted(members, key=lambda one: one.start, reverse=True):
            text = text[: one.start] + one.replacement + text[one.end :]
        found[root / file] = text.encode(encoding)
    return found
