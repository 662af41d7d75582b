"""What a reader should know of tests and doubles, with the command that shows it."""

from __future__ import annotations

import shlex
from collections import defaultdict
from collections.abc import Iterable, Iterator

from refute.baseline import Baseline, Test
from refute.finding import Finding, Severity, Slug, finding_id, ordered
from refute.metrics.mutation import percent
from refute.metrics.ranking import base, sensitive
from refute.strength import Strength, TestVerdict
from refute.theatre.claims import Leak
from refute.theatre.places import BlindPlace, UnreadArrangement, calls_of
from refute.theatre.theatre import Theatre

_BLAMED = {
    TestVerdict.UNTOUCHED: (
        Slug.UNTOUCHED_TEST,
        Severity.LOW,
        "Let it call the project, or delete it: it would pass without the project's code.",
    ),
    TestVerdict.PRAYER: (
        Slug.PRAYER,
        Severity.HIGH,
        "Assert on what the project decides, returns or sends; until then the test can't fail.",
    ),
    TestVerdict.ECHO: (
        Slug.ECHO,
        Severity.HIGH,
        "Assert on what project code makes of the values that the doubles return.",
    ),
    TestVerdict.SMOKE: (
        Slug.SMOKE_TEST,
        Severity.MEDIUM,
        "Assert on a result: as it is, the test knows only that nothing crashed.",
    ),
    TestVerdict.FAINT_WITNESS: (
        Slug.FAINT_WITNESS,
        Severity.LOW,
        "Make its assertions say more of what the code does; begin with the fault shown.",
    ),
}
"""Verdicts that are worth a finding, the weakest first."""


def find(theatre: Theatre, baseline: Baseline) -> tuple[Finding, ...]:
    """All findings on tests and doubles, by severity, then kind."""
    return ordered(
        [
            *_verdicts(theatre, baseline.tests),
            *_leaks(theatre.leaks, baseline.tests),
            *_claims(theatre, baseline.tests),
            *_blind(theatre.blind_places, baseline.tests),
            *_deaf(theatre, baseline.tests),
            *_lies(theatre),
            *_unread(theatre, baseline.tests),
        ]
    )


def _verdicts(theatre: Theatre, tests: tuple[Test, ...]) -> Iterator[Finding]:
    """One finding a test function: its cases are as good as the best of them."""
    weakest = list(_BLAMED)
    groups: defaultdict[str, list[tuple[int, Strength]]] = defaultdict(list)
    for number, strength in enumerate(theatre.strengths):
        groups[tests[number].defined or base(tests[number].id)].append((number, strength))
    for cases in groups.values():
        name = base(tests[cases[0][0]].id)
        judged = [case for case in cases if case[1].verdict not in _NOT_JUDGED]
        if not judged or any(case[1].verdict is TestVerdict.WITNESS for case in judged):
            continue
        verdict = max((case[1].verdict for case in judged), key=weakest.index)
        shown = [case for case in judged if case[1].verdict is verdict]
        number, strength = max(shown, key=lambda case: (case[1].tried, -case[0]))
        slug, severity, remedy = _BLAMED[verdict]
        more = f" The same holds for {len(shown) - 1} more of its cases." if len(shown) > 1 else ""
        yield Finding(
            id=finding_id(slug, name),
            slug=slug,
            severity=severity,
            file=name.partition("::")[0],
            line=None,
            message=_said(verdict, tests[number].id, strength) + more,
            evidence=strength.evidence,
            reproduce=_try(strength.evidence, tests[number]),
            remedy=remedy,
        )


_NOT_JUDGED = (TestVerdict.FLAKY, TestVerdict.UNJUDGED)


def _said(verdict: TestVerdict, name: str, strength: Strength) -> str:
    tried = f"all {strength.tried} faults that can be made in what it runs"
    if verdict is TestVerdict.UNTOUCHED:
        return f"{name} executes no line of the project."
    if verdict is TestVerdict.PRAYER:
        return f"{name} was run against {tried}, and noticed none: it is a prayer."
    if verdict is TestVerdict.ECHO:
        return (
            f"{name} was run against {tried}, and noticed only those in its doubles: "
            "it is an echo of what they were told to return."
        )
    if verdict is TestVerdict.SMOKE:
        return (
            f"{name} was run against {tried}: it was told none, and noticed "
            f"{strength.noticed} only because something {strength.mishap}. It is a smoke test."
        )
    alone = "" if strength.alone is None else f", and is alone on {strength.alone}"
    return (
        f"{name} is a faint witness: it is told of {strength.mild_told} of {strength.mild} mild "
        f"faults ({percent(strength.mild_told, strength.mild)}){alone}."
    )


def _leaks(leaks: Iterable[Leak], tests: tuple[Test, ...]) -> Iterator[Finding]:
    """One finding a line that crosses, and what is crossed there."""
    groups: defaultdict[tuple[str, int, str], list[Leak]] = defaultdict(list)
    for leak in leaks:
        groups[leak.file, leak.line, leak.words].append(leak)
    for (file, line, words), found in groups.items():
        names = list(dict.fromkeys(tests[leak.test].id for leak in found))
        others = f" and {len(names) - 1} more look" if len(names) > 1 else " looks"
        yield Finding(
            id=finding_id(Slug.LEAK, file, words, base(names[0])),
            slug=Slug.LEAK,
            severity=Severity.HIGH if found[0].remote else Severity.MEDIUM,
            file=file,
            line=line,
            message=f"{names[0]}{others} isolated ({found[0].looks}), and yet this is real: "
            f"{words}.",
            evidence=tuple(names),
            reproduce=f"refute show {shlex.quote(names[0])}",
            remedy="Put a double in its place too, or say by name, path or marker that the test "
            "needs the real thing.",
        )


def _claims(theatre: Theatre, tests: tuple[Test, ...]) -> Iterator[Finding]:
    """One finding a test function that claims what it does not do."""
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for number, claim in enumerate(theatre.claims):
        groups[base(tests[claim.test].id)].append(number)
    for name, numbers in groups.items():
        claims = [theatre.claims[number] for number in numbers]
        if not all(claim.empty for claim in claims):
            continue
        doubles = tuple(dict.fromkeys(one for claim in claims for one in claim.doubles))
        place = f"; in the boundaries' place: {_list(doubles)}" if doubles else ""
        yield Finding(
            id=finding_id(Slug.EMPTY_CLAIM, name),
            slug=Slug.EMPTY_CLAIM,
            severity=Severity.MEDIUM if doubles else Severity.LOW,
            file=name.partition("::")[0],
            line=None,
            message=f"{name} is called {_list(claims[0].claims)}, and crosses no real "
            f"boundary{place}.",
            evidence=doubles,
            reproduce=f"refute show {shlex.quote(tests[claims[0].test].id)}",
            remedy="Let it use the real thing, or call it what it is.",
        )


def _blind(places: tuple[BlindPlace, ...], tests: tuple[Test, ...]) -> Iterator[Finding]:
    """One finding a call, those that most tests receive first."""
    for group in sorted(calls_of(places), key=lambda group: -len(group[0].tests)):
        first = group[0]
        count = len({test for place in group for test in place.tests})
        number = "1 test receives it" if count == 1 else f"{count} tests receive it"
        arguments = _list([place.argument for place in group])
        grave = sensitive(first.function, first.target)
        yield Finding(
            id=finding_id(Slug.BLIND_PLACE, first.call),
            slug=Slug.BLIND_PLACE,
            severity=Severity.HIGH if grave else Severity.MEDIUM,
            file=first.file,
            line=first.line,
            message=f"{first.target or 'a double'}, called in {first.function}: {number}, and none "
            f"notices a change of {arguments}. {first.example} still passes.",
            evidence=tuple(fault for place in group for fault in place.faults),
            reproduce=_try(first.faults, tests[first.tests[0]]),
            remedy="Assert on the whole call (assert_called_once_with), or use the real thing.",
        )


def _deaf(theatre: Theatre, tests: tuple[Test, ...]) -> Iterator[Finding]:
    seen: set[str] = set()
    for deaf in theatre.deaf_tests:
        test = tests[deaf.test]
        if base(test.id) in seen:
            continue
        seen.add(base(test.id))
        yield Finding(
            id=finding_id(Slug.DEAF_TEST, base(test.id)),
            slug=Slug.DEAF_TEST,
            severity=Severity.MEDIUM,
            file=test.id.partition("::")[0],
            line=None,
            message=f"The doubles of {test.id} receive {len(deaf.places)} arguments, and it "
            "notices none of the changes that were tried in them.",
            evidence=deaf.places,
            reproduce=_try((deaf.fault,), test),
            remedy="Assert on what the doubles were called with, not only that they were.",
        )


def _lies(theatre: Theatre) -> Iterator[Finding]:
    for double in theatre.doubles:
        for lie, others in double.by_file:
            unused, contract = lie.kind == "unused", lie.kind == "contract"
            did = "accepts too much" if contract else "does what the real one could not"
            yield Finding(
                id=finding_id(Slug.LYING_DOUBLE, double.id, lie.kind, lie.message, lie.file),
                slug=Slug.LYING_DOUBLE,
                # A command that the real program refuses fails whenever it is really sent.
                severity=Severity.LOW if unused else Severity.HIGH if contract else Severity.MEDIUM,
                file=lie.file,
                line=lie.line or None,
                message=(
                    f"{double.shown} is replaced here, and nothing comes to the double."
                    if unused
                    else f"The double of {double.shown} {did}: {_sentence(lie.message)}"
                )
                + _more_lines(others),
                evidence=(double.id,),
                reproduce=f"refute show {double.id}",
                remedy="Patch it where the code looks it up, or drop it."
                if unused
                else "Correct what the code sends; `refute contracts` checks it again."
                if contract
                else "Make it behave as the real one does; autospec catches wrong calls.",
            )


def _sentence(text: str) -> str:
    return text if text.endswith("?") else text.rstrip(".") + "."


def _more_lines(others: int) -> str:
    if not others:
        return ""
    lines = "another line" if others == 1 else f"{others} more lines"
    return f" So it is on {lines} of this file."


def _unread(theatre: Theatre, tests: tuple[Test, ...]) -> Iterator[Finding]:
    # Where nothing comes to a double, what is arranged for it need not be said again.
    idle = {
        (double.shown, lie.file, lie.line)
        for double in theatre.doubles
        for lie in double.lies
        if lie.kind == "unused"
    }
    groups: defaultdict[tuple[str, str, str], list[UnreadArrangement]] = defaultdict(list)
    for one in theatre.unread:
        if (one.double, one.file, one.line) not in idle:
            groups[one.double, one.what, one.file].append(one)
    for one, *others in groups.values():
        yield Finding(
            id=finding_id(Slug.UNREAD_ARRANGEMENT, one.double, one.what, one.file),
            slug=Slug.UNREAD_ARRANGEMENT,
            severity=Severity.LOW,
            file=one.file,
            line=one.line or None,
            message=f"The project never uses what is arranged for {one.double} here: {one.what}."
            + _more_lines(len(others)),
            evidence=tuple(tests[test].id for each in (one, *others) for test in each.tests),
            reproduce=f"refute show {shlex.quote(tests[one.tests[0]].id)}",
            remedy="Drop it, or find out why the code takes another way.",
        )


def _try(faults: tuple[str, ...], test: Test) -> str:
    """The command that runs the test under the first of the faults."""
    if not faults:
        return f"refute show {shlex.quote(test.id)}"
    return f"refute try {faults[0]} {shlex.quote(test.id)}"


def _list(words: Iterable[str], most: int = 3) -> str:
    names = list(words)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + rest
