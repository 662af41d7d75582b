"""Which faults a suggestion is wanted for, and which tests could notice each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from refute.changes import changes_since
from refute.errors import fail
from refute.faults.double import DoubleFault
from refute.faults.fault import Mutant
from refute.judgement import Judged, Judgement, Verdict
from refute.judgement import change as in_words
from refute.judgement import rank as worth
from refute.report import lookup
from refute.strengthening import double_record
from refute.trials.outcome import Mechanism
from refute.trials.slot import Record

FIRST = 10
"""Survivors that are taken up where nobody says which."""
TESTS = 32
"""Tests in which one fault is looked for."""
LONGEST = 5.0
"""Seconds; tests that take longer are not looked at."""


@dataclass(frozen=True, slots=True)
class Target:
    """One fault that nobody noticed."""

    id: str
    fault: Mutant | DoubleFault
    #: Where it is, and what it changes, in words.
    where: str
    what: str
    #: Node ids of tests that could notice it, those first that run least else.
    tests: tuple[str, ...]
    #: Why there is no use in looking; empty if there may be.
    hopeless: str = ""
    #: Whether it can only be put in as source, in a process of its own.
    cold: bool = False

    def record(self, root: Path) -> Record:
        """What a zygote needs to put it in."""
        if isinstance(self.fault, DoubleFault):
            return double_record(root, self.fault)
        return {
            "path": str(root / self.fault.file),
            "start": self.fault.start,
            "end": self.fault.end,
            "text": self.fault.replacement,
            "unit": self.fault.unit,
            "unit_line": self.fault.unit_line,
            "elsewhere": False,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for, and all faults that a suggestion may be told of besides."""

    asked: tuple[Target, ...]
    others: tuple[Target, ...] = ()

    @property
    def every(self) -> tuple[Target, ...]:
        """Both."""
        return self.asked + self.others


def find_targets(
    last: Judgement, root: Path, words: Sequence[str], since: str | None, *, all_of_them: bool
) -> Wanted:
    """The faults that are meant by ids, files, tests and a revision; without any, the ten
    survivors that matter most. Raises RefuteError: unknown-mutant, unknown-fault,
    unknown-test, no-git, unknown-revision, nothing-judged.
    """
    every = _survivors(last)
    targets = {item.mutant.id: _of_mutant(last, item) for item in every}
    asked: dict[str, Target] = {}
    for word in words:
        for target in _meant(last, root, word, targets):
            asked.setdefault(target.id, target)
    if since is not None:
        changes = changes_since(root, since)
        for item in every:
            if any(changes.touches(item.mutant.file, *span) for span in item.mutant.lines):
                asked.setdefault(item.mutant.id, targets[item.mutant.id])
    if not words and since is None:
        chosen = list(targets.values())
        asked = {one.id: one for one in (chosen if all_of_them else chosen[:FIRST])}
    others = tuple(one for id, one in targets.items() if id not in asked)
    return Wanted(tuple(asked.values()), others)


def _survivors(last: Judgement) -> list[Judged]:
    """Those that matter most first."""
    found = [item for item in last.judged if item.verdict is Verdict.SURVIVED]
    return sorted(found, key=lambda item: -worth(item))


def _meant(last: Judgement, root: Path, word: str, targets: dict[str, Target]) -> list[Target]:
    """What one word of the command line stands for."""
    kind = word[:2].lower()
    if kind == "p-":
        place = lookup.find_place(last, word)
        return [_of_double(last, lookup.find_fault(last, id).fault) for id in place.faults[:3]]
    if kind == "d-":
        return [_of_double(last, lookup.find_fault(last, word).fault)]
    if kind == "m-":
        item = lookup.find_mutant(last, word)
        return [targets.get(item.mutant.id) or _of_mutant(last, item)]
    name = _relative(root, word)
    in_file = [one for one in targets.values() if _file(one) == name]
    if in_file or name in last.sources:
        return in_file
    tests = [test.id for test in last.tests if test.defined.rpartition(":")[0] == name]
    tests = tests or [lookup.find_test(last, word)]
    return _noticed_by(targets.values(), last, tests)


def _noticed_by(targets: Iterable[Target], last: Judgement, tests: Sequence[str]) -> list[Target]:
    """The survivors that these tests run over, to be looked for in them alone."""
    wanted, found = frozenset(tests), list[Target]()
    covered = {item.mutant.id: item.covered_by for item in last.judged}
    for one in targets:
        mine = [test for test in covered[one.id] if test in wanted]
        if mine and not one.hopeless:
            found.append(
                Target(one.id, one.fault, one.where, one.what, tuple(mine[:TESTS]), "", one.cold)
            )
    return found


def _relative(root: Path, word: str) -> str:
    path = Path(word)
    if path.is_absolute() and path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    return path.as_posix() if not path.is_absolute() else word


def _file(target: Target) -> str:
    fault = target.fault
    return fault.file if isinstance(fault, Mutant) else fault.site.file


def _of_mutant(last: Judgement, item: Judged) -> Target:
    mutant = item.mutant
    hopeless = ""
    if item.verdict is Verdict.NO_COVERAGE:
        hopeless = "no test executes it: it needs a new test"
    elif item.verdict is not Verdict.SURVIVED:
        hopeless = f"its verdict is {item.verdict.value}: there is nothing to suggest"
    elif item.settled:
        hopeless = "the changed expression has the same value in all tests: it needs another input"
    tests = _fit(last, item.tests_run or item.covered_by)
    if not hopeless and not tests:
        hopeless = "no test that passes within five seconds runs it"
    return Target(
        mutant.id,
        mutant,
        f"{mutant.file}:{mutant.line} {mutant.function}",
        in_words(item),
        tests,
        hopeless,
        mutant.unit is None or item.mechanism in (Mechanism.IMPORT, Mechanism.COLD),
    )


def _of_double(last: Judgement, fault: DoubleFault) -> Target:
    tests = _fit(last, [last.tests[test].id for test in fault.tests])
    site = fault.site
    return Target(
        fault.id,
        fault,
        f"{site.file}:{site.line} {site.function}",
        f"{fault.target or 'a double'} gets {fault.path}: {fault.original} -> {fault.replacement}",
        tests,
        "" if tests else "no test that passes within five seconds meets it",
        cold=fault.unit is None,
    )


def _fit(last: Judgement, tests: Iterable[str]) -> tuple[str, ...]:
    """Those that pass and are quick, the ones that are about least else first."""
    known = {test.id: test for test in last.tests}
    fit = [
        known[test]
        for test in tests
        if test in known
        and known[test].outcome.value == "passed"
        and known[test].seconds <= LONGEST
        and known[test].defined
    ]
    return tuple(test.id for test in sorted(fit, key=lambda test: test.covers)[:TESTS])


def check_unchanged(last: Judgement, root: Path, files: Iterable[str]) -> None:
    """Raises RefuteError bad-report when a file has changed since the run."""
    for file in sorted(set(files)):
        source = last.sources.get(file) or last.test_sources.get(file)
        path = root / file
        if source is not None and not (path.is_file() and path.read_bytes() == source.data):
            fail(
                "bad-report",
                f"{file} has changed since the last run.",
                remedy="Run `refute run` again; ids and lines change with the code.",
            )
