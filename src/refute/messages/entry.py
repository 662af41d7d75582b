"""What an entry of the catalogue is, and the exit codes that entries lead to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the process tells its caller; docs/exit-codes.md says the same in more words."""

    OK = 0
    """The command did what it was asked to."""
    FINDINGS = 1
    """It worked, and what it found is bad: a disagreement of verdicts, a gate not passed."""
    USAGE = 2
    """The command line or the configuration is wrong."""
    SUITE = 3
    """The suite can't be collected, or its unchanged run is unusable."""
    NOTHING_JUDGED = 4
    """The run came to its end without judging one mutant; or it can't be told (contracts)."""
    ENVIRONMENT = 5
    """The environment lacks something: an interpreter, pytest, a seal, a writable tree."""
    INTERNAL = 70
    """A fault of refute's own."""
    INTERRUPTED = 130
    """Ctrl-C. What was finished is kept."""


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue, in words that hold for every occurrence."""

    slug: str
    #: A few words, for headings and lists.
    title: str
    #: What it means, in whole sentences.
    meaning: str
    #: What to do next, in whole sentences.
    remedy: str
    #: The code the process ends with, or None for a warning that stops nothing.
    exit_code: ExitCode | None
