"""One mutant in full: what was changed, what became of it, and how to see it again."""

from __future__ import annotations

import shlex

from rich.console import Console

from refute.errors import fail
from refute.judgement import Judged, Judgement, Reached, Verdict
from refute.report import diff, line, plural, printable
from refute.report.headline import KINDS
from refute.report.terminal import STYLES
from refute.report.words import fate

TESTS = 12
"""How many tests are named; the rest is counted."""

VERDICTS = {
    Verdict.KILLED: ("killed: a test noticed", "green"),
    Verdict.TIMEOUT: ("timeout: noticed, as the test did not come to its end", "green"),
    Verdict.SURVIVED: ("survived: tests ran over it and none noticed", "red"),
    Verdict.NO_COVERAGE: ("no coverage: no test runs this line", "red"),
    Verdict.UNSTABLE: ("unstable: its verdict changes by chance", "yellow"),
    Verdict.EQUIVALENT: ("equivalent: it changes nothing, so no test could notice", "dim"),
    Verdict.UNVIABLE: ("unviable: it does not compile", "dim"),
    Verdict.SUPPRESSED: ("suppressed: left out by a rule", "dim"),
    Verdict.ERROR: ("error: it could not be judged", "yellow"),
    Verdict.PENDING: ("pending: not tried yet", "yellow"),
}

REACHED = {
    Reached.NOT_REACHED: "no test reached it",
    Reached.REACHED: "tests executed it",
    Reached.INFECTED: "it changed a value in front of the tests",
    Reached.SWALLOWED: "a double or a real boundary received something else",
    Reached.PROPAGATED: "something else came back to the tests, and nobody asserted on it",
}

MECHANISMS = {
    "swap": "swapped into the running code",
    "import": "imported from changed source",
    "cold": "in a fresh process on changed source",
}


def patch(judgement: Judgement, item: Judged) -> bytes:
    """A patch that ``git apply`` takes in the project's root on a clean tree.

    Raises RefuteError bad-report when the report lacks the file's source.
    """
    source = judgement.sources.get(item.mutant.file)
    if source is None:
        fail("bad-report", f"The report holds no source of {item.mutant.file}.")
    return diff.patch(source, item)


def show(judgement: Judgement, item: Judged, console: Console) -> None:
    """Print the mutant: change, verdict, evidence, tests, and the commands to repeat it."""
    mutant = item.mutant
    words, style = VERDICTS[item.verdict]
    line(console, (mutant.id, "bold"), "  ", (words, f"bold {style}"))
    line(
        console,
        (printable(f"{mutant.file}:{mutant.line}:{mutant.column}"), "cyan"),
        printable(f"  in {mutant.function}, operator {mutant.operator}"),
    )
    console.print()
    _change(judgement, item, console)
    console.print()
    _evidence(item, console)
    lost = fate(judgement, item)
    if lost:
        line(console, f"What became of it: {lost}")
    _tests(item, console)
    if mutant.excluded != "unviable":
        _by_hand(item, console)


def _by_hand(item: Judged, console: Console) -> None:
    """The commands that repeat the trial without refute."""
    command = f"refute show {item.mutant.id} --patch | git apply"
    first = item.killed_by or next(iter(item.tests_run), None)
    console.print()
    console.print("By hand, in the project's root:")
    line(console, (f"  {command}", "cyan"))
    if first is not None:
        line(console, (f"  pytest {shlex.quote(printable(first))}", "cyan"))
    line(console, (f"  {command} -R", "cyan"))


def _change(judgement: Judgement, item: Judged, console: Console) -> None:
    source = judgement.sources.get(item.mutant.file)
    lines = diff.excerpt(source, item, before=diff.CONTEXT, after=diff.CONTEXT)
    width = len(str(max((one.number or 0 for one in lines), default=0)))
    for one in lines:
        number = "" if one.number is None else str(one.number)
        text = f"  {number:>{width}} {one.mark} {printable(one.text)}"
        line(console, (text.rstrip(), STYLES[one.mark]))


def _evidence(item: Judged, console: Console) -> None:
    """What the verdict rests on, in whole sentences."""
    if item.killed_by is not None:
        line(console, printable(f"Noticed by {item.killed_by}"))
    if item.kill_kind is not None:
        console.print(f"  {item.kill_kind}: {KINDS[item.kill_kind]}")
    if item.failure is not None:
        said = f"  in {item.failure.phase}: {item.failure.exception}"
        if item.failure.message:
            said += f": {item.failure.message}"
        line(console, printable(said))
    if item.reached is not None:
        console.print(f"How far it got: {REACHED[item.reached]}.")
    reason = item.reason or item.mutant.reason
    if reason:
        console.print(printable(f"Reason: {reason}"))
    how = MECHANISMS.get(item.mechanism.value)
    if how is not None:
        again = "; taken over from an earlier run" if item.reused else ""
        console.print(f"How it was tried: {how}, {item.seconds:.3f} s{again}.")


def _tests(item: Judged, console: Console) -> None:
    covering = f"{plural(len(item.covered_by), 'test')} on its lines"
    if not item.tests_run:
        if item.covered_by:
            console.print(f"{covering}; none was run.")
        return
    console.print(f"{covering}; {len(item.tests_run):,} run, in this order:")
    for test in item.tests_run[:TESTS]:
        line(console, (f"  {printable(test)}", "dim"))
    if len(item.tests_run) > TESTS:
        line(console, (f"  and {len(item.tests_run) - TESTS:,} more", "dim"))
