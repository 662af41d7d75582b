"""Whatever a reader names, by an id or a name, in full: what `refute show` prints."""

from __future__ import annotations

from rich.console import Console

from refute.errors import fail
from refute.judgement import Judgement
from refute.report import lookup, mutant, one_double, one_test


def show(judgement: Judgement, wanted: str, console: Console) -> None:
    """Find out what is meant, and print it. Ids come first, then names.

    Raises RefuteError: unknown-mutant, unknown-fault, unknown-test, no-report.
    """
    kind = wanted[:2].lower()
    if kind == "w-":
        one_double.show_double(judgement, lookup.find_double(judgement, wanted), console)
    elif kind == "p-":
        one_double.show_place(judgement, lookup.find_place(judgement, wanted), console)
    elif kind == "d-":
        one_double.show_fault(judgement, lookup.find_fault(judgement, wanted), console)
    elif kind == "m-" or _begins_a_mutant(judgement, wanted):
        mutant.show(judgement, lookup.find_mutant(judgement, wanted), console)
    elif doubles := lookup.named(judgement, wanted):
        if len(doubles) > 1:
            some = ", ".join(f"{one.shown} ({one.id})" for one in doubles[:5])
            fail(
                "unknown-fault",
                f"{len(doubles)} doubles are called {wanted}: {some}",
                remedy="Give the id of one of them.",
            )
        one_double.show_double(judgement, doubles[0], console)
    else:
        one_test.show(judgement, lookup.find_test(judgement, wanted), console)


def _begins_a_mutant(judgement: Judgement, text: str) -> bool:
    """Whether this is the beginning of a mutant's id without its ``m-``.

    A short one may be a test's name as well (``add``, ``face``).
    """
    prefix = f"m-{text.lower()}"
    named = any(text == test.id.rpartition("::")[2] for test in judgement.tests)
    return not named and any(item.mutant.id.startswith(prefix) for item in judgement.judged)
