"""What a reader should know and do: a slug, a place, the evidence, a command, a remedy.

Everything here is pure: judged mutants and the baseline in, findings out, always in one order.
Whether a finding is a defect of a test is not decided here: a test that noticed nothing so far
was run against some faults, not against all that it could have noticed.
"""

from __future__ import annotations

import shlex
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from refute.baseline import Baseline, Test, TestOutcome
from refute.finding import Acceptance, Finding, Severity, Slug, finding_id, ordered
from refute.metrics.mutation import Counts, by, by_file
from refute.metrics.ranking import base, change, place, rank, ranked, sensitive
from refute.verdicts import Judged, Verdict

__all__ = [
    "Acceptance",
    "Finding",
    "Severity",
    "Slug",
    "find",
    "finding_id",
    "ordered",
    "survivors",
]

SILENT_AFTER = 5
"""Faults that a test must have been run against before its silence is worth a word."""

UNNOTICED_AFTER = 4
"""Tried faults that a function needs before "most of them" means anything."""


def find(
    judged: Iterable[Judged], baseline: Baseline, *, unsealed: str = "", silent: bool = True
) -> tuple[Finding, ...]:
    """All findings of a run, by severity, then kind, then how telling they are.

    ``unsealed`` says why the trials ran without a seal; empty when they were sealed. ``silent``
    tests are named where nothing better is known of them than what the score phase met.
    """
    items = tuple(judged)
    found = [
        *_unsealed(unsealed),
        *_set_aside(baseline.tests, sealed=not unsealed),
        *survivors(items),
        *_functions(items),
        *(_silent(items, baseline.tests) if silent else ()),
        *_unjudged(items),
    ]
    return ordered(found)


def survivors(judged: Sequence[Judged]) -> Iterator[Finding]:
    """One finding for each line with survivors, the lines most worth a look first."""
    # The id comes from all mutants of the line, so that it stays when the tests get better.
    anchors: dict[tuple[str, int], str] = {}
    for item in judged:
        spot = (item.mutant.file, item.mutant.line)
        anchors[spot] = min(anchors.get(spot, item.mutant.id), item.mutant.id)
    lines: dict[tuple[str, int], list[Judged]] = {}
    for item in ranked(judged):
        lines.setdefault((item.mutant.file, item.mutant.line), []).append(item)
    for spot, items in lines.items():
        lead = items[0]
        ran = len(lead.tests_run) or len(lead.covered_by)
        more = f" {len(items) - 1} more on this line." if len(items) > 1 else ""
        yield Finding(
            id=finding_id(Slug.SURVIVOR, anchors[spot]),
            slug=Slug.SURVIVOR,
            severity=_survivor_severity(rank(lead)),
            file=spot[0],
            line=spot[1],
            message=f"{change(lead)} in {lead.mutant.function}: {_ran(ran)}.{more}",
            evidence=tuple(item.mutant.id for item in items),
            reproduce=f"refute show {lead.mutant.id}",
            remedy="Assert on what the changed code decides or returns, in one of the tests "
            "that run over it.",
        )


def _ran(number: int) -> str:
    if number == 1:
        return "1 test ran over it and did not notice"
    return f"{number} tests ran over it and none noticed"


def _survivor_severity(points: int) -> Severity:
    if points >= 110:
        return Severity.HIGH
    return Severity.MEDIUM if points >= 50 else Severity.LOW


def _functions(judged: Sequence[Judged]) -> Iterator[Finding]:
    """Functions that no test runs, and functions that are run while nobody looks."""
    groups: dict[tuple[str, str], list[Judged]] = {}
    for item in sorted(judged, key=place):
        if item.mutant.unit is not None:
            groups.setdefault((item.mutant.file, item.mutant.function), []).append(item)
    counts = by((item for items in groups.values() for item in items), _function)
    untested = {key for key, tally in counts.items() if _is_untested(tally)}
    for key, tally in sorted(counts.items(), key=lambda entry: (-entry[1].missed, entry[0])):
        if key in untested and not _inside(key, untested):
            yield _function_finding(Slug.UNTESTED_FUNCTION, groups[key], tally)
        # What is not tried yet could still change that, and what survives is known the soonest.
        elif tally.tried >= UNNOTICED_AFTER and tally.survived * 2 > tally.tried + tally.pending:
            yield _function_finding(Slug.UNNOTICED_FUNCTION, groups[key], tally)


def _function(item: Judged) -> tuple[str, str]:
    return item.mutant.file, item.mutant.function


def _is_untested(tally: Counts) -> bool:
    return tally.no_coverage > 0 and tally.candidates == tally.no_coverage


def _inside(key: tuple[str, str], functions: set[tuple[str, str]]) -> bool:
    """Tell whether a function is defined inside another one of the set."""
    parts = key[1].split(".<locals>.")
    outer = (".<locals>.".join(parts[:end]) for end in range(1, len(parts)))
    return any((key[0], name) in functions for name in outer)


def _function_finding(slug: Slug, items: list[Judged], tally: Counts) -> Finding:
    first = items[0].mutant
    grave = sensitive(first.function)
    if slug is Slug.UNTESTED_FUNCTION:
        shown = [item for item in items if item.verdict is Verdict.NO_COVERAGE]
        faults = "a fault" if tally.no_coverage == 1 else f"any of {tally.no_coverage} faults"
        message = f"No test runs {first.function}: {faults} in it would go unseen."
        remedy = "Write a first test for it, or delete it if nothing uses it."
    else:
        shown = ranked(items)
        message = (
            f"Tests run {first.function}, yet {tally.survived} of {tally.tried} faults in it "
            "went unnoticed."
        )
        remedy = "Begin with the first fault listed: make one test fail under it."
    return Finding(
        id=finding_id(slug, first.file, first.function),
        slug=slug,
        severity=Severity.HIGH if grave else Severity.MEDIUM,
        file=first.file,
        line=first.unit_line if first.unit == first.function else first.line,
        message=message,
        evidence=tuple(item.mutant.id for item in shown),
        reproduce=f"refute show {shown[0].mutant.id}",
        remedy=remedy,
    )


def _silent(judged: Sequence[Judged], tests: Sequence[Test]) -> Iterator[Finding]:
    """Tests that ran against several faults and noticed none; the cases of one count as one."""
    faults: dict[str, set[str]] = defaultdict(set)
    loud: set[str] = set()
    for item in sorted(judged, key=place):
        if item.killed_by is not None:
            loud.add(base(item.killed_by))
        for test in item.tests_run:
            faults[base(test)].add(item.mutant.id)
    names = dict.fromkeys(base(t.id) for t in tests if t.outcome is TestOutcome.PASSED)
    for name in sorted(names, key=lambda name: -len(faults[name])):
        if name in loud or len(faults[name]) < SILENT_AFTER:
            continue
        shown = sorted(faults[name])
        yield Finding(
            id=finding_id(Slug.SILENT_TEST, name),
            slug=Slug.SILENT_TEST,
            severity=Severity.LOW,
            file=name.partition("::")[0],
            line=None,
            message=f"{name} ran against {len(shown)} faults and noticed nothing so far.",
            evidence=tuple(shown),
            reproduce=f"refute show {shown[0]}",
            remedy="Read what it asserts. Another test may have been quicker to notice, so "
            "this alone does not condemn it.",
        )


def _set_aside(tests: Iterable[Test], sealed: bool) -> Iterator[Finding]:
    """Tests that fail, or change their mind, on unchanged code."""
    for test in tests:
        if test.outcome is TestOutcome.FAILED:
            slug, what = Slug.RED_TEST, "fails without a fault"
            remedy = "Mend the test or the code; until then it can't notice anything."
            if sealed:
                # The command shows which of the two it is: it runs without a seal.
                what = "fails in the seal without a fault"
                remedy = (
                    "Run the command. If the test fails there too, mend it or the code; if it "
                    "passes, it needs what the seal keeps from it (other machines, a Unix "
                    "socket, hard links), and can't notice anything here."
                )
        elif test.outcome is TestOutcome.FLAKY:
            slug, what = Slug.FLAKY_TEST, "passes or fails by chance"
            remedy = "Find what it depends on: order, time, randomness, or state left behind."
        else:
            continue
        yield Finding(
            id=finding_id(slug, test.id),
            slug=slug,
            severity=Severity.MEDIUM,
            file=test.id.partition("::")[0],
            line=None,
            message=f"{test.id} {what}; set aside.",
            evidence=(test.detail,) if test.detail else (),
            reproduce=f"pytest {shlex.quote(test.id)}",
            remedy=remedy,
        )


def _unjudged(judged: Sequence[Judged]) -> Iterator[Finding]:
    """Faults that could not be judged, by the reason."""
    groups: dict[tuple[Verdict, str], list[Judged]] = {}
    for item in sorted(judged, key=place):
        if item.verdict in (Verdict.ERROR, Verdict.UNSTABLE):
            groups.setdefault((item.verdict, item.reason), []).append(item)
    for (verdict, reason), items in sorted(groups.items(), key=lambda one: (-len(one[1]), one[0])):
        files = Counter({name: tally.candidates for name, tally in by_file(items).items()})
        what = "could not be judged" if verdict is Verdict.ERROR else "got no stable verdict"
        number = "1 fault" if len(items) == 1 else f"{len(items)} faults"
        yield Finding(
            id=finding_id(Slug.UNJUDGED_CODE, verdict.value, reason),
            slug=Slug.UNJUDGED_CODE,
            severity=Severity.LOW,
            file=files.most_common(1)[0][0],
            line=None,
            message=f"{number} {what}: {reason or 'no reason was given'}.",
            evidence=tuple(f"{name}: {number}" for name, number in files.most_common()),
            reproduce=f"refute show {items[0].mutant.id}",
            remedy="They stand outside the score. The reason says what is in the way.",
        )


def _unsealed(reason: str) -> Iterator[Finding]:
    if reason:
        yield Finding(
            id=finding_id(Slug.UNSEALED),
            slug=Slug.UNSEALED,
            severity=Severity.MEDIUM,
            file="",
            line=None,
            message=f"The trials ran without a seal: {reason}.",
            evidence=(reason,),
            reproduce="refute doctor",
            remedy="Run where Linux user namespaces are allowed, or in a throw-away container.",
        )
