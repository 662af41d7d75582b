"""What the tests and their doubles are worth, for a person at a terminal; a screen or two."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console

from refute.judgement import (
    BlindPlace,
    Fate,
    Judgement,
    Slug,
    TestVerdict,
    Theatre,
    base,
    calls_of,
    finding_id,
    percent,
    sensitive,
)
from refute.report import colour, crop, crop_path, heading, line, plural, printable, prose, rest
from refute.report.accepted import accepted_ids
from refute.report.reality import real_world
from refute.report.weak import Weak, weakest
from refute.report.words import WORDS, crop_name, example, is_aside, some, spot, stood_in

WEAK = 8
CALLS = 4
DOUBLES = 4
LIES = 3
NAMED = 3
"""How many of each kind are shown; the rest is counted."""

LEAST = 40
"""Columns that a name may have in any case."""

NOT_JUDGED = (TestVerdict.UNJUDGED, TestVerdict.FLAKY)


def render(judgement: Judgement, console: Console) -> None:
    """Print what was judged of tests and doubles; nothing where that was not judged."""
    theatre = judgement.theatre
    if theatre is None:
        return
    names = [printable(test.id) for test in judgement.tests]
    spared = accepted_ids(judgement)
    weak = weakest(theatre, judgement.tests, spared)
    _verdicts(judgement, theatre, console)
    _weak(weak, names, console)
    _blind(theatre, spared, console)
    _doubles(theatre, console)
    _lies(theatre, console)
    real_world(theatre, names, console)
    _asides(theatre, names, console)
    _commands(theatre, [test.id for test in judgement.tests], weak, console)


def _verdicts(judgement: Judgement, theatre: Theatre, console: Console) -> None:
    """How many tests are worth what, the best first."""
    heading(console, "What the tests are worth")
    if not theatre.strengths:
        console.print("There is no test to judge.")
        return
    if any(note.slug == "doubles-not-observed" for note in judgement.notes):
        said = "Test doubles were not observed: all this rests on faults in the project's own code."
        prose(console, said, 0, "yellow")
    counts = Counter(strength.verdict for strength in theatre.strengths)
    judged = sum(number for verdict, number in counts.items() if verdict not in NOT_JUDGED)
    aside = sum(
        is_aside(test, strength)
        for test, strength in zip(judgement.tests, theatre.strengths, strict=True)
    )
    counts[TestVerdict.UNJUDGED] -= aside
    _good(counts[TestVerdict.WITNESS], judged, counts[TestVerdict.UNJUDGED], console)
    rows = []
    for verdict, word in WORDS.items():
        number = counts[verdict]
        rows.append((number, word.one if number == 1 else word.many, word.meaning, word.style))
    rows.append((aside, "set aside", "skipped, or failing without any fault", "dim"))
    width = max(len(f"{number:,}") for number, *_ in rows)
    for number, name, meaning, style in rows:
        if number:
            line(console, f"  {number:>{width},} ", (f"{name:<16} ", style), (meaning, "dim"))
    redundant = sum(strength.redundant is True for strength in theatre.strengths)
    if redundant:
        who = "1 witness is" if redundant == 1 else f"{redundant:,} witnesses are"
        prose(console, f"{who} told of nothing that a quicker test is not told of, too.", 2, "dim")


def _good(good: int, judged: int, unjudged: int, console: Console) -> None:
    """The share of good witnesses; where most tests are unjudged, that of the few is no share."""
    if judged and judged < unjudged:
        said = f"Only {judged:,} of {plural(judged + unjudged, 'test')} could be judged; "
        line(console, (f"{said}{good:,} {_are(good)}.", "bold"))
    elif judged:
        said = f"{good:,} of {plural(judged, 'judged test')} {_are(good)}: "
        line(console, (said, "bold"), (percent(good, judged), f"bold {colour(good / judged)}"))


def _are(witnesses: int) -> str:
    return "is a good witness" if witnesses == 1 else "are good witnesses"


def _weak(weak: Sequence[Weak], names: Sequence[str], console: Console) -> None:
    if not weak:
        return
    heading(console, "Tests that can hardly fail")
    for one in weak[:WEAK]:
        strength, word = one.strength, WORDS[one.verdict]
        tried = f"{strength.tried:,}"
        counts = {
            TestVerdict.PRAYER: f"noticed none of {tried}",
            TestVerdict.ECHO: f"noticed {strength.noticed:,} of {tried}, all in doubles",
            TestVerdict.SMOKE: f"told of none of {tried}, {strength.noticed:,} {strength.mishap}",
        }[one.verdict]
        cases = "" if one.of == 1 else f" ({one.cases} of {plural(one.of, 'case')})"
        room = max(LEAST, console.width - 18 - len(cases) - len(counts))
        name = crop_path(printable(one.name), room) + cases
        line(console, (f"  {word.one:<10}  ", word.style), name, (f"  {counts}", "dim"))
    rest(console, len(weak) - WEAK, "test")


def ranked(places: Sequence[BlindPlace]) -> list[list[BlindPlace]]:
    """Blind places by call, the call most worth a look first."""

    def worth(group: list[BlindPlace]) -> tuple[bool, int, int]:
        first = group[0]
        return not sensitive(first.function, first.target), -_tests(group), -len(group)

    return sorted(calls_of(places), key=worth)


def _tests(group: Iterable[BlindPlace]) -> int:
    """How many tests receive the call."""
    return len({test for place in group for test in place.tests})


def _blind(theatre: Theatre, spared: frozenset[str], console: Console) -> None:
    groups = [
        group
        for group in ranked(theatre.blind_places)
        if finding_id(Slug.BLIND_PLACE, group[0].call) not in spared
    ]
    if not groups:
        return
    heading(console, "Blind places most worth a look: nobody notices a wrong value there")
    for group in groups[:CALLS]:
        first = group[0]
        more = len(group) - 1
        where = spot(first.file, first.line)
        inside = printable(first.function)
        taken = len(where) + len(inside) + len(first.id) + 10
        # Where the target is not known, only the way from the double to what is called is.
        target = printable(first.target.lstrip(".") or "a double")
        called = crop_name(target, max(LEAST // 2, console.width - taken))
        line(console, "  ", (where, "cyan"), f"  {called} in {inside}  ", (first.id, "bold"))
        *above, last = example(first.example, console.width - 17)
        for text in above:
            line(console, f"    {text}")
        line(console, f"    {last}", (", still green", "red"))
        arguments = f", and so for {plural(more, 'more argument')}" if more else ""
        line(console, (f"    in {plural(_tests(group), 'test')}{arguments}", "dim"))
    rest(console, len(groups) - CALLS, "call")


def _doubles(theatre: Theatre, console: Console) -> None:
    fates = Counter(trace.fate for trace in theatre.traces.values())
    found = [one for one in theatre.doubles if one.swallowed or one.blind_places]
    if not found and not fates:
        return
    heading(console, "What the doubles swallow")
    if fates:
        parts = (
            (Fate.SWALLOWED, "swallowed by a double or a real boundary"),
            (Fate.PROPAGATED, "returned, and nobody asserted on it"),
            (Fate.NO_DIFFERENCE, "without any difference there"),
        )
        said = "; ".join(f"{fates[fate]:,} {words}" for fate, words in parts if fates[fate])
        looked = plural(fates.total(), "survivor")
        prose(console, f"Where {looked} went: {said}.", 2)
    for double in found[:DOUBLES]:
        name = crop(printable(double.shown), max(LEAST, console.width - 4 - len(double.id)))
        line(console, "  ", name, "  ", (double.id, "bold"))
        prose(console, stood_in(double), 4, "dim")
    rest(console, len(found) - DOUBLES, "such double")


def _lies(theatre: Theatre, console: Console) -> None:
    # What is put where nobody looks it up does no harm; the others come first.
    lies = [(double, *pair) for double in theatre.doubles for pair in double.by_file]
    lies.sort(key=lambda one: one[1].kind == "unused")
    if not lies:
        return
    heading(console, "Doubles that lie")
    for double, lie, others in lies[:LIES]:
        where = spot(lie.file, lie.line)
        room = max(LEAST, console.width - 6 - len(where) - len(double.id))
        line(
            console,
            "  ",
            (where, "cyan"),
            f"  {crop(printable(double.shown), room)}  ",
            (double.id, "bold"),
        )
        more = f"; so on {plural(others, 'more line')} of this file" if others else ""
        prose(console, printable(lie.message) + more, 4)
    rest(console, len(lies) - LIES, "lie")


def _raises(theatre: Theatre) -> list[str]:
    """What became of the exceptions of doubles that stand for the project's own functions."""
    counts = Counter(one.verdict for double in theatre.doubles for one in double.raises)
    if not counts:
        return []
    said = (
        f"Exceptions that doubles raise: {counts['escapes']:,} that the real one may let out, "
        f"{counts['lies']:,} that it never does, {counts['not_examined']:,} not examined."
    )
    return [said]


def _asides(theatre: Theatre, names: Sequence[str], console: Console) -> None:
    """What is worth a line, and no part of its own."""
    said: list[str] = []
    deaf = list(dict.fromkeys(base(names[one.test]) for one in theatre.deaf_tests))
    if deaf:
        who = "1 test notices" if len(deaf) == 1 else f"{len(deaf):,} tests notice"
        said.append(
            f"{who} no change of any argument that doubles receive there: "
            f"{some((name.rpartition('::')[2] for name in deaf), NAMED)}."
        )
    unread = theatre.unread
    if unread:
        were = "is" if len(unread) == 1 else "are"
        doubles = dict.fromkeys(printable(one.double) for one in unread)
        said.append(
            f"{plural(len(unread), 'arrangement')} of doubles {were} never used by the project: "
            f"{some(doubles, NAMED)}."
        )
    said += _raises(theatre)
    if said:
        heading(console, "Besides")
    for text in said:
        prose(console, text, 2)


def _commands(theatre: Theatre, ids: Sequence[str], weak: Sequence[Weak], console: Console) -> None:
    """What to type to see it with one's own eyes."""
    tries: list[tuple[str, int]] = []
    for one in weak:
        if one.verdict is TestVerdict.PRAYER and one.strength.evidence:
            tries.append((one.strength.evidence[0], one.test))
    for group in ranked(theatre.blind_places):
        if group[0].faults and group[0].tests:
            tries.append((group[0].faults[0], group[0].tests[0]))
    shown = [one.test for one in weak] or [test for _, test in tries]
    if tries or shown:
        console.print()
    if tries:
        fault, test = tries[0]
        command = f"refute try {fault} {shlex.quote(printable(ids[test]))}"
        line(console, "To watch a test stay green: ", (command, "bold cyan"))
    if shown:
        command = f"refute show {shlex.quote(printable(ids[shown[0]]))}"
        line(console, "To read about a test: ", (command, "bold cyan"))
