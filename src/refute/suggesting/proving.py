"""Trials of suggestions: each alone in its test, on the unchanged code and under its faults."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from refute.attempt import argument_of
from refute.faults.fault import Mutant
from refute.faults.perturbation import Kind
from refute.suggesting.observing import Function
from refute.suggesting.place import PROOFS, STEADY, Place
from refute.suggesting.targets import Target
from refute.suggestions.choosing import Noticing, layers
from refute.suggestions.patch import changed_files
from refute.suggestions.values import Candidate, Suggestion, TestFile
from refute.suggestions.values import Kind as Asserted
from refute.trials.outcome import Failure
from refute.trials.pool import Request
from refute.trials.slot import Record
from refute.verdicts import KillKind, kill_kind

CASES = 4
"""Tests of one function that are run under one fault, up to the first that is told."""
FAULTS = 60
"""Faults that one suggestion is tried under."""

Key = tuple[str, int, str]


@dataclass(slots=True)
class Proving:
    """Tries candidates, and remembers why one was no good."""

    place: Place
    files: Mapping[str, TestFile]
    cases: Mapping[Function, Sequence[str]]
    targets: Mapping[str, Target]
    proven: list[Suggestion] = field(default_factory=list)
    #: Candidates that were tried, and how each ended, in words; empty for the good ones.
    ended: dict[Key, str] = field(default_factory=dict)

    def run(self, chosen: Sequence[Noticing]) -> None:
        """Try these, none of which changes what another changes."""
        by_key = {one.candidate.key: one for one in chosen}
        passing = self._unchanged([one.candidate for one in chosen])
        together = Counter(one.candidate.point.place for one in chosen)
        failed = [
            one.candidate
            for one in chosen
            if one.candidate.key not in passing and together[one.candidate.point.place] > 1
        ]
        # One of several in a function may have failed for all.
        for layer in layers(failed):
            passing |= self._unchanged(layer)
        good = [one.candidate for one in chosen if one.candidate.key in passing]
        for one in chosen:
            self.ended[one.candidate.key] = "it does not hold in each run of the unchanged code"
        for layer in layers(good):
            texts = changed_files(self.files, layer)
            self._under([by_key[one.key] for one in layer], passing, texts)

    def _unchanged(self, layer: Sequence[Candidate]) -> dict[Key, int]:
        """Which of them pass wherever they have to, and how often they did."""
        texts = changed_files(self.files, layer)
        tests = [
            test.id
            for test in self.place.tests.values()
            if test.outcome.value == "passed" and test.defined.rpartition(":")[0] in texts
        ]
        fragile = any(
            not self.place.fragile.isdisjoint(self.cases[one.point.place]) for one in layer
        )
        worlds = (*PROOFS, STEADY) if fragile else PROOFS
        answers = self.place.all(
            [self.place.ask(world, tests, texts, sights=False) for world in worlds]
        )
        passing: dict[Key, int] = {}
        for one in layer:
            members = self.cases[one.point.place]
            weak = not self.place.fragile.isdisjoint(members)
            counted = [
                answer
                for world, answer in zip(worlds, answers, strict=True)
                if not (weak and world[0].kind is Kind.CLOCK)
            ]
            if all(answer.passed(test) for answer in counted for test in members):
                passing[one.key] = len(counted)
        return passing

    def _under(
        self, layer: Sequence[Noticing], passing: Mapping[Key, int], texts: Mapping[str, bytes]
    ) -> None:
        told: dict[Key, dict[str, str]] = {one.candidate.key: {} for one in layer}
        pairs = [
            (one, self.targets[fault], tests)
            for one in layer
            for fault, tests in list(one.faults.items())[:FAULTS]
        ]
        warm = [pair for pair in pairs if not pair[1].cold]
        cold = [pair for pair in pairs if pair[1].cold]
        if warm:
            with self.place.sighting(texts) as zygote:
                requests = []
                for one, target, tests in warm:
                    timed = [(test, self.place.tests[test].seconds) for test in tests[:CASES]]
                    fault = target.id, target.record(self.place.root)
                    request = zygote.request("trial", fault, timed, self.place.limits)
                    request.about = one, target, tests
                    requests.append(request)

                def on_reply(request: Request, reply: Record) -> None:
                    one, target, tests = request.about
                    if reply.get("result") == "unswappable":
                        cold.append((one, target, tests))
                    elif is_told(reply) or (_is_spec(one.candidate) and is_refused(reply)):
                        told[one.candidate.key][target.id] = tests[reply["ran"] - 1]

                zygote.run(requests, on_reply)
        for one, target, tests in cold:
            # A double fault is no source; whether a double refuses is looked for warm alone.
            if _is_spec(one.candidate):
                continue
            if isinstance(target.fault, Mutant) and self._cold(target, tests[0], texts):
                told[one.candidate.key][target.id] = tests[0]
        for one in layer:
            self._conclude(one, told[one.candidate.key], passing[one.candidate.key])

    def _cold(self, target: Target, test: str, texts: Mapping[str, bytes]) -> bool:
        """Whether the test is told in a process of its own, with the fault as source."""
        argument = argument_of(self.place.root, test)
        ending = self.place.alone(test, argument, self.place.with_fault(target, texts))
        return ending.failure is not None and kill_kind(ending.failure) is KillKind.TOLD

    def _conclude(self, one: Noticing, told: Mapping[str, str], passes: int) -> None:
        found = one.candidate
        if not told:
            self.ended[found.key] = "the test still does not notice, or not by its assertion"
            return
        self.ended[found.key] = ""
        order = tuple(fault for fault in self.targets if fault in told)
        tests = tuple(self.cases[found.point.place])
        none: tuple[str, ...] = ()
        ways = (none, order) if _is_spec(found) else (order, none)
        self.proven.append(Suggestion(found, tests, ways[0], dict(told), passes, ways[1]))


def _is_spec(found: Candidate) -> bool:
    return found.kind is Asserted.SPEC


def is_refused(reply: Record) -> bool:
    """Whether a trial ended in a call that a signature does not take."""
    found = reply.get("failure")
    return (
        reply.get("result") == "failed"
        and found is not None
        and found["exception"].rpartition(".")[2] == "TypeError"
    )


def is_told(reply: Record) -> bool:
    """Whether a trial ended in a failure that the test meant."""
    found = reply.get("failure")
    if reply.get("result") != "failed" or found is None:
        return False
    failure = Failure(
        found["phase"],
        found["exception"],
        found["message"],
        by_test=found["by_test"],
        accident=bool(found["accidents"]),
    )
    return kill_kind(failure) is KillKind.TOLD
