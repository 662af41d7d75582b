"""Findings about past bugs: those that today's tests would let through again."""

from __future__ import annotations

from collections.abc import Iterable

from refute.faults.past import Why
from refute.finding import Finding, Severity, Slug, finding_id
from refute.replayed import BugFate, Replayed

_EVIDENCE = 5
"""So many tests that met the bug are named."""


def find(replayed: Iterable[Replayed]) -> tuple[Finding, ...]:
    """One finding for each missed bug, in the order given."""
    return tuple(_finding(one) for one in replayed if one.fate is BugFate.MISSED)


def _finding(one: Replayed) -> Finding:
    bug = one.bug
    file = bug.files[0]
    what = "The bug of the catalogue" if bug.why is Why.CATALOGUE else "The bug that was fixed by"
    name = bug.commit if bug.why is Why.CATALOGUE else bug.commit[:10]
    number = len(one.reaching)
    met = (
        f"{number} tests run over it and none notices"
        if number != 1
        else ("1 test runs over it and does not notice")
    )
    return Finding(
        id=finding_id(Slug.MISSED_BUG, bug.commit),
        slug=Slug.MISSED_BUG,
        severity=Severity.HIGH,
        file=file.path,
        line=file.lines[0][0] if file.lines else None,
        message=f"{what} {name} ({bug.subject}) would come back unseen: "
        + (met if number else "no test reaches it"),
        evidence=(bug.id, *one.reaching[:_EVIDENCE]),
        reproduce=f"refute show {bug.id}",
        remedy="Write the test that the fix should have come with; `refute show` has the change "
        "that it must notice.",
    )
