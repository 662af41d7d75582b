"""What there is to look at in a report, as lines of one list; which of them, in which order."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from refute.judgement import Finding, Judged, Judgement, Severity, Slug, Verdict, change, rank
from refute.report import plural, printable

USUAL = "findings and survivors"
"""What is shown at first: all but the faults that somebody noticed, or that stand outside."""

NOTICED = 1000
"""Behind everything that is worth a look."""


class Order(StrEnum):
    """How the list is sorted."""

    WORTH = "worth a look"
    FILE = "file"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list. All texts are printable."""

    #: ``m-...`` of a mutant, else ``f-...`` of a finding.
    id: str
    #: The verdict of a mutant, else the kind of finding.
    kind: str
    #: The place; the line is None where only the file is known.
    file: str
    line: int | None
    title: str
    #: What `refute show` takes to show it; empty where it takes nothing.
    subject: str
    #: A command that reproduces it.
    command: str
    #: What comes first when sorted by worth.
    worth: tuple[int, ...]
    #: True where it is shown before anybody has chosen a kind.
    usual: bool
    #: What a search looks through, in small letters.
    words: str

    @property
    def place(self) -> str:
        """``path:line``, or the path alone."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class View:
    """What is asked of the list: a kind (empty: the usual ones), words, an order."""

    kind: str = ""
    text: str = ""
    order: Order = Order.WORTH

    @property
    def words(self) -> str:
        """The view as a reader is told of it."""
        asked = f", with {printable(self.text)}" if self.text else ""
        return f"{self.kind or USUAL}{asked}, by {self.order}"


def entries(judgement: Judgement) -> tuple[Entry, ...]:
    """All findings and all mutants, by worth. Survivors stand there as mutants alone."""
    severities = list(Severity)
    # A finding of high severity comes before the survivors, the others between and behind them.
    found = [
        _finding(one, 2 * severities.index(one.severity), place)
        for place, one in enumerate(judgement.findings)
        if one.slug is not Slug.SURVIVOR
    ]
    found += [_mutant(item, place) for place, item in enumerate(judgement.judged)]
    return tuple(sorted(found, key=lambda entry: entry.worth))


def _finding(one: Finding, level: int, place: int) -> Entry:
    words = shlex.split(one.reproduce) if _splits(one.reproduce) else []
    subject = words[2] if words[:2] == ["refute", "show"] and len(words) > 2 else ""
    title = printable(one.message) + (" (accepted)" if one.accepted else "")
    return _entry(
        id=one.id,
        kind=one.slug.value,
        file=one.file,
        line=one.line,
        title=title,
        subject=subject,
        command=one.reproduce,
        worth=(level, 0, place),
        usual=True,
    )


def _splits(command: str) -> bool:
    """Whether a command is one that a shell would take; names of tests may be anything."""
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True


def _mutant(item: Judged, place: int) -> Entry:
    mutant = item.mutant
    survived = item.verdict is Verdict.SURVIVED
    test = next(iter((*filter(None, [item.killed_by]), *item.tests_run, *item.covered_by)), None)
    if test is None:
        command = f"refute show {mutant.id} --patch | git apply"
    else:
        command = f"refute try {mutant.id} {shlex.quote(test)}"
    return _entry(
        id=mutant.id,
        kind=item.verdict.value,
        file=mutant.file,
        line=mutant.line,
        title=f"{change(item)} in {mutant.function}",
        subject=mutant.id,
        command=command,
        worth=(1 if survived else NOTICED, -rank(item) if survived else 0, place),
        usual=survived,
    )


def _entry(
    *,
    id: str,
    kind: str,
    file: str,
    line: int | None,
    title: str,
    subject: str,
    command: str,
    worth: tuple[int, ...],
    usual: bool,
) -> Entry:
    file, title = printable(file), printable(title)
    return Entry(
        id=id,
        kind=kind,
        file=file,
        line=line,
        title=title,
        subject=subject,
        command=printable(command),
        worth=worth,
        usual=usual,
        words=f"{id} {kind} {file}:{line} {title}".lower(),
    )


def kinds(found: Iterable[Entry]) -> tuple[tuple[str, int], ...]:
    """The kinds that there are, with their numbers: findings first, then mutants by verdict."""
    counts = Counter(entry.kind for entry in found)
    order = [*(slug.value for slug in Slug), *(verdict.value for verdict in Verdict)]
    return tuple((kind, counts[kind]) for kind in order if counts[kind])


def shown(found: Sequence[Entry], view: View) -> tuple[Entry, ...]:
    """Those that a view asks for, in its order. Every word has to be somewhere in an entry."""
    wanted = view.text.lower().split()
    chosen = [
        entry
        for entry in found
        if (entry.kind == view.kind if view.kind else entry.usual)
        and all(word in entry.words for word in wanted)
    ]
    if view.order is Order.FILE:
        chosen.sort(key=lambda entry: (entry.file, entry.line or 0, entry.worth))
    elif view.order is Order.KIND:
        chosen.sort(key=lambda entry: (entry.kind, entry.worth))
    return tuple(chosen)


def summary(judgement: Judgement) -> str:
    """One line on the whole run."""
    counts = judgement.counts
    name = printable(judgement.project.name)
    return f"{name}: {counts.detected:,} of {plural(counts.scored, 'fault')} noticed"
