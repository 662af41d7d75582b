"""What is sent to a slot for one trial, and the raw outcome that its reply stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from refute.baseline import Baseline
from refute.faults.plan import Planned
from refute.trials.outcome import Began, Failure, Mechanism, Outcome, Result
from refute.trials.pool import ZYGOTE, Request
from refute.trials.slot import Record

LONG = 0.25
"""Seconds of tests after which a warm child takes up no more: beside them a fork costs nothing,
and other slots may be waiting for work."""


class ControlFailed(Exception):
    """Too many tests fail in forks without any fault: forks do not suit this suite."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long tests may take under a fault: seconds of CPU, and on the clock."""

    factor: float
    collect_seconds: float

    def of(self, seconds: float) -> tuple[float, float]:
        """(CPU seconds, wall seconds) for a test that takes ``seconds`` unchanged."""
        return self.factor * seconds + 1.0, 2 * self.factor * seconds + 4.0

    @staticmethod
    def quick(seconds: float) -> tuple[float, float]:
        """The same for a first look, which concludes nothing when it is cut."""
        return 6 * seconds + 0.5, 6 * seconds + 0.5

    def collecting(self) -> tuple[float, float]:
        """The same for collecting the suite."""
        return self.of(self.collect_seconds)


@dataclass(slots=True)
class Try:
    """What a request is about: a mutant, or a control of ``tests`` without one."""

    planned: Planned | None
    tests: list[int]
    #: False for a first attempt with few tests.
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Batch:
    """Mutants for one warm child, each with its quick tests."""

    tries: tuple[Try, ...]


def nearest(
    planned: Planned, tests: Sequence[int], baseline: Baseline, test_files: Sequence[int]
) -> list[int]:
    """Of ``tests``, likeliest first, those of one or two test files that run the code nearest
    to the mutant.
    """
    lines = baseline.coverage.by_line.get(planned.mutant.file, {})
    distance: dict[int, int] = {}
    for line, runs in lines.items():
        away = abs(line - planned.mutant.line)
        for test in runs:
            if away < distance.get(test, 1 << 30):
                distance[test] = away
    best = sorted((test for test in tests if test in distance), key=distance.__getitem__)
    best = best or list(tests)
    files = list(dict.fromkeys(test_files[test] for test in best))[:2]
    return [test for test in best if test_files[test] in files]


def told_failure(baseline: Baseline, reply: Record, test: int | None) -> Failure | None:
    """How this test failed; an accident that it shows without a fault is none."""
    found = reply.get("failure")
    if found is None:
        return None
    usual = baseline.accidents.get(test, frozenset()) if test is not None else ()
    return Failure(
        phase=found["phase"],
        exception=found["exception"],
        message=found["message"],
        by_test=found["by_test"],
        accident=any(accident not in usual for accident in found["accidents"]),
        line=found.get("line", 0),
    )


def by_fault(results: Sequence[Record]) -> dict[str, Record]:
    """What a warm child told, by the fault's id. What had begun for one fault goes for those
    after it as well: a fixture or a cache that they share was set up by it.
    """
    return {
        record["id"]: {**record, "starts": starts_in(results[: number + 1])}
        for number, record in enumerate(results)
    }


def starts_in(results: Sequence[Record]) -> list[tuple[int, list[int]]] | None:
    """All that began for these results of one child; None where it can't tell."""
    found: dict[int, set[int]] = {}
    for record in results:
        starts = record.get("starts")
        if starts is None:
            return None
        for file, lines in starts:
            found.setdefault(file, set()).update(lines)
    return [(file, sorted(lines)) for file, lines in sorted(found.items())]


RESULTS = {
    "quiet": Result.PASSED,
    "passed": Result.PASSED,
    "failed": Result.FAILED,
    "loop": Result.TIMEOUT,
    "timeout": Result.TIMEOUT,
    "died": Result.DIED,
}
"""What became of a trial that could be carried out, by the word of its reply."""


def began_in(starts: Sequence[tuple[int, list[int]]] | None) -> Began:
    """The functions that began, as a child tells them; None where it can't tell."""
    return None if starts is None else tuple((file, tuple(lines)) for file, lines in starts)


@dataclass(frozen=True, slots=True)
class Requests:
    """Makes requests from plans, and outcomes from replies; pure."""

    root: Path
    baseline: Baseline
    test_files: Sequence[int]
    limits: Limits

    def trial(self, about: Try, mode: str) -> Request:
        """One trial in this mode: ZYGOTE, or the path of the file before whose import it forks."""
        seconds = [self.baseline.tests[test].seconds for test in about.tests]
        record: Record = {
            "op": "trial",
            "id": about.planned.mutant.id if about.planned else "control",
            "mutant": self.fault(about.planned) if about.planned else None,
            "tests": about.tests,
            "limits": [self.limits.of(s) for s in seconds],
        }
        if mode != ZYGOTE:
            record["limits"].insert(0, self.limits.collecting())
            record["files"] = sorted({self.test_files[test] for test in about.tests})
        return Request(record, mode, about)

    def nearest(self, planned: Planned, tests: Sequence[int]) -> list[int]:
        """See the function of that name."""
        return nearest(planned, tests, self.baseline, self.test_files)

    @staticmethod
    def by_fault(results: Sequence[Record]) -> dict[str, Record]:
        """See the function of that name."""
        return by_fault(results)

    def fault(self, planned: Planned) -> Record:
        """What a child needs to put a mutant in."""
        mutant = planned.mutant
        return {
            "path": self.path(planned),
            "start": mutant.start,
            "end": mutant.end,
            "text": mutant.replacement,
            "unit": mutant.unit,
            "unit_line": mutant.unit_line,
            "elsewhere": planned.elsewhere,
        }

    def first(self, tests: Sequence[int], number: int, seconds: float) -> list[int]:
        """At most so many of these tests, of so many seconds in all; one at the least."""
        sums = accumulate(self.baseline.tests[test].seconds for test in tests[:number])
        return list(tests[: max(1, sum(total <= seconds for total in sums))])

    def seconds(self, planned: Planned) -> float:
        """What all tests of a mutant take unchanged."""
        return sum(self.baseline.tests[test].seconds for test in planned.tests)

    def path(self, planned: Planned) -> str:
        """The absolute path of a mutant's file."""
        return str(self.root / planned.mutant.file)

    def outcome(
        self,
        request: Request,
        result: Result,
        ran: Sequence[int],
        failure: Failure | None = None,
        reply: Record | None = None,
    ) -> Outcome:
        """The facts of one trial."""
        about: Try = request.about
        assert about.planned is not None
        names = tuple(self.baseline.tests[test].id for test in ran)
        return Outcome(
            mutant=about.planned.mutant.id,
            mechanism=Mechanism.SWAP if request.mode == ZYGOTE else Mechanism.IMPORT,
            result=result,
            test=names[-1] if names and result is not Result.PASSED else None,
            failure=failure,
            tests_run=names,
            seconds=float(reply["took"]) if reply and "took" in reply else 0.0,
            detail=str(reply.get("reason", "")) if reply else "",
            began=began_in(reply.get("starts")) if reply else None,
        )

    def noticed(
        self, request: Request, reply: Record, ran: Sequence[int], killer: int | None
    ) -> Outcome:
        """The facts of a trial that ended early; ``killer`` is the test that it ended in, if
        that exists without the fault.
        """
        failure = told_failure(self.baseline, reply, killer)
        outcome = self.outcome(request, RESULTS[reply["result"]], ran, failure, reply)
        return replace(outcome, test=reply["last"]) if "last" in reply else outcome
