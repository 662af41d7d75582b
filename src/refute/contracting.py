"""Ask the real programs about the command lines that doubles took."""

from __future__ import annotations

import os
from collections.abc import Mapping

from refute.contracts import Accepted, Family, Unknown, check
from refute.observed import Observed
from refute.theatre.commands import Answered, Command, commands

MOST = 300
"""Commands that are asked about in one run."""
_SAFE = frozenset({Family.GIT, Family.COBRA})
"""Programs that a run may ask by itself. A Python program may be the project's own, and to ask
it for its help would run the project's code outside of the seal."""


def answers(
    observed: Observed,
    environment: Mapping[str, str] | None = None,
    *,
    families: frozenset[Family] = _SAFE,
) -> dict[Command, Answered]:
    """What the real programs say to each command that a double took. Nothing is executed."""
    given = os.environ if environment is None else environment
    found = {}
    for number, command in enumerate(commands(observed)):
        if number >= MOST:
            found[command] = Answered("unknown", f"only {MOST} commands are asked about in a run")
        else:
            found[command] = _answer(command, given, families)
    return found


def _answer(
    command: Command, environment: Mapping[str, str], families: frozenset[Family]
) -> Answered:
    answer = check(command.words, environment, families=families)
    if isinstance(answer, Accepted):
        return Answered("accepted")
    if isinstance(answer, Unknown):
        return Answered("unknown", answer.reason)
    first = answer.refusals[0]
    if command.presumed and not (first.slug == "unknown-verb" and first.suggestion):
        # A slip in a verb is one whatever stands around it; the rest the function may see to.
        return Answered(
            "unknown", f"how the words are handed on to {command.words[0]} is not known"
        )
    if first.argument in command.vague:
        return Answered("unknown", "the word that matters was not recorded to the letter")
    if not command.whole and first.argument >= len(command.words) - 1:
        return Answered("unknown", "the end of the command was not recorded")
    return Answered("refused", str(first))
