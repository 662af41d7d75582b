"""One test in full: what it is worth, what that rests on, its doubles, and what it crosses."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from rich.console import Console

from refute.judgement import (
    Judgement,
    KillKind,
    Strength,
    TestVerdict,
    Theatre,
    Verdict,
    percent,
    rank,
)
from refute.report import crop, heading, line, plural, printable, prose, rest
from refute.report.words import WORDS, Faults, crop_name, explain, is_aside, some, spot, stood_in

FAULTS = 10
DOUBLES = 8
CROSSINGS = 8
"""How many of each kind are shown; the rest is counted."""

_LEAST = 30
_WITNESSES = (TestVerdict.WITNESS, TestVerdict.FAINT_WITNESS)


def show(judgement: Judgement, test: str, console: Console) -> None:
    """Print all that is known of one test, by its node id, and the command that repeats it.

    Raises KeyError when the report has no such test.
    """
    number = {known.id: position for position, known in enumerate(judgement.tests)}[test]
    known, theatre = judgement.tests[number], judgement.theatre
    strength = None if theatre is None else theatre.strengths[number]
    line(console, (printable(known.id), "bold"))
    if strength is not None:
        word = WORDS[strength.verdict]
        said = "set aside" if is_aside(known, strength) else f"{word.one}: {word.meaning}"
        line(console, (said, f"bold {word.style}"))
    told_first = f"the first to notice {plural(known.kills, 'fault')}"
    on_lines = f"{plural(known.covers, 'fault')} on lines that it runs or imports"
    line(console, (f"{known.outcome}, {known.seconds:.3f} s, {told_first}; {on_lines}", "dim"))
    console.print()
    if strength is None:
        prose(console, "The last run did not judge what its tests are worth.")
    else:
        prose(console, explain(known, strength))
        _numbers(strength, console)
    told, overlooked, by_chance = _faults(judgement, number)
    faults = Faults(judgement)
    _list(console, "Faults that it was told of", told, faults)
    _list(console, "Faults that it overlooked", overlooked, faults)
    _list(console, "Faults that it noticed, but was not told of", by_chance, faults)
    if theatre is not None:
        _doubles(theatre, number, console)
        _crossings(theatre, number, console)
    _command(test, told, [*overlooked, *by_chance], strength, console)


def _numbers(strength: Strength, console: Console) -> None:
    """The counts that the verdict rests on, one a line; only those that say something."""
    if not strength.faults:
        return
    of = f"{strength.tried:,} of {plural(strength.faults, 'fault')} in reach"
    rows = [(of, "tried")]
    kinds = (
        (strength.told, "told: an assertion said so"),
        (strength.tripped, "tripped: an assertion failed only because the code blew up"),
        (strength.crashed, "crashed: the exception reached the test"),
        (strength.timeout, "timeout: it did not come to its end"),
        (strength.tried - strength.noticed, "not noticed"),
    )
    rows += [(f"{number:,}", words) for number, words in kinds if number]
    if strength.mild:
        share = percent(strength.mild_told, strength.mild)
        rows.append((f"{strength.mild_told:,} of {strength.mild:,}", f"mild faults told ({share})"))
    if strength.alone is not None:
        rows.append((f"{strength.alone:,}", "told to no other test"))
    if strength.arguments:
        seen = f"{strength.arguments_noticed:,} of {strength.arguments:,}"
        rows.append((seen, "arguments of its doubles noticed when changed"))
    console.print()
    width = max(len(number) for number, _ in rows[1:]) if rows[1:] else 0
    line(console, f"  {of} tried")
    for number, words in rows[1:]:
        line(console, f"    {number:>{width}}  ", (words, "dim"))
    if strength.redundant:
        prose(console, "All of it is told to a quicker test, too.", 2, "dim")


def _faults(judgement: Judgement, number: int) -> tuple[list[str], list[str], list[str]]:
    """Ids of faults that the test was told of, that it overlooked, and that only blew up in it,
    as far as known.

    Evidence of the verdict comes first, then what the score phase met. What runs at import is put
    before every test, most of which have nothing to do with it: they overlook nothing there.
    """
    test, theatre = judgement.tests[number].id, judgement.theatre
    told: dict[str, None] = {}
    overlooked: dict[str, None] = {}
    by_chance: dict[str, None] = {}
    if theatre is not None:
        strength = theatre.strengths[number]
        if strength.verdict in _WITNESSES:
            told.update(dict.fromkeys(strength.evidence))
        elif strength.tried > strength.noticed:
            overlooked.update(dict.fromkeys(strength.evidence))
        else:
            by_chance.update(dict.fromkeys(strength.evidence))
        for one in theatre.double_faults:
            # Nobody noticed it, so this test did not.
            if number in one.fault.tests and one.tried == len(one.fault.tests) and not one.noticed:
                overlooked[one.fault.id] = None
    for item in sorted(judgement.judged, key=rank, reverse=True):
        if item.killed_by == test and item.kill_kind is KillKind.TOLD:
            told[item.mutant.id] = None
        elif item.killed_by == test:
            by_chance[item.mutant.id] = None
        elif item.mutant.unit is None or test not in item.tests_run:
            continue
        elif item.verdict is Verdict.SURVIVED or item.killed_by:
            overlooked[item.mutant.id] = None
    return list(told), [id for id in overlooked if id not in told], list(by_chance)


def _list(console: Console, title: str, ids: list[str], faults: Faults) -> None:
    if not ids:
        return
    heading(console, title)
    rows(console, ids, faults)


def rows(console: Console, ids: Iterable[str], faults: Faults) -> None:
    """Print faults, one a line, the first few."""
    known = [faults[id] for id in ids]
    width = max((len(one.spot) for one in known[:FAULTS]), default=0)
    for one in known[:FAULTS]:
        where = (f"{one.spot:<{width}}", "cyan")
        room = max(_LEAST, console.width - 6 - len(one.id) - width)
        words = f"  {crop(one.words, room)}" if one.words else ""
        line(console, "  ", (one.id, "bold"), *(("  ", where, words) if one.spot else ()))
    rest(console, len(known) - FAULTS, "fault")


def _doubles(theatre: Theatre, number: int, console: Console) -> None:
    found = [one for one in theatre.doubles if number in one.tests]
    if found:
        heading(console, "Its doubles")
    for double in found[:DOUBLES]:
        name = crop(printable(double.shown), max(_LEAST, console.width - 4 - len(double.id)))
        line(console, "  ", (double.id, "bold"), f"  {name}")
        prose(console, stood_in(double), 4, "dim")
        for lie in double.lies:
            if number in lie.tests:
                prose(console, f"lies: {printable(lie.message)}", 4, "red")
    rest(console, len(found) - DOUBLES, "double")
    for deaf in theatre.deaf_tests:
        if deaf.test == number:
            receive = plural(len(deaf.places), "argument")
            prose(console, f"They receive {receive}, and it notices no change of any.", 2)
    for one in theatre.unread:
        if number in one.tests:
            prose(console, printable(f"Never used: {one.what} of {one.double}."), 2)


def _crossings(theatre: Theatre, number: int, console: Console) -> None:
    """What it crosses really, what doubles keep it from, and what it says of itself."""
    leaks = {(one.file, one.line) for one in theatre.leaks if one.test == number}
    found = [one for one in theatre.boundaries if number in one.really or number in one.doubled]
    if found:
        heading(console, "Boundaries that it comes to")
    for one in found[:CROSSINGS]:
        how = "really " if number in one.really else "doubled"
        where = spot(one.file, one.line)
        what = crop_name(some(one.what, 1), max(_LEAST, console.width - 20 - len(where)))
        leak = "  a leak" if (one.file, one.line) in leaks else ""
        line(console, f"  {how}  ", (where, "cyan"), f"  {what}", (leak, "red"))
    rest(console, len(found) - CROSSINGS, "boundary", "boundaries")
    looks = dict.fromkeys(one.looks for one in theatre.leaks if one.test == number)
    if looks:
        prose(console, printable(f"It looks isolated: {', '.join(looks)}."), 2)
    for claim in theatre.claims:
        if claim.test == number:
            crosses = ", ".join(claim.crosses) if claim.crosses else "nothing"
            says = f"It says {', '.join(claim.claims)}, and really crosses {crosses}."
            prose(console, printable(says), 2)


def _command(
    test: str, told: list[str], others: list[str], strength: Strength | None, console: Console
) -> None:
    """The command that repeats the most telling of it."""
    witness = strength is not None and strength.verdict in _WITNESSES
    first = [*told, *others] if witness else [*others, *told]
    if first:
        console.print()
        command = f"refute try {first[0]} {shlex.quote(printable(test))}"
        line(console, "To see it with your own eyes: ", (command, "bold cyan"))
