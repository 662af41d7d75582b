"""Where the trials of one session take place: the launch, the tests, and how to run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from refute.faults.fault import Mutant
from refute.faults.perturbation import Kind, Perturbation
from refute.faults.plan import Planned
from refute.judgement import Judgement, TestRecord
from refute.suggesting.targets import Target
from refute.trials.alone import Ending, OneTest
from refute.trials.cold import mutated_bytes
from refute.trials.outcome import Mechanism
from refute.trials.perturbed import Answer, Ask, Worlds
from refute.trials.requests import Limits
from refute.trials.sighting import Sighting

LEAST = 30.0
"""Seconds that a run of some tests may take in any case."""

World = tuple[Perturbation, int]
"""A change of the world, and the seed of the order of the tests: 0 their own, -1 reversed."""

STILL = Perturbation(Kind.NOTHING)
LOOKS: Sequence[World] = (
    (STILL, 0),
    (Perturbation(Kind.HASH, 7), -1),
    (Perturbation(Kind.CLOCK, 3), 0),
)
"""Worlds in which it is seen what the unchanged code gives."""
PROOFS: Sequence[World] = (
    (STILL, -1),
    (Perturbation(Kind.HASH, 3), 1),
    (Perturbation(Kind.HASH, 11), 2),
    (Perturbation(Kind.RANDOM, 5), 3),
    (Perturbation(Kind.CLOCK, 1), 4),
)
"""Worlds in which a changed test has to pass."""
STEADY: World = (STILL, 5)
"""One more for tests that fail at another time of day, as they are."""


@dataclass(slots=True)
class Place:
    """Runs tests of one project on changed files, the real ones untouched."""

    worlds: Worlds
    root: Path
    last: Judgement
    #: The project's source files.
    names: tuple[str, ...]
    pytest_args: tuple[str, ...]
    factor: float
    jobs: int
    tests: Mapping[str, TestRecord] = field(init=False)
    #: Tests of which the unchanged ones fail at another time of day.
    fragile: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.tests = {test.id: test for test in self.last.tests}

    @property
    def limits(self) -> Limits:
        """How long single tests may take."""
        return Limits(self.factor, self.last.baseline.collect_seconds)

    def ask(
        self, world: World, tests: Sequence[str], files: Mapping[str, bytes], *, sights: bool
    ) -> Ask:
        """Run these tests on these files (by path from the root) in this world."""
        return Ask(
            world[0],
            tuple(ordered(tests, world[1])),
            files={self.root / file: data for file, data in files.items()},
            sights=sights,
        )

    def all(self, asks: Sequence[Ask]) -> list[Answer]:
        """The answers, in the order of what is asked."""
        found: dict[int, Answer] = {}
        seconds = sum(self.tests[test].seconds for test in (asks[0].tests or ())) if asks else 0.0
        self.worlds.limit = LEAST + self.factor * (seconds + self.last.baseline.collect_seconds)
        self.worlds.all(asks, lambda ask, answer: found.__setitem__(id(ask), answer))
        return [found[id(ask)] for ask in asks]

    def sighting(self, files: Mapping[str, bytes]) -> Sighting:
        """A zygote on these files."""
        changed = {self.root / file: data for file, data in files.items()}
        return Sighting(self.worlds.launch, self.names, changed, self.jobs)

    def with_fault(self, target: Target, files: Mapping[str, bytes]) -> dict[str, bytes]:
        """These files, and the one that holds the fault."""
        mutant = target.fault
        assert isinstance(mutant, Mutant)
        path = self.root / mutant.file
        planned = Planned(mutant, Mechanism.COLD, ())
        return {**files, mutant.file: mutated_bytes(path, planned)}

    def alone(self, test: str, argument: str, files: Mapping[str, bytes]) -> Ending:
        """One test in a process of its own, on these files."""
        launch = self.worlds.launch
        seconds = self.tests[test].seconds + self.last.baseline.collect_seconds
        one = OneTest(
            replace(launch, arguments=(*self.pytest_args, argument)),
            max(LEAST, self.factor * seconds),
        )
        return one.quietly({self.root / file: data for file, data in files.items()})


def ordered(tests: Sequence[str], seed: int) -> list[str]:
    """The tests in another order."""
    if seed < 0:
        return list(reversed(tests))
    return Random(seed).sample(tests, len(tests)) if seed else list(tests)
