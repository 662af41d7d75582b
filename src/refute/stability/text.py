"""The result for a person at a terminal; under a screen."""

from __future__ import annotations

from rich.console import Console

from refute.faults.perturbation import SEEDLESS
from refute.metrics.stability import Cause, Kills
from refute.report import heading, line, plural, printable, prose, rest
from refute.stability.values import Stability, Unstable

SHOWN = 4
"""So many findings of a screen are shown whole; the others in a line each."""
LINES = 8
"""So many of those lines."""
DIFF = 6
NOTES = 3

TITLES = {
    Cause.FLAKY: "fails now and then with nothing changed",
    Cause.RANDOM: "fails or passes by the random seed",
    Cause.ORDER: "depends on the order of the tests",
    Cause.HASH: "depends on the order of sets and hashes",
    Cause.TIME: "depends on the time of day",
    Cause.SCHEDULE: "depends on the schedule of tasks and threads",
    Cause.AGAIN: "fails on what an earlier run left on disk",
    Cause.PROCESS: "fails in a process of its own",
    Cause.CWD: "depends on the working folder",
    Cause.BRITTLE: "breaks under a change that keeps what the code does",
    Cause.UNREPEATED: "failed once, and could not be made to again",
}


def render(found: Stability, console: Console) -> None:
    """Print what was found, the worst first, and how each is reproduced."""
    counts = found.counts
    so_far = " so far" if found.partial else ""
    head = f"{counts.stable:,} of {plural(counts.judged, 'test')} stable{so_far}"
    runs = f"{plural(len(found.runs), 'run')} of the suite, {plural(found.rewrites, 'rewrite')}"
    line(console, (head, "bold"), f"  ({runs})")
    if found.partial:
        prose(
            console,
            "Stopped early. Others may fail in the runs that are missing; nothing of them is kept, "
            "the same command begins anew.",
            style="yellow",
        )
    aside = [plural(counts.red, "red test")] if counts.red else []
    aside += [plural(counts.skipped, "skipped test")] if counts.skipped else []
    if aside:
        prose(console, f"Set aside: {', '.join(aside)}.")
    causes = list(Cause)
    ordered = sorted(found.found, key=lambda one: causes.index(one.cause))
    for one in ordered[:SHOWN]:
        _whole(one, console)
    if ordered[SHOWN:]:
        heading(console, "And")
    for one in ordered[SHOWN : SHOWN + LINES]:
        line(console, "  ", (one.cause.value, "yellow"), f"  {printable(one.test)}")
    rest(console, len(ordered) - SHOWN - LINES, "finding")
    if found.kills is not None and found.kills.total:
        heading(console, "How tests fail, by the kills of the last run")
        line(console, f"  {_kills(found.kills)}")
    for note in found.notes[:NOTES]:
        prose(console, note, style="dim")
    rest(console, len(found.notes) - NOTES, "remark")
    if ordered:
        line(console)
        prose(console, "All of it, with a command for each: .refute/stability.json", style="dim")


def _whole(one: Unstable, console: Console) -> None:
    line(console)
    line(console, (printable(one.test), "bold"))
    line(console, "  ", (TITLES[one.cause], "yellow"), _detail(one))
    if one.after:
        line(console, f"  fails after   {printable(', '.join(one.after))}")
    if one.needs:
        line(console, f"  fails without {printable(', '.join(one.needs))} before it")
    if one.left:
        line(console, f"  which leaves  {printable('; '.join(one.left))}")
    elif one.after or one.needs:
        line(console, "  which leaves  something in memory (no file, variable or port)")
    if one.rewrite is not None:
        _diff(one, console)
    if one.failure:
        line(console, ("  " + printable(one.failure)[:100], "red"))
    line(console, f"  {one.reproduce}")


def _detail(one: Unstable) -> str:
    if one.cause in (Cause.FLAKY, Cause.UNREPEATED):
        return f": {one.failed} of {plural(one.tried, 'run')}"
    seen = "" if one.confirmed else "; seen once, not looked into"
    if one.cause in (Cause.ORDER, Cause.BRITTLE) or one.perturbation.kind in SEEDLESS:
        return seen
    return f": {one.perturbation}{seen}"


def _diff(one: Unstable, console: Console) -> None:
    assert one.rewrite is not None
    rewrite = one.rewrite
    line(console, f"  {rewrite.file}:{rewrite.line} in {rewrite.function}")
    old, new = rewrite.original.splitlines(), rewrite.replacement.splitlines()
    if len(old) == len(new):
        # Between the first and the last use of a renamed name lies much that is the same.
        pairs = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        old, new = [a for a, _ in pairs], [b for _, b in pairs]
    for text in old[: DIFF // 2]:
        line(console, (f"    - {printable(text.strip())}", "red"))
    for text in new[: DIFF // 2]:
        line(console, (f"    + {printable(text.strip())}", "green"))


def _kills(kills: Kills) -> str:
    parts = (
        ("told", kills.told),
        ("tripped", kills.tripped),
        ("crashed", kills.crashed),
        ("timeout", kills.timeout),
    )
    words = [f"{number:,} {name} ({_share(number, kills.total)})" for name, number in parts]
    return ", ".join(words)


def _share(number: int, total: int) -> str:
    """A percentage that is 0 or 100 only if it is exactly that."""
    if not number or number == total:
        return "100%" if number else "0%"
    return f"{min(99, max(1, 100 * number // total))}%"
