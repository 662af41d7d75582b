"""What the strength phase takes over from earlier runs: pairs by test, and traces of survivors.

A test's pairs are kept together, once its verdict needs no more of them, and rest on all that
began in any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from refute.baseline import Baseline
from refute.reuse import Tree
from refute.store import Store
from refute.strength import Notice, Pair
from refute.trials.outcome import Began
from refute.trials.tracing import Told

VOID = "void"
"""In the place of a notice: the pair can't be run."""

_PAIRS, _TRACES = "t:", "s:"


@dataclass(slots=True)
class StrengthReuse:
    """Takes pairs and traces out of the store, and puts them in. ``places`` are the file and
    line of each fault, by its id.
    """

    store: Store
    context: str
    tree: Tree
    baseline: Baseline
    places: Mapping[str, tuple[str, int]]
    _found: dict[int, dict[str, str]] = field(default_factory=dict)
    _needs: dict[int, dict[str, str]] = field(default_factory=dict)
    _changed: set[int] = field(default_factory=set)
    _traces: dict[str, dict[str, Any]] = field(default_factory=dict)

    def pairs(self) -> dict[Pair, Notice | None]:
        """Pairs that still hold, with None for those that can't be run."""
        needs = self.store.needs(self.context)
        valid = {name for name, one in needs.items() if self.tree.holds(one)}
        index = {test.id: number for number, test in enumerate(self.baseline.tests)}
        used: list[tuple[str, str]] = []
        for name, digest, body in self.store.bodies(self.context, valid, _PAIRS):
            test = index.get(name.removeprefix(_PAIRS))
            if test is not None and test not in self._found:
                kept = {id: word for id, word in body["pairs"].items() if id in self.places}
                self._found[test], self._needs[test] = kept, dict(needs[digest])
                used.append((name, digest))
        for name, digest, body in self.store.bodies(self.context, valid, _TRACES):
            id = name.removeprefix(_TRACES)
            if id not in self._traces:
                self._traces[id] = body
                used.append((name, digest))
        self.store.use(self.context, used)
        return {
            (id, test): None if word == VOID else Notice(word)
            for test, row in self._found.items()
            for id, word in row.items()
        }

    def heard(self, pairs: Sequence[Pair], began: Began) -> None:
        """These pairs were run in one child, in which these functions began."""
        for test in {test for _, test in pairs}:
            places = {self.places[id] for id, other in pairs if other == test}
            needs = self.tree.needs(sorted(places), began, [self.baseline.test_files[test]])
            self._needs.setdefault(test, {}).update(needs)
            self._changed.add(test)

    def told(self, pair: Pair, notice: Notice | None) -> None:
        """The result of one pair; None where it could not be run."""
        self._found.setdefault(pair[1], {})[pair[0]] = VOID if notice is None else notice.value

    def settled(self, test: int) -> None:
        """A test needs no more: keep its pairs, if there are new ones."""
        if test in self._changed:
            self._changed.discard(test)
            name = f"{_PAIRS}{self.baseline.tests[test].id}"
            needs = tuple(sorted(self._needs[test].items()))
            self.store.keep(self.context, name, {"pairs": self._found[test]}, needs)

    def trace(self, id: str, tests: list[int]) -> Told | None:
        """What became of a survivor in just these tests, if that is known."""
        body = self._traces.get(id)
        names = self._names(tests)
        if body is None or body["tests"] != names:
            return None
        return {tests[names.index(name)]: one for name, one in body["found"].items()}

    def traced(self, id: str, tests: list[int], told: Told, began: Began) -> None:
        """Keep what became of a survivor."""
        files = {self.baseline.test_files[test] for test in tests}
        needs = self.tree.needs([self.places[id]], began, files)
        found = {self.baseline.tests[test].id: one for test, one in told.items()}
        body = {"tests": self._names(tests), "found": found}
        self.store.keep(self.context, f"{_TRACES}{id}", body, needs)

    def _names(self, tests: Iterable[int]) -> list[str]:
        return [self.baseline.tests[test].id for test in tests]
