"""The strength phase of a run: what each test is worth, asked fault by fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from refute import contracting
from refute.baseline import Baseline
from refute.faults.double import DoubleFault
from refute.faults.plan import Planned
from refute.observed import Observed, Site
from refute.raised import Answer, Question
from refute.reuse_strength import StrengthReuse
from refute.strength import Matrix, Notice, Pair
from refute.theatre.bodies import worth_meeting
from refute.theatre.chances import Chances, make_chances
from refute.theatre.places import blind_places, seen_by_others, to_others
from refute.theatre.raising import questions
from refute.theatre.swallowed import Difference
from refute.theatre.theatre import Theatre, assemble_theatre
from refute.theatre.traced import difference_of, worth_tracing
from refute.theatre.wanted import silent, wanted
from refute.trials.asking import Asking
from refute.trials.engine import Engine
from refute.trials.meeting import Meeting
from refute.trials.outcome import Failure, Mechanism, Result
from refute.trials.pairs import Pairs
from refute.trials.requests import Limits, Requests
from refute.trials.slot import Record
from refute.trials.tracing import Told, Tracing
from refute.verdicts import Judged, KillKind, Verdict, kill_kind

_KINDS = {
    KillKind.TOLD: Notice.TOLD,
    KillKind.TRIPPED: Notice.TRIPPED,
    KillKind.CRASHED: Notice.CRASHED,
    KillKind.TIMEOUT: Notice.TIMEOUT,
}


@dataclass(slots=True)
class Strengthening:
    """Gathers the pairs of one run: those that the score phase met, and those that are run for
    the verdicts on tests. ``planned`` are all mutants that are tried, ``doubles`` the faults
    in doubles.
    """

    root: Path
    baseline: Baseline
    planned: Sequence[Planned]
    doubles: Sequence[DoubleFault]
    #: Mutants that this run leaves alone.
    outside: Sequence[Judged] = ()
    #: The tests that are judged; None for all.
    only: frozenset[int] | None = None
    #: Source files of which this run makes no mutants, or not all.
    left_out: frozenset[str] = frozenset()
    #: The project's own interpreter; None: ours.
    python: Path | None = None
    #: All that the verdicts need was run.
    complete: bool = False
    #: Pairs that were taken over from earlier runs.
    reused: int = 0
    #: How tests failed under the faults that they were asked about.
    failures: dict[Pair, Failure] = field(default_factory=dict)
    _pairs: dict[str, dict[int, Notice]] = field(default_factory=dict)
    _void: set[Pair] = field(default_factory=set)
    _differences: dict[str, Mapping[int, Difference]] = field(default_factory=dict)
    _answers: dict[Question, Answer] = field(default_factory=dict)

    @property
    def matrix(self) -> Matrix:
        """All that is known now; a view, so that it costs nothing to ask."""
        return Matrix(self._pairs, self._void)

    def run(
        self,
        engine: Engine,
        judged: Sequence[Judged],
        factor: float,
        progress: Callable[[int, int, str], None],
        reuse: StrengthReuse,
    ) -> int:
        """Run what the verdicts on tests still need, then find out what became of survivors;
        returns the number of pairs. Nothing is run where forks don't suit the suite. ``factor``
        is that of the limits of time; ``progress`` hears how many are done, of how many, of what.
        """
        self._learn(judged)
        self._take_over(reuse)
        before = sum(map(len, self._pairs.values()))
        chances = make_chances(self.baseline, judged, self.doubles)
        limits, records = Limits(factor, self.baseline.collect_seconds), self.records()
        pairs = Pairs(
            baseline=self.baseline,
            limits=limits,
            records=records,
            wanted=lambda test: wanted(chances, self.matrix, test),
            silent=lambda test: silent(chances, self.matrix, test),
            tell=lambda pair, result, failure: reuse.told(pair, self._tell(pair, result, failure)),
            on_done=lambda done: progress(done, len(chances.by_test), "tests"),
            heard=reuse.heard,
            settled=reuse.settled,
        )
        pairs.begin(t for t in chances.by_test if self.only is None or t in self.only)
        self.complete = (
            engine.strengthen(pairs)
            and self._meet_bodies(engine, judged, chances, limits, progress)
            and self._ask_others(engine, chances, limits, reuse, progress)
        )
        mutants = {item.mutant.id: item.mutant for item in judged}

        def tell(id: str, told: Told) -> None:
            found = {test: difference_of(one, mutants[id]) for test, one in told.items()}
            self._differences[id] = found

        tracing = Tracing(self.baseline, limits, records, tell, reuse.trace, reuse.traced)
        tracing.on_done = lambda done, total: progress(done, total, "survivors")
        tracing.begin(worth_tracing(judged, chances))
        engine.strengthen(tracing)
        asking = Asking(self.root, self.baseline, limits, self._answers.__setitem__)
        asking.on_done = lambda done, total: progress(done, total, "exceptions of doubles")
        asking.begin(questions(self.baseline, self._units()))
        engine.strengthen(asking)
        return sum(map(len, self._pairs.values())) - before

    def _units(self) -> dict[Site, tuple[str, int]]:
        """The outermost functions around calls of doubles that can be changed."""
        return {
            fault.site: (fault.unit, fault.unit_line)
            for fault in self.doubles
            if fault.unit is not None
        }

    def _meet_bodies(
        self,
        engine: Engine,
        judged: Sequence[Judged],
        chances: Chances,
        limits: Limits,
        progress: Callable[[int, int, str], None],
    ) -> bool:
        """Put tests that were told of nothing to the faults in bodies of classes that they use;
        returns whether all was run.
        """
        requests = Requests(self.root, self.baseline, self.baseline.test_files, limits)
        meeting = Meeting(requests, self._tell)
        meeting.on_done = lambda done, total: progress(done, total, "faults in classes")
        wanted = worth_meeting(self.baseline, judged, chances, self.matrix)
        chosen = {
            fault: [test for test in tests if self.only is None or test in self.only]
            for fault, tests in wanted.items()
        }
        meeting.begin(self.planned, chosen)
        return engine.strengthen(meeting)

    def _ask_others(
        self,
        engine: Engine,
        chances: Chances,
        limits: Limits,
        reuse: StrengthReuse,
        progress: Callable[[int, int, str], None],
    ) -> bool:
        """Put changes that no double let through to a test before those tests, too, for which
        the call goes to something real; returns whether all was run.
        """
        blind = {place.id for place in blind_places(chances, self.matrix, Observed(), asked=False)}
        places = [place for place in chances.places if place.id in blind and place.others]

        def wanted(test: int) -> list[Pair]:
            met = (one for one in places if test in one.others)
            still = [one for one in met if not seen_by_others(one, self.matrix)]
            return [pair for one in still for pair in to_others(one, self.matrix, [test])]

        records = {
            fault.id: double_record(self.root, fault, anyone=True)
            for place in places
            for fault in place.faults
        }
        # Those first that are asked about most: each of them may settle many places.
        counts = Counter(test for place in places for test in place.others)
        asked = Pairs(
            baseline=self.baseline,
            limits=limits,
            records=records,
            wanted=wanted,
            silent=lambda _: False,
            tell=lambda pair, result, failure: reuse.told(pair, self._tell(pair, result, failure)),
            on_done=lambda done: progress(done, len(counts), "tests without doubles"),
            heard=reuse.heard,
            settled=reuse.settled,
        )
        asked.begin(sorted(counts, key=lambda test: (-counts[test], test)))
        return engine.strengthen(asked)

    def judge(self, judged: Sequence[Judged]) -> Theatre:
        """What follows from all that is known."""
        return assemble_theatre(
            baseline=self.baseline,
            judged=judged,
            observed=self.baseline.observed,
            double_faults=self.doubles,
            chances=make_chances(self.baseline, (*judged, *self.outside), self.doubles),
            matrix=self.matrix,
            differences=self._differences,
            answers=self._answers,
            left_out=self.left_out,
            contracts=contracting.answers(self.baseline.observed, self.root, python=self.python),
        )

    def _learn(self, judged: Iterable[Judged]) -> None:
        """Take over what the score phase found out: all about swapped mutants, and of others
        who did not notice them. What noticed a fault at import may have done so at import.
        """
        index = {test.id: number for number, test in enumerate(self.baseline.tests)}
        for item in judged:
            swapped = item.mechanism is Mechanism.SWAP
            killed = item.verdict in (Verdict.KILLED, Verdict.TIMEOUT)
            if item.verdict is not Verdict.SURVIVED and not (killed and swapped):
                continue
            row = self._pairs.setdefault(item.mutant.id, {})
            for name in item.tests_run:
                if name in index:
                    row[index[name]] = Notice.NONE
            if item.killed_by in index and item.kill_kind is not None:
                row[index[item.killed_by]] = _KINDS[item.kill_kind]

    def records(self) -> dict[str, Record]:
        """What a child needs to put each fault in, by the fault's id."""
        limits = Limits(1.0, 0.0)
        requests = Requests(self.root, self.baseline, self.baseline.test_files, limits)
        records = {one.mutant.id: requests.fault(one) for one in self.planned}
        return records | {fault.id: double_record(self.root, fault) for fault in self.doubles}

    def _take_over(self, reuse: StrengthReuse) -> None:
        """What earlier runs found out and still holds."""
        kept = reuse.pairs()
        self.reused = len(kept)
        for (fault, test), notice in kept.items():
            if notice is None:
                self._void.add((fault, test))
            else:
                self._pairs.setdefault(fault, {})[test] = notice

    def places(self) -> dict[str, tuple[str, int]]:
        """File and line of each fault, by its id."""
        found = {one.mutant.id: (one.mutant.file, one.mutant.line) for one in self.planned}
        return found | {one.id: (one.site.file, one.site.line) for one in self.doubles}

    def _tell(self, pair: Pair, result: Result, failure: Failure | None) -> Notice | None:
        fault, test = pair
        if result is Result.BROKEN:
            self._void.add(pair)
            return None
        if failure is not None:
            self.failures[pair] = failure
        notice = {
            Result.PASSED: Notice.NONE,
            Result.TIMEOUT: Notice.TIMEOUT,
            Result.DIED: Notice.CRASHED,
        }.get(result)
        found = notice or _KINDS[kill_kind(failure)]
        self._pairs.setdefault(fault, {})[test] = found
        return found


def double_record(root: Path, fault: DoubleFault, *, anyone: bool = False) -> Record:
    """What a child needs to put one double fault in; with ``anyone`` it takes effect whatever is
    called there, double or not.
    """
    site = fault.site
    return {
        "path": str(root / site.file),
        "unit": fault.unit,
        "unit_line": fault.unit_line,
        "elsewhere": False,
        "double": {
            "line": site.line,
            "column": site.column,
            "end_line": site.end_line,
            "end_column": site.end_column,
            "path": fault.path,
            "change": fault.change,
            "anyone": anyone,
        },
    }
