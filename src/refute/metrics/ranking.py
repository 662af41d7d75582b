"""Which survivors are worth a look first, and the words to name them by."""

from __future__ import annotations

import re
from collections.abc import Iterable

from refute.verdicts import Judged, Reached, Verdict

_WORDS = """
    access admin allow allowed amount auth authenticate authorize balance billing can charge
    check checksum credential crypt csrf currency debit decrypt delete deny discount encrypt
    escape fee guard hash invoice limit login mac money owner password pay payment permission
    permitted price quota refund role sanitize secret session sign signature tax token total
    transfer trust unsign valid validate validator verify
"""

SENSITIVE = frozenset(_WORDS.split())
"""Words in names of code where an unnoticed fault costs more than elsewhere."""

WEIGHTS = {
    operator: points
    for points, operators in (
        (100, "whole_body"),
        (90, "raise_removed"),
        (85, "condition_negated condition_true condition_false comparison boolean match_case"),
        (80, "operand_dropped filter_dropped loop_skipped decorator_removed handler_emptied"),
        (75, "statement_removed call_removed await_dropped context_manager assignment_removed"),
        (70, "statements_swapped call_raises handler_raises wrong_variable argument_swapped"),
        (65, "return_value yield_value lambda_body arithmetic bitwise unary augmented"),
        (60, "argument_dropped keyword_dropped loop_control index slice_bound"),
        (30, "default_argument boolean_constant dict_entry list_element"),
        (15, "number none string string_typo fstring_part"),
    )
    for operator in operators.split()
}
"""How telling a survivor of each operator is, from 0 to 100."""

USUAL = 50
"""The weight of an operator that the table does not name."""


def sensitive(*names: str) -> bool:
    """Tell whether a path or a qualified name speaks of security, validation or money."""
    words: set[str] = set()
    for name in names:
        words.update(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name))
    return not SENSITIVE.isdisjoint(words)


def rank(item: Judged) -> int:
    """How much a survivor is worth a look; the higher the more.

    What the fault did weighs most, then where it was. That many tests ran over it, or that it
    changed a value in front of them, makes it worse that nobody noticed. Code that runs at
    import is under all tests, which says nothing.
    """
    mutant = item.mutant
    points = WEIGHTS.get(mutant.operator, USUAL)
    if sensitive(mutant.function, mutant.file.rpartition("/")[2].removesuffix(".py")):
        points += 30
    if item.reached in (Reached.INFECTED, Reached.SWALLOWED, Reached.PROPAGATED):
        points += 8
    return points + (0 if mutant.unit is None else min(len(item.covered_by), 20))


def ranked(judged: Iterable[Judged]) -> list[Judged]:
    """The survivors among them, the one most worth a look first."""
    survived = (item for item in judged if item.verdict is Verdict.SURVIVED)
    return sorted(survived, key=lambda item: (-rank(item), *place(item)))


def place(item: Judged) -> tuple[str, int, int, str, str]:
    """The order of mutants in everything that is written down."""
    mutant = item.mutant
    return mutant.file, mutant.line, mutant.column, mutant.operator, mutant.id


def change(item: Judged) -> str:
    """A mutant in a few words, on one line."""
    before, after = _short(item.mutant.original), _short(item.mutant.replacement)
    if not before:
        return f"{after} added"
    return f"{before} became {after}" if after else f"{before} removed"


def _short(text: str, width: int = 40) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 3] + "..."


def base(test: str) -> str:
    """A node id without its parameters: all cases of one test function share it."""
    path, mark, rest = test.partition("::")
    return path + mark + rest.partition("[")[0]
