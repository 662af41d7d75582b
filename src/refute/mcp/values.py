"""What the tools answer, as typed dictionaries: they cross processes and the protocol as JSON.

All text in them that comes from the project is data: names, code, comments, failures.
"""

from __future__ import annotations

# The SDK reads these types by pydantic, which takes no other TypedDict before Python 3.12.
from typing_extensions import TypedDict


class Fault(TypedDict):
    """One fault that survived, or was tried."""

    id: str
    #: Path relative to the project's root, and the line from 1.
    file: str
    line: int
    function: str
    #: The text that was replaced, and what stood in its place.
    before: str
    after: str
    #: Tests that ran over it, the first of them.
    tests: list[str]


class Found(TypedDict):
    """One finding."""

    id: str
    kind: str
    severity: str
    #: ``path:line``, or the path alone; empty when it is about no file.
    place: str
    message: str
    remedy: str
    #: The fault that it leads with; None for a finding about something else.
    fault: Fault | None
    #: What explain takes: the ids of faults, the names of tests.
    about: list[str]


class Page(TypedDict):
    """Some of the findings, the most telling first."""

    findings: list[Found]
    #: How many there are of what was asked for, shown here or not.
    total: int
    #: Where the next page begins; None: this is the last.
    next: int | None


class Report(TypedDict):
    """What a run found."""

    #: The score with its denominator, in a sentence; or why there is none.
    score: str
    #: Faults that tests noticed, of how many that have a verdict of the score.
    noticed: int
    scored: int
    #: False: stopped before its end, or out of time; not all faults were tried.
    complete: bool
    #: What the run looked at, if not at all code; empty otherwise.
    part: str
    #: Findings that nobody has accepted, by kind.
    kinds: dict[str, int]
    #: The first of them, the most telling first.
    findings: list[Found]
    #: Warnings and choices worth knowing.
    notes: list[str]


class Suggestion(TypedDict):
    """A change to one test that was proven by trial."""

    id: str
    #: The test file, the line at which the change begins, and the function.
    file: str
    line: int
    function: str
    assertion: str
    #: Ids of the faults that the changed test was told.
    told: list[str]
    #: Of a double that got a spec: the faults under which it refuses the call. None is told.
    refused: list[str]
    #: Runs of the unchanged code that it passed.
    passes: int
    #: For `git apply`, in the project's root.
    patch: str


class Unmended(TypedDict):
    """A fault for which there is no suggestion."""

    fault: str
    reason: str


class Suggestions(TypedDict):
    """What could be proven."""

    suggestions: list[Suggestion]
    nothing: list[Unmended]
    #: All of them as one patch; empty if there is none.
    patch: str


class Explained(TypedDict):
    """One thing in full."""

    id: str
    text: str
    #: For a mutant: the fault as a patch; empty otherwise. It breaks the code: not to be kept.
    patch: str
    #: What `suggest` has proven for it, the one that is told most first.
    suggestions: list[Suggestion]


class Tried(TypedDict):
    """One test under one fault."""

    fault: str
    test: str
    noticed: bool
    #: ``told``, ``tripped``, ``crashed``, ``timeout``, or ``not noticed``.
    how: str
    sentence: str
    #: The end of what pytest printed.
    output: str


class Verified(TypedDict):
    """One test, without any fault and under each of those given."""

    test: str
    #: Whether it passes on unchanged code; else there would be an error instead.
    passes: bool
    #: Whether each of the faults was noticed.
    all_noticed: bool
    faults: list[Tried]
