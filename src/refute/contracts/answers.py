"""What can be said of a call: accepted, refused with the reasons, or that it can't be told."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True)
class Refusal:
    """One thing that the real program would not take."""

    #: ``unknown-verb``, ``unknown-flag``, ``ambiguous-flag``, ``no-value``, ``unwanted-value``,
    #: ``bad-value``, ``missing-flag``, ``conflicting-flag``, ``missing-argument`` or
    #: ``surplus-argument``.
    slug: str
    #: Position in the argument vector, the program's name being 0; its length where something
    #: is missing at the end.
    argument: int
    message: str
    #: The word that was probably meant; empty when nothing is like it.
    suggestion: str = ""

    def __str__(self) -> str:
        return f"{self.message}{f': did you mean `{self.suggestion}`?' if self.suggestion else ''}"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The program's own grammar takes the call."""

    #: What could not be looked at: ``number of arguments``.
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The program's own grammar refuses the call; at least one reason."""

    refusals: tuple[Refusal, ...]

    def __str__(self) -> str:
        return "; ".join(str(refusal) for refusal in self.refusals)


@dataclass(frozen=True, slots=True)
class Unknown:
    """It can't be told, and why: the program is not here, or does not tell its grammar."""

    reason: str
    #: Whether that is because the program is not installed here: another machine may tell.
    missing: bool = False


Answer = Accepted | Refused | Unknown


def meant(word: str, known: tuple[str, ...]) -> str:
    """The known word that was probably meant; empty when none is like it."""
    bare = word.lower().replace("_", "-").lstrip("-")
    candidates: dict[str, str] = {}
    for name in known:
        # Short options are like everything.
        if len(name.lstrip("-")) > 1 and name.startswith("-") == word.startswith("-"):
            candidates.setdefault(name.lower().lstrip("-"), name)
    # Two letters that changed places are one slip, which the ratio counts as two.
    swapped = (bare[:at] + bare[at + 1] + bare[at] + bare[at + 2 :] for at in range(len(bare) - 1))
    for other in (bare, *swapped):
        if other in candidates:
            return candidates[other]
    close = get_close_matches(bare, candidates, n=1, cutoff=0.65)
    return candidates[close[0]] if close else ""
