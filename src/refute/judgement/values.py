"""The judgement and its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from refute import __version__
from refute.baseline import Baseline, TestOutcome
from refute.findings import Finding
from refute.judgement.source import Source
from refute.metrics import mutation
from refute.metrics.clarity import Clarity
from refute.metrics.mutation import Counts, Estimate, Reason
from refute.metrics.ranking import place
from refute.metrics.speed import Speed
from refute.theatre.theatre import Theatre
from refute.verdicts import Judged


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the run took place. Versions are those of the judged environment."""

    python: str
    pytest: str
    #: What sealed the trials, in words; begins with ``none`` when nothing did.
    seal: str
    #: Cores that the run was allowed to use.
    cores: int
    #: Commit of the working tree, and whether it had changes; None without git.
    commit: str | None = None
    dirty: bool | None = None
    #: Path of the interpreter that ran the tests; empty in reports of earlier versions.
    interpreter: str = ""
    #: Digest of all Python files of the tree; empty in reports of earlier versions.
    tree: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """What was asked for, of all that could be judged."""

    #: Filters on files; empty: all.
    paths: tuple[str, ...] = ()
    #: Names of the operators in use.
    operators: tuple[str, ...] = ()
    #: Names of the suppression rules that were switched off.
    rules_off: tuple[str, ...] = ()
    #: ``fork`` or ``cold``.
    isolation: str = "fork"
    #: Which changes were judged, in words; empty: all code.
    changes: str = ""
    #: Node ids of the changed tests that were judged, if only changes were.
    changed_tests: tuple[str, ...] = ()
    #: One part of the mutants, as ``2/5``; empty: all.
    shard: str = ""
    #: Seconds that the run might take; None: as long as it needed.
    budget: float | None = None
    #: Mutants that could have been tried, and were not asked for.
    left_out: int = 0

    @property
    def part(self) -> str:
        """Which part of the code was asked for, in words; empty: all of it."""
        parts = [", ".join(self.paths), self.changes, f"shard {self.shard}" if self.shard else ""]
        return "; ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Project:
    """What was judged; paths are relative to the project's root."""

    name: str
    source: tuple[str, ...]
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BaselineRecord:
    """What remains of the observed run, beside the tests themselves. Wall-clock seconds."""

    collect_seconds: float
    suite_seconds: float
    #: Real boundaries that tests crossed, in words, with the number of tests.
    boundaries: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TestRecord:
    """One test, and what it did for the score."""

    __test__ = False

    id: str
    outcome: TestOutcome
    seconds: float
    #: Why it was set aside; empty for passed tests.
    detail: str
    #: Mutants that it was the first to notice.
    kills: int
    #: Mutants on lines that it executes.
    covers: int
    #: Where its function is written, as ``path:line``; empty where that is not known.
    defined: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage of the run took: wall-clock seconds, and how many things it handled."""

    name: str
    seconds: float
    count: int


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning or a note of the run, under a stable slug."""

    slug: str
    text: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A whole run. Make it with ``assemble``, which puts everything in its order."""

    version: str
    environment: Environment
    selection: Selection
    project: Project
    baseline: BaselineRecord
    #: Ordered by file, line, column, operator, id.
    judged: tuple[Judged, ...]
    tests: tuple[TestRecord, ...]
    findings: tuple[Finding, ...]
    timing: tuple[Stage, ...]
    notes: tuple[Remark, ...]
    #: True when the run was stopped before its end.
    partial: bool
    #: Path of a judged file -> its source.
    sources: Mapping[str, Source]
    #: What tests and doubles are worth; None when that was not judged.
    theatre: Theatre | None = None
    #: The score of the whole, when only a part was tried.
    estimate: Estimate | None = None
    #: What the tests cost; None in the report of an older refute.
    speed: Speed | None = None
    #: Whether failures can be understood; None when nobody asked.
    clarity: Clarity | None = None
    #: Path of a file with tests or doubles -> its source; empty in reports of earlier versions.
    test_sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def stopped(self) -> bool:
        """True when somebody stopped the run, in whatever stage."""
        return any(note.slug == "interrupted" for note in self.notes)

    @property
    def spent(self) -> bool:
        """True when a budget ended the run, as it was asked to."""
        return any(note.slug == "budget" for note in self.notes)

    @property
    def counts(self) -> Counts:
        """The counts of all mutants."""
        return mutation.total(self.judged)

    @property
    def by_file(self) -> Mapping[str, Counts]:
        """Counts by path."""
        return mutation.by_file(self.judged)

    @property
    def by_function(self) -> Mapping[tuple[str, str], Counts]:
        """Counts by path and qualified name of the innermost function or class."""
        return mutation.by_function(self.judged)

    @property
    def by_operator(self) -> Mapping[str, Counts]:
        """Counts by the name of the mutation operator."""
        return mutation.by_operator(self.judged)

    @property
    def left_out(self) -> tuple[Reason, ...]:
        """What stands outside the score, and why."""
        return mutation.left_out(self.judged)

    @property
    def kinds(self) -> tuple[tuple[str, int], ...]:
        """How the noticed faults were noticed: told, tripped, crashed, timeout."""
        counts = self.counts
        return (
            ("told", counts.told),
            ("tripped", counts.tripped),
            ("crashed", counts.crashed),
            ("timeout", counts.timeout),
        )


def assemble(
    *,
    environment: Environment,
    selection: Selection,
    project: Project,
    baseline: Baseline,
    judged: Iterable[Judged],
    findings: Iterable[Finding],
    sources: Mapping[str, Source],
    timing: Iterable[Stage] = (),
    notes: Iterable[Remark] = (),
    partial: bool = False,
    theatre: Theatre | None = None,
    estimate: Estimate | None = None,
    speed: Speed | None = None,
    clarity: Clarity | None = None,
    test_sources: Mapping[str, Source] | None = None,
) -> Judgement:
    """Put a run together: mutants in their order, tests with what they did for the score.

    Of ``sources`` only those with mutants are kept. ``theatre`` must be made of the same
    baseline, since it names tests by their index.
    """
    items = tuple(sorted(judged, key=place))
    files = sorted({item.mutant.file for item in items})
    return Judgement(
        version=__version__,
        environment=environment,
        selection=selection,
        project=project,
        baseline=BaselineRecord(
            baseline.collect_seconds,
            baseline.suite_seconds,
            dict(sorted(baseline.boundaries.items())),
            tuple(baseline.warnings),
        ),
        judged=items,
        tests=_records(baseline, items),
        findings=tuple(findings),
        timing=tuple(timing),
        notes=tuple(notes),
        partial=partial,
        sources={file: sources[file] for file in files if file in sources},
        theatre=theatre,
        estimate=estimate,
        speed=speed,
        clarity=clarity,
        test_sources=dict(sorted((test_sources or {}).items())),
    )


def _records(baseline: Baseline, judged: Iterable[Judged]) -> tuple[TestRecord, ...]:
    kills: Counter[str] = Counter()
    covers: Counter[str] = Counter()
    for item in judged:
        covers.update(item.covered_by)
        if item.killed_by is not None:
            kills[item.killed_by] += 1
    return tuple(
        TestRecord(
            id=test.id,
            outcome=test.outcome,
            seconds=test.seconds,
            detail=test.detail,
            kills=kills[test.id],
            covers=covers[test.id],
            defined=test.defined,
        )
        for test in baseline.tests
    )
