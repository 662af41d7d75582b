"""What tests could see: on the unchanged code in several worlds, then under each fault."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from refute.faults.fault import Mutant
from refute.suggesting.place import LOOKS, STILL, Place
from refute.suggesting.targets import Target
from refute.suggestions.choosing import (
    Key,
    Noticing,
    Seen,
    candidates,
    common,
    differs,
    flat,
    steady,
)
from refute.suggestions.instrument import instrumented
from refute.suggestions.values import TestFile
from refute.trials.perturbed import Answer
from refute.trials.pool import Request
from refute.trials.slot import Record

Function = tuple[str, int]
"""A test file, and the line where a function of it begins."""


@dataclass(slots=True)
class Observing:
    """Looks at the tests of some functions; ``files`` hold the points of these."""

    place: Place
    files: Mapping[str, TestFile]
    #: Function -> all tests that run it.
    cases: Mapping[Function, Sequence[str]]
    #: Function -> what all its cases show in all worlds.
    usual: dict[Function, dict[Key, str]] = field(default_factory=dict)
    #: Test -> what it shows in all worlds by itself; and what it shows that has no one value.
    single: dict[str, dict[Key, str]] = field(default_factory=dict)
    restless: dict[str, set[Key]] = field(default_factory=dict)
    #: Function -> view -> fault -> tests in which it is another value.
    differing: dict[Function, dict[Key, dict[str, list[str]]]] = field(default_factory=dict)
    #: Faults under which something differs, but it differs from case to case anyway; and faults
    #: with tests that show something of no one value.
    by_case: set[str] = field(default_factory=set)
    noisy: set[str] = field(default_factory=set)
    trouble: str = ""

    def unchanged(self) -> None:
        """Look at the unchanged code, in each world."""
        texts = self._texts()
        tests = [test for members in self.cases.values() for test in members]
        asks = [self.place.ask(world, tests, texts, sights=True) for world in LOOKS]
        answers = self.place.all(asks)
        if not answers[0].order and not self.place.worlds.launch.cwd_on_path:
            worlds = self.place.worlds
            worlds.launch = replace(worlds.launch, cwd_on_path=True)
            answers = self.place.all(asks)
        self.trouble = answers[0].trouble if not answers[0].order else ""
        for function, members in self.cases.items():
            self._usual(function, members, answers)

    def _usual(self, function: Function, members: Sequence[str], answers: Sequence[Answer]) -> None:
        each: list[dict[Key, str]] = []
        for test in members:
            passed = [answer for answer in answers if answer.passed(test)]
            if not answers[-1].passed(test):
                self.place.fragile.add(test)
            if len(passed) < 2:
                # It fails where it shows what it sees: nothing can be said of it.
                return
            worlds = [flat(answer.sights.get(test, {})) for answer in passed]
            self.single[test] = steady(worlds)
            self.restless[test] = {key for world in worlds for key in world}
            self.restless[test] -= self.single[test].keys()
            each.append(self.single[test])
        self.usual[function] = common(each)

    def under(self, targets: Iterable[Target]) -> None:
        """Look under each of these faults."""
        warm = {one.id: one for one in targets if not one.cold and not one.hopeless}
        cold = [one for one in targets if one.cold and not one.hopeless]
        if warm:
            with self.place.sighting(self._texts()) as zygote:
                requests = [
                    zygote.request(
                        "sights",
                        (one.id, one.record(self.place.root)),
                        [(test, self.place.tests[test].seconds) for test in self._tests(one)],
                        self.place.limits,
                    )
                    for one in warm.values()
                ]
                names = zygote.collected.tests

                def told(request: Request, reply: Record) -> None:
                    target = warm[request.about]
                    if "unswappable" in reply:
                        cold.append(target)
                    for test, seen in reply.get("seen", {}).items():
                        self._compare(target, names[int(test)], seen)

                zygote.run([one for one in requests if one.record["tests"]], told)
        self._cold(cold)

    def _cold(self, targets: Sequence[Target]) -> None:
        """Faults that can only be put in as source."""
        texts = self._texts()
        # A double fault is no source.
        mutants = [one for one in targets if isinstance(one.fault, Mutant) and self._tests(one)]
        asks = [
            self.place.ask(
                (STILL, 0), self._tests(one), self.place.with_fault(one, texts), sights=True
            )
            for one in mutants
        ]
        for one, answer in zip(mutants, self.place.all(asks) if asks else (), strict=True):
            for test, seen in answer.sights.items():
                if answer.passed(test):
                    self._compare(one, test, seen)

    def _tests(self, target: Target) -> list[str]:
        return [test for test in target.tests if self.function_of(test) in self.usual]

    def function_of(self, test: str) -> Function:
        """Where a test's function is written."""
        file, _, line = self.place.tests[test].defined.rpartition(":")
        return file, int(line)

    def _compare(self, target: Target, test: str, seen: Seen) -> None:
        function = self.function_of(test)
        now = flat(seen)
        found = self.differing.setdefault(function, defaultdict(lambda: defaultdict(list)))
        for key, literal in self.usual.get(function, {}).items():
            if differs(literal, now.get(key)):
                found[key][target.id].append(test)
        usual = self.usual.get(function, {})
        for key, literal in self.single.get(test, {}).items():
            if key not in usual and differs(literal, now.get(key)):
                self.by_case.add(target.id)
        if self.restless.get(test):
            self.noisy.add(target.id)

    def options(self) -> list[Noticing]:
        """All candidates, with the faults that each might notice."""
        found: list[Noticing] = []
        for function, differing in sorted(self.differing.items()):
            file = self.files[function[0]]
            points = {p.number: p for p in file.points if p.place == function}
            views = {
                key: {fault: tuple(tests) for fault, tests in faults.items()}
                for key, faults in differing.items()
            }
            found += candidates(file, points, self.usual[function], views)
        return found

    def _texts(self) -> dict[str, bytes]:
        return {name: instrumented(file) for name, file in self.files.items()}
