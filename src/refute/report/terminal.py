"""The summary of a run, for a person at a terminal; about one screen."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from rich.console import Console

from refute.judgement import (
    Counts,
    Finding,
    Judged,
    Judgement,
    Slug,
    base,
    percentage,
)
from refute.report import (
    bar,
    crop,
    crop_path,
    heading,
    line,
    plural,
    printable,
    prose,
    rest,
    theatre,
)
from refute.report.accepted import accepted
from refute.report.clarity import clarity
from refute.report.diff import excerpt, fitted
from refute.report.headline import headline
from refute.report.outside import OUTSIDE, in_words, left_out, set_aside
from refute.report.speed import speed
from refute.report.words import fate

FILES = 8
FUNCTIONS = 5
UNTESTED = 3
SURVIVORS = 5
TESTS = 5
NAMED = 3
_CUTS = re.compile("::|/")
"""Where the parts of a node id meet."""
"""How many of each kind are shown; the rest is counted."""

NARROWEST = 12
"""Columns that a path has in any case."""

STYLES = {"-": "red", "+": "green", " ": "dim"}


def render(judgement: Judgement, console: Console) -> None:
    """Print the summary. Without colours it says the same."""
    counts = judgement.counts
    judged = bool(counts.tried or (counts.scored and not counts.pending))
    console.print()
    if judged:
        headline(judgement, counts, console)
    else:
        prose(console, f"Nothing was judged: {_why_nothing(judgement, counts)}.", style="bold red")
    set_aside(judgement.findings, console)
    if judged:
        _files(judgement, console)
        _functions(judgement, console)
        _survivors(judgement, console)
        if judgement.theatre is None:
            _silent(judgement.findings, console)
    left_out(judgement, console)
    theatre.render(judgement, console)
    speed(judgement, console)
    clarity(judgement, console)
    accepted(judgement, console)
    next_step(judgement, judged, console)


def _why_nothing(judgement: Judgement, counts: Counts) -> str:
    outside = ((verdict, getattr(counts, verdict.value)) for verdict in OUTSIDE)
    found = [in_words(verdict, number) for verdict, number in outside if number]
    if counts.no_coverage:
        found.insert(0, f"{plural(counts.no_coverage, 'fault')} on lines that no test runs")
    if found:
        return ", ".join(found)
    chosen = judgement.selection
    if chosen.changes:
        return f"nothing has changed that a fault could be made in ({chosen.part})"
    if chosen.shard:
        return f"none of the faults is in this part ({chosen.part})"
    return "no fault could be made in the chosen code" + (f": {chosen.part}" if chosen.part else "")


def _files(judgement: Judgement, console: Console) -> None:
    tallies = [(file, tally) for file, tally in judgement.by_file.items() if tally.scored]
    missed = [(file, tally) for file, tally in tallies if tally.missed]
    if not missed:
        console.print(f"\nNothing went unnoticed, in {plural(len(tallies), 'file')}.")
        return
    missed.sort(key=lambda one: (-one[1].missed, one[0]))
    widest = max(len(file) for file, _ in missed[:FILES])
    width = min(widest, max(NARROWEST, console.width - 54))
    cells = 10 if console.width >= NARROWEST + 54 else 6
    heading(console, "Files, most unnoticed faults first")
    score = "so far" if judgement.counts.pending else "score"
    title = f"  {'':<{width}}  {score:>{cells + 8}}  {'gap':>6}  {'survived':>9}  {'not run':>8}"
    line(console, (title, "dim"))
    for file, tally in missed[:FILES]:
        share = tally.detected / tally.scored
        line(
            console,
            f"  {crop_path(printable(file), width):<{width}}  ",
            *bar(share, cells, console),
            f"  {percentage(share):>6}  {percentage(tally.oracle_gap or 0.0):>6}",
            f"  {tally.survived or '-':>9}  {tally.no_coverage or '-':>8}",
        )
    rest(console, len(missed) - FILES, "file")
    prose(
        console,
        "gap: faults on lines that tests run, and nobody checks (coverage - score)",
        2,
        "dim",
    )


def _functions(judgement: Judgement, console: Console) -> None:
    """Functions that are run while nobody looks, then those that no test runs."""
    functions = {item.mutant.id: item.mutant.function for item in judgement.judged}
    tallies = judgement.by_function
    for slug, title, most in (
        (Slug.UNNOTICED_FUNCTION, "Functions that tests run without noticing faults", FUNCTIONS),
        (Slug.UNTESTED_FUNCTION, "Functions that no test runs", UNTESTED),
    ):
        found = [one for one in judgement.findings if one.slug is slug and not one.accepted]
        if not found:
            continue
        heading(console, title)
        width = min(30, max(len(functions[one.evidence[0]]) for one in found[:most]))
        for finding in found[:most]:
            name = functions[finding.evidence[0]]
            tally = tallies[finding.file, name]
            if slug is Slug.UNTESTED_FUNCTION:
                state = plural(tally.scored, "fault")
            else:
                state = f"{tally.survived} of {tally.tried} unnoticed"
            line(
                console,
                f"  {crop(printable(name), width):<{width}}  {state:<19}  ",
                (crop_path(spot(finding), max(24, console.width - width - 25)), "cyan"),
            )
        rest(console, len(found) - most, "function")


def spot(finding: Finding) -> str:
    """Where a finding is, fit to be printed."""
    return printable(finding.file if finding.line is None else f"{finding.file}:{finding.line}")


def _survivors(judgement: Judgement, console: Console) -> None:
    found = [one for one in judgement.findings if one.slug is Slug.SURVIVOR and not one.accepted]
    if not found:
        return
    by_id = {item.mutant.id: item for item in judgement.judged}
    heading(console, "Survivors most worth a look")
    for finding in varied(found, by_id):
        item = by_id[finding.evidence[0]]
        more = len(finding.evidence) - 1
        line(
            console,
            "  ",
            (spot(finding), "cyan"),
            f"  {printable(item.mutant.function)}  ",
            (item.mutant.id, "bold"),
            (f"  and {more:,} more on this line" if more else "", "dim"),
        )
        source = judgement.sources.get(item.mutant.file)
        for text in fitted(excerpt(source, item, most=2), console.width - 8):
            line(console, (f"    {text.mark} {text.text}", STYLES[text.mark]))
        lost = fate(judgement, item)
        where = f"; {lost}" if lost else ""
        prose(console, f"not noticed by {ran_over(item)}{where}", 4, "dim")
    rest(console, len(found) - SURVIVORS, "line with survivors", "lines with survivors")


def varied(found: Sequence[Finding], by_id: dict[str, Judged]) -> list[Finding]:
    """The first few, no two of one function while there are others."""
    seen: set[tuple[str, str]] = set()
    first: list[Finding] = []
    later: list[Finding] = []
    for finding in found:
        key = (finding.file, by_id[finding.evidence[0]].mutant.function)
        (later if key in seen else first).append(finding)
        seen.add(key)
    return (first + later)[:SURVIVORS]


def ran_over(item: Judged) -> str:
    """The tests that ran over a mutant: the first few by name, the cases of one together."""
    # In the suite's order: that of a trial has to do with how long each test happened to take.
    place = {test: number for number, test in enumerate(item.covered_by)}
    run = sorted(item.tests_run, key=lambda test: (place.get(test, len(place)), test))
    tests = run or item.covered_by
    cases = Counter(base(test) for test in tests)
    named = list(cases.items())[:NAMED]
    words = [
        printable(_apart(name, cases)) + (f" ({number} cases)" if number > 1 else "")
        for name, number in named
    ]
    more = len(tests) - sum(number for _, number in named)
    return ", ".join(words) + (f" and {plural(more, 'more test')}" if more > 0 else "")


def _apart(name: str, others: Collection[str]) -> str:
    """As much of the end of a node id as tells it from these others: most often its last part."""
    for cut in reversed(list(_CUTS.finditer(name))):
        if sum(other.endswith(name[cut.start() :]) for other in others) < 2:
            return name[cut.end() :]
    return name


def _silent(findings: Iterable[Finding], console: Console) -> None:
    silent = [one for one in findings if one.slug is Slug.SILENT_TEST]
    if not silent:
        return
    heading(console, "Tests that noticed nothing so far")
    for finding in silent[:TESTS]:
        name = printable(finding.message.partition(" ran against ")[0])
        line(console, f"  {name}", (f"  of {len(finding.evidence):,} faults", "dim"))
    rest(console, len(silent) - TESTS, "test")


def next_step(judgement: Judgement, judged: bool, console: Console) -> None:
    """The one command to type now."""
    shown = [
        one.reproduce
        for slug in (Slug.SURVIVOR, Slug.UNTESTED_FUNCTION)
        for one in judgement.findings
        if one.slug is slug and not one.accepted
    ]
    shard = judgement.selection.shard
    if judgement.partial or judgement.stopped:
        what, command = "To go on from here,", "run the same command again"
    elif shard:
        what, command = f"Part {shard}. To put all parts together:", "refute merge REPORTS"
    elif not judged:
        what, command = "To see what can be chosen:", "refute run --help"
    elif shown:
        what, command = "To see one closely:", shown[0]
    else:
        what, command = "To check these verdicts in fresh processes:", "refute verify --sample 50"
    console.print()
    line(console, f"{what} ", (printable(command), "bold cyan"))
