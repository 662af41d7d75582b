"""The double fault as a value: a fault at a test double, where project code calls it."""

from __future__ import annotations

from dataclasses import dataclass

from refute.observed import Site

RETURNS = "returns"
"""The path of what a double hands back; every other path is one argument's."""


@dataclass(frozen=True, slots=True)
class DoubleFault:
    """One change to what a double is handed, or hands back, at one call of the project's.

    The call itself stays as it is: the fault takes effect only where the callee is a double.
    """

    #: ``d-`` and a short hash, unchanged by edits elsewhere.
    id: str
    site: Site
    #: What the doubles called there replace; empty where that is not known.
    target: str
    #: The way from the double to what is called: ``.execute``; empty for itself.
    method: str
    #: Which argument (``0[1]``, ``namespace``), or RETURNS.
    path: str
    #: ``typo``, ``dropped``, ``other_value``, ``none``, ``emptied``, ``raises``; of a
    #: response also ``status`` and ``truncated``.
    change: str
    #: The value that the first of the tests sent or got, and what it becomes; shortened.
    original: str
    replacement: str
    #: Indices of the tests in which a double is called there.
    tests: tuple[int, ...]
    #: The outermost function that holds the call, as of a mutant; None for code at import.
    unit: str | None
    unit_line: int
