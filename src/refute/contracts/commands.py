"""``check``: would the real program take this command line?"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from refute.contracts.answers import Accepted, Answer, Refusal, Refused, Unknown
from refute.contracts.asking import Asker, asking
from refute.contracts.cobra import Cobra
from refute.contracts.git import Git
from refute.contracts.grammar import Missing, Speaker, Untold
from refute.contracts.programs import Family, Program, find
from refute.contracts.pythonic import Pythonic
from refute.contracts.reading import read

__all__ = ["Accepted", "Answer", "Refusal", "Refused", "Unknown", "check"]


def check(
    argv: Sequence[str],
    environment: Mapping[str, str] | None = None,
    *,
    families: frozenset[Family] = frozenset(Family),
) -> Answer:
    """Tell whether the program that ``argv`` names would take the rest of it.

    The command is not executed: the program is asked for its help and its completions alone, and
    what it says is kept in the user's cache. ``environment`` (this process's if not given) has
    the PATH that the program is looked for on, and the place of the cache. Positions in the
    answer are positions in ``argv``. ``families`` are the kinds of programs that may be asked.

    What the words mean to whoever receives them is not looked at: ``kubectl get pod x`` is
    accepted whether or not there is a pod x.
    """
    given = os.environ if environment is None else environment
    try:
        program = find(argv, given)
        if program.family not in families:
            return Unknown(f"{program.name} is not asked here; `refute contracts` does")
        with asking(program, given) as asker:
            speaker = _speaker(program, asker, given)
            return read(program.name, speaker, argv[program.words :], program.words)
    except Untold as untold:
        return Unknown(str(untold), missing=isinstance(untold, Missing))


def _speaker(program: Program, asker: Asker, given: Mapping[str, str]) -> Speaker:
    if program.family is Family.GIT:
        return Git(asker)
    if program.family is Family.COBRA:
        return Cobra(asker, given)
    return Pythonic(asker)
