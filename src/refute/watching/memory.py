"""What is known of a project from its last runs, and what a new run has changed of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from refute.judgement import Judged, Judgement, TestOutcome, Verdict
from refute.watching.choosing import Region

NOTICED = (Verdict.KILLED, Verdict.TIMEOUT)
MISSED = (Verdict.SURVIVED, Verdict.NO_COVERAGE)


@dataclass(frozen=True, slots=True)
class Tally:
    """Faults noticed, of those that count."""

    noticed: int
    scored: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one run has changed."""

    #: Changed functions with their faults; ``before`` is None where nothing was known of them.
    now: Tally
    before: Tally | None
    #: Noticed before and not now; the other way round.
    worse: tuple[Judged, ...]
    better: tuple[Judged, ...]
    #: Faults that nobody notices: those that are new; and, in changed functions, the others.
    new: tuple[Judged, ...]
    still: tuple[Judged, ...]
    #: Ids of tests that are set aside, with the reason.
    aside: tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Memory:
    """The last verdicts, file by file."""

    judged: dict[str, tuple[Judged, ...]] = field(default_factory=dict)

    def learn(self, judgement: Judgement, files: Iterable[str]) -> None:
        """Take over what a run has found out of these files."""
        found: dict[str, list[Judged]] = defaultdict(list)
        for item in judgement.judged:
            found[item.mutant.file].append(item)
        for file in files:
            self.judged[file] = tuple(found[file])

    def forget(self, files: Iterable[str]) -> None:
        """Files that are no more."""
        for file in files:
            self.judged.pop(file, None)

    def reach(self) -> dict[str, set[str]]:
        """The source files whose lines each test file was seen to execute."""
        found: dict[str, set[str]] = defaultdict(set)
        for file, items in self.judged.items():
            for test in {test.partition("::")[0] for one in items for test in one.covered_by}:
                found[test].add(file)
        return dict(found)

    def step(
        self, judgement: Judgement, regions: Mapping[str, tuple[Region, ...]], files: Iterable[str]
    ) -> Step:
        """Hold a run of these files against what was known. ``regions`` are the changed ones of
        changed files; without any, all faults of the run are concerned.
        """
        wanted = set(files)
        items = [item for item in judgement.judged if item.mutant.file in wanted]
        concerned = [item for item in items if _within(item, regions)] if regions else items
        old = {item.mutant.id: item for file in wanted for item in self.judged.get(file, ())}
        names = {(item.mutant.file, item.mutant.function) for item in concerned}
        names |= {(file, one.name) for file, found in regions.items() for one in found}
        former = [one for one in old.values() if (one.mutant.file, one.mutant.function) in names]
        known = {item.mutant.id: old.get(item.mutant.id) for item in items}

        def was(item: Judged, verdicts: tuple[Verdict, ...]) -> bool:
            earlier = known[item.mutant.id]
            return earlier is not None and earlier.verdict in verdicts

        missed = [item for item in concerned if item.verdict in MISSED]
        return Step(
            now=_tally(concerned),
            before=_tally(former) if former else None,
            worse=tuple(i for i in items if i.verdict in MISSED and was(i, NOTICED)),
            better=tuple(i for i in items if i.verdict in NOTICED and was(i, MISSED)),
            new=tuple(i for i in missed if not was(i, (*NOTICED, *MISSED))),
            still=tuple(i for i in missed if regions and was(i, MISSED)),
            aside=tuple(
                (test.id, test.detail)
                for test in judgement.tests
                if test.outcome in (TestOutcome.FAILED, TestOutcome.FLAKY)
            ),
        )


def _within(item: Judged, regions: Mapping[str, tuple[Region, ...]]) -> bool:
    mutant = item.mutant
    return any(
        one.first <= mutant.end_line and mutant.line <= one.last
        for one in regions.get(mutant.file, ())
    )


def _tally(items: Iterable[Judged]) -> Tally:
    verdicts = [item.verdict for item in items]
    noticed = sum(verdict in NOTICED for verdict in verdicts)
    return Tally(noticed, noticed + sum(verdict in MISSED for verdict in verdicts))
