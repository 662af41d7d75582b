"""One double, one blind place, one double fault: what each keeps from the tests."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from rich.console import Console

from refute.judgement import (
    BlindPlace,
    Judgement,
    MergedDouble,
    TriedDouble,
    base,
    rank,
)
from refute.report import heading, line, plural, printable, prose, rest
from refute.report.lookup import theatre_of
from refute.report.one_test import rows
from refute.report.words import Faults, argument, callee, changed, example, spot, stood_in

TESTS = 8
PLACES = 10
"""How many of each kind are shown; the rest is counted."""

RAISES = {
    "escapes": "so may the real one",
    "not_examined": "not examined whether the real one could",
}
"""What is said of an exception, by the verdict on it."""

KINDS = {
    "mock": "a mock",
    "async_mock": "an asynchronous mock",
    "autospec": "an autospec",
    "function": "a function in its place",
    "object": "an object of the tests' own",
    "value": "a plain value",
    "library": "a fake of a library",
}


def show_double(judgement: Judgement, double: MergedDouble, console: Console) -> None:
    """Print one double: what it is, what it swallows, what nobody looks at, how it lies."""
    theatre, faults = theatre_of(judgement), Faults(judgement)
    line(console, (double.id, "bold"), f"  {printable(double.shown)}")
    spec = ", with a spec" if double.spec and double.kind != "autospec" else ""
    made = f", first made at {spot(double.file, double.line)}" if double.file else ""
    calls = f"; called {plural(double.calls, 'time')} by project code"
    line(console, (f"{KINDS[double.kind.value]}{spec}{made}{calls}", "dim"))
    console.print()
    prose(console, f"It {'' if double.target else 'is '}{stood_in(double)}.")
    blind = [place for place in theatre.blind_places if place.id in double.blind_places]
    if blind:
        heading(console, "Arguments that nobody looks at; each of these changes stays green")
    _places(blind, console)
    if double.swallowed:
        heading(console, "Faults that it swallowed")
        ranks = {item.mutant.id: rank(item) for item in judgement.judged}
        found = sorted(double.swallowed, key=lambda id: ranks.get(id, 0), reverse=True)
        rows(console, found, faults)
    if double.lies:
        heading(console, "What it does, and the real one could not")
    for lie in double.lies:
        where = spot(lie.file, lie.line)
        line(console, "  ", (where, "cyan"), (f"  in {plural(len(lie.tests), 'test')}", "dim"))
        prose(console, printable(lie.message), 4)
    _raises(double, console)
    _tests(judgement, double.tests, "Tests that use it", console)
    for place in blind:
        if _try(judgement, place.faults, place.tests, console):
            return


def _raises(double: MergedDouble, console: Console) -> None:
    """What it raises that is no lie, and why that is not one, or not known to be."""
    others = [one for one in double.raises if one.verdict != "lies"]
    if not others:
        return
    heading(console, "What it raises besides" if double.lies else "What it raises")
    for one in others:
        name = printable(f"{one.exception} from {one.method}()" if one.method else one.exception)
        words = RAISES[one.verdict]
        prose(console, f"{name}: {words}: {printable(one.why)}.", 2)


def show_place(judgement: Judgement, place: BlindPlace, console: Console) -> None:
    """Print one blind place: the call, the changes that pass, the tests that receive it."""
    theatre, faults = theatre_of(judgement), Faults(judgement)
    line(
        console, (place.id, "bold"), "  ", ("blind place: nobody notices a change here", "bold red")
    )
    where = spot(place.file, place.line)
    line(console, (where, "cyan"), printable(f"  in {place.function}"))
    _source(judgement, place.file, place.line, console)
    console.print()
    number = "1 test receives" if len(place.tests) == 1 else f"{len(place.tests):,} tests receive"
    to = printable(place.target.lstrip(".") or "a double")
    prose(
        console,
        f"{number} this call of {to}, and none notices a change of its "
        f"{printable(argument(place.argument))}. Each was tried on each of them.",
    )
    console.print()
    line(console, f"  {printable(place.example)}", (", still green", "red"))
    if place.faults:
        heading(console, "All changes that were tried")
        rows(console, place.faults, faults)
    others = [one for one in theatre.blind_places if one.call == place.call and one.id != place.id]
    if others:
        heading(console, "Of the same call, nobody looks at these either")
    _places(others, console)
    _tests(judgement, place.tests, "Tests that receive the call", console)
    _try(judgement, place.faults, place.tests, console)


def show_fault(judgement: Judgement, tried: TriedDouble, console: Console) -> None:
    """Print one double fault: what it changes, and what the tests made of it."""
    fault = tried.fault
    if not tried.tried:
        words, style = "not tried", "yellow"
    elif tried.noticed:
        of = plural(tried.tried, "test")
        words, style = f"noticed by {tried.noticed:,} of {of}", "green"
    else:
        words, style = f"unnoticed by all of {plural(tried.tried, 'test')}", "red"
    line(console, (fault.id, "bold"), "  ", (words, f"bold {style}"))
    where = spot(fault.site.file, fault.site.line)
    line(console, (where, "cyan"), printable(f"  in {fault.site.function}"))
    _source(judgement, fault.site.file, fault.site.line, console)
    console.print()
    line(console, f"  {printable(callee(fault))}")
    line(console, f"  {changed(fault)}")
    kinds = ("told", "tripped", "crashed", "timeout")
    said = [f"{getattr(tried, kind):,} {kind}" for kind in kinds if getattr(tried, kind)]
    if said:
        console.print()
        console.print(f"How they noticed: {', '.join(said)}.")
    if fault.unit is None and not tried.tried:
        prose(console, "The call runs at import, where it can't be changed.")
    _tests(judgement, fault.tests, "Tests in which a double is called there", console)
    _try(judgement, (fault.id,), fault.tests, console)


def _source(judgement: Judgement, file: str, number: int, console: Console) -> None:
    """The line of the call, if the report has it."""
    source = judgement.sources.get(file)
    lines = [] if source is None else re.split(r"\r\n|\r|\n", source.text)
    if 0 < number <= len(lines):
        line(console, (f"  {number} | {printable(lines[number - 1].strip())}", "dim"))


def _places(places: Sequence[BlindPlace], console: Console) -> None:
    for place in places[:PLACES]:
        where = spot(place.file, place.line)
        line(
            console,
            "  ",
            (place.id, "bold"),
            "  ",
            (where, "cyan"),
            f"  {printable(argument(place.argument))}",
        )
        for text in example(place.example, console.width - 4):
            line(console, (f"    {text}", "dim"))
    rest(console, len(places) - PLACES, "argument")


def _tests(judgement: Judgement, tests: Sequence[int], title: str, console: Console) -> None:
    """The tests by function, the cases of one together."""
    if not tests:
        return
    cases: dict[str, int] = {}
    for test in tests:
        name = base(judgement.tests[test].id)
        cases[name] = cases.get(name, 0) + 1
    heading(console, title)
    for name, number in list(cases.items())[:TESTS]:
        several = f" ({number:,} cases)" if number > 1 else ""
        line(console, (f"  {printable(name)}{several}", "dim"))
    rest(console, len(cases) - TESTS, "test")


def _try(
    judgement: Judgement, faults: Sequence[str], tests: Sequence[int], console: Console
) -> bool:
    """The command that repeats the first trial; False when there is none."""
    if not faults or not tests:
        return False
    test = shlex.quote(printable(judgement.tests[tests[0]].id))
    console.print()
    line(console, "To see it: ", (f"refute try {faults[0]} {test}", "bold cyan"))
    return True
