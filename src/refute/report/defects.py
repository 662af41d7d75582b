"""Past bugs for a person at a terminal: a summary that fits a screen, and one bug in full."""

from __future__ import annotations

from rich.console import Console

from refute.judgement import percentage
from refute.judgement.defects import BugFate, BugRecord, Defects, KillKind, Unfit, Why
from refute.report import colour, heading, line, plural, printable, prose, rest

MISSED = 6
"""So many missed bugs are shown."""

LINES = 6
"""Changed lines that are shown of each."""

TESTS = 12

UNFIT = {
    Unfit.GONE: "nothing of the fix is left: today's code is the same without it",
    Unfit.CHANGED: "the code has changed too much since",
    Unfit.DELETED: "the code that was fixed is gone",
    Unfit.MISSING: "git does not have the versions before and after here",
    Unfit.SYNTAX: "what comes out is no Python of today",
    Unfit.REPEATED: "the same change as another fix, which is counted",
    Unfit.CODE_NEEDS_IT: "today's code needs what the fix brought",
    Unfit.TESTS_NEED_IT: "today's test files need what the fix brought; the other tests pass",
    Unfit.UNSTABLE: "the tests say now this and now that",
    Unfit.BROKEN: "it could not be run",
}

KINDS = {
    KillKind.TOLD: "told: an assertion of the test's own",
    KillKind.TRIPPED: "tripped: an assertion failed only because the code blew up",
    KillKind.CRASHED: "crashed: the bug's exception reached the test",
    KillKind.TIMEOUT: "timeout: the tests did not come to their end",
}

WHY = {
    Why.REVERT: "it takes another commit back",
    Why.ISSUE: "its message closes an issue",
    Why.MESSAGE: "its subject says so",
    Why.RULE: "by your own rule",
    Why.CATALOGUE: "from the catalogue",
}

HOW = {
    "patch": "the fix, applied backwards",
    "merge": "a three-way merge of today's file and the one before the fix",
    "function": "the functions that the fix changed, as they were",
}


def render(defects: Defects, console: Console) -> None:
    """Print the rate, the missed bugs, and what could not be replayed."""
    counts = defects.counts
    console.print()
    if counts.rate is None:
        line(console, ("No past bug could be replayed.", "bold"))
    else:
        bugs = plural(counts.replayed, "past bug")
        text = f"{counts.detected:,} of {bugs} would be detected today"
        share = (f" ({percentage(counts.rate)})", colour(counts.rate))
        line(console, (text, "bold"), share, (".", "bold"))
    kinds = [(kind, sum(bug.kind is kind for bug in defects.bugs)) for kind in KillKind]
    words = ", ".join(f"{number:,} {kind.value}" for kind, number in kinds if number)
    if words:
        line(console, (f"How: {words}.", "dim"))
    if counts.pending:
        line(console, f"Stopped early: {plural(counts.pending, 'bug')} not tried.")
    _missed(defects, console)
    _unfit(defects, console)
    _scope(defects, console)


def _missed(defects: Defects, console: Console) -> None:
    missed = [bug for bug in defects.bugs if bug.fate is BugFate.MISSED]
    if not missed:
        return
    heading(console, "Missed: with these bugs back, all of today's tests pass")
    line(console, ("  - is today's code, + is what the bug makes of it", "dim"))
    for bug in missed[:MISSED]:
        _one(bug, console)
    rest(console, len(missed) - MISSED, "missed bug")
    line(console, ("  See one in full: ", "dim"), (f"refute show {missed[0].id}", "cyan"))


def _one(bug: BugRecord, console: Console) -> None:
    name = bug.commit if bug.why is Why.CATALOGUE else f"{bug.commit[:10]} {bug.date}"
    line(console, "  ", (bug.id, "bold"), f"  {printable(name)}  {printable(bug.subject)}")
    met = plural(len(bug.reaching), "test")
    run = f"{met} can meet it" if bug.reaching else "no test runs over it"
    line(console, ("    " + printable(", ".join(bug.files)), "cyan"), (f"  {run}", "dim"))
    changes = [
        text
        for text in bug.diff.splitlines()
        if text[:1] in "+-" and not text.startswith(("+++", "---")) and text[1:].strip()
    ]
    for text in changes[:LINES]:
        style = "red" if text.startswith("-") else "green"
        line(console, (f"    {printable(text)}"[: max(console.width, 40)], style))
    if len(changes) > LINES:
        line(console, (f"    and {len(changes) - LINES} more changed lines", "dim"))


def _unfit(defects: Defects, console: Console) -> None:
    if not defects.counts.unfit:
        return
    heading(console, f"Not replayable: {defects.counts.not_replayable:,}")
    for reason, number in sorted(defects.counts.unfit.items(), key=lambda item: -item[1]):
        line(console, f"  {number:>4,}  {UNFIT[reason]}")


def _scope(defects: Defects, console: Console) -> None:
    """What was read, so that the numbers can be placed."""
    scope = defects.scope
    console.print()
    if scope.catalogue:
        prose(console, f"From the catalogue {printable(scope.catalogue)}.", style="dim")
        return
    fixes = len(defects.bugs) + scope.sourceless + scope.beyond
    mended = "1 bug fix" if fixes == 1 else f"{fixes:,} bug fixes"
    text = f"{plural(scope.commits, 'commit')} read, {mended} among them"
    if scope.sourceless:
        text += f"; {scope.sourceless:,} change no code (tests, documentation, comments)"
    if scope.beyond:
        text += f"; {scope.beyond:,} older ones left aside (--limit {scope.limit})"
    prose(console, text + ".", style="dim")
    if scope.missing:
        prose(console, scope.missing, style="yellow")


def show(bug: BugRecord, console: Console) -> None:
    """Print one past bug: the commit, what became of it, the change, and how to repeat it."""
    words, style = {
        BugFate.DETECTED: ("detected: today's tests would notice it", "green"),
        BugFate.MISSED: ("missed: with this bug back, all of today's tests pass", "red"),
        BugFate.NOT_REPLAYABLE: ("not replayable", "yellow"),
        BugFate.PENDING: ("pending: not tried yet", "yellow"),
    }[bug.fate]
    line(console, (bug.id, "bold"), "  ", (words, f"bold {style}"))
    what = "Patch" if bug.why is Why.CATALOGUE else "Fixed by"
    line(console, printable(f"{what} {bug.commit}  {bug.date}".rstrip()))
    line(console, printable(f"  {bug.subject}"))
    line(console, (f"  a bug fix, because {WHY[bug.why]}", "dim"))
    if bug.how is not None:
        line(console, f"Taken back by: {HOW[bug.how.value]}.")
    if bug.unfit is not None:
        prose(console, f"Why not: {UNFIT[bug.unfit]}.")
        prose(console, printable(bug.reason), 2, "dim")
    if bug.diff:
        console.print()
        for text in bug.diff.splitlines():
            tone = {"+": "green", "-": "red", "@": "cyan"}.get(text[:1], "")
            line(console, (f"  {printable(text)}", tone))
    _evidence(bug, console)


def _evidence(bug: BugRecord, console: Console) -> None:
    console.print()
    if bug.kind is not None:
        who = f"Noticed by {bug.detected_by}" if bug.detected_by else "Noticed"
        line(console, printable(who))
        line(console, f"  {KINDS[bug.kind]}")
        if bug.failure is not None:
            said = ": ".join(filter(None, (bug.failure.exception, bug.failure.message)))
            line(console, printable(f"  {said}"))
    if bug.fate in (BugFate.DETECTED, BugFate.MISSED):
        if not bug.reaching:
            line(console, "No test runs over it, so none was run.")
        else:
            ran = f"{plural(len(bug.reaching), 'test')} can meet it; "
            until = "all passed" if bug.fate is BugFate.MISSED else "run until the first failure"
            line(console, f"{ran}their files hold {plural(bug.ran, 'test')}, {until}.")
            for test in bug.reaching[:TESTS]:
                line(console, (f"  {printable(test)}", "dim"))
            rest(console, len(bug.reaching) - TESTS, "test")
    if bug.diff:
        console.print()
        console.print("By hand, in the project's root:")
        command = f"refute show {bug.id} --patch | git apply"
        line(console, (f"  {command}", "cyan"))
        line(console, ("  pytest", "cyan"))
        line(console, (f"  {command} -R", "cyan"))
