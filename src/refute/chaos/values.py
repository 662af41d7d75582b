"""What is known of tests over bad links, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from refute.faults.toxic import Bad
from refute.trials.services import Service


class Verdict(StrEnum):
    """What became of one test over one bad link; the worst come first."""

    CORRUPTED = "corrupted"
    HUNG = "hung"
    WRONG = "wrong"
    UNCLEAR = "unclear"
    CLEAN = "clean"
    TOLERATED = "tolerated"
    UNMET = "unmet"
    UNTRIED = "untried"


FINDINGS = (Verdict.CORRUPTED, Verdict.HUNG, Verdict.WRONG, Verdict.UNCLEAR)
"""Verdicts that ask for something to be done."""

MEANINGS = {
    Verdict.CORRUPTED: "the project's invariant no longer holds, or the test fails from then on",
    Verdict.HUNG: "it had not ended when the deadline came",
    Verdict.WRONG: "no error was raised, and the test was given something wrong",
    Verdict.UNCLEAR: "it failed with an error that does not speak of the link",
    Verdict.CLEAN: "it failed with a clear error, in time",
    Verdict.TOLERATED: "it passed",
    Verdict.UNMET: "it passed, and used the link not at all",
    Verdict.UNTRIED: "it was not tried",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A dependency as tests reach it: an address, or all that `refute.real` has started."""

    name: str
    services: tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One test over one link that was bad in one way."""

    test: str
    link: str
    bad: Bad
    verdict: Verdict
    #: The line that says why: an error, a place, what the invariant said.
    words: str
    seconds: float
    #: The test failed afterwards, over good links.
    left_behind: bool
    #: A command that repeats it.
    reproduce: str

    @property
    def is_finding(self) -> bool:
        """Whether it asks for something to be done."""
        return self.verdict in FINDINGS


@dataclass(frozen=True, slots=True)
class Chaos:
    """All that was found out."""

    version: str
    python: str
    seed: int
    deadline: float | None
    invariant: str
    links: tuple[Link, ...]
    #: Tests that use a link, and those that were set aside, with the reason.
    tests: tuple[str, ...]
    aside: dict[str, str]
    cells: tuple[Cell, ...]
    #: Cells that were not tried, since the budget was spent or the user stopped it.
    untried: int
    partial: bool
    runs: int
    seconds: float

    def count(self, verdict: Verdict) -> int:
        """How many cells came to this."""
        return sum(cell.verdict is verdict for cell in self.cells)

    @property
    def findings(self) -> list[Cell]:
        """The cells that ask for something to be done, the worst first."""
        order = list(FINDINGS)
        found = [cell for cell in self.cells if cell.is_finding]
        return sorted(found, key=lambda cell: order.index(cell.verdict))
