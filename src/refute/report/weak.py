"""The tests that can hardly fail, by test function."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from refute.judgement import Slug, Strength, TestVerdict, Theatre, base, finding_id

_SLUGS = {
    TestVerdict.PRAYER: Slug.PRAYER,
    TestVerdict.ECHO: Slug.ECHO,
    TestVerdict.SMOKE: Slug.SMOKE_TEST,
}
"""The verdicts in question, the weakest first, and the findings that blame for them."""

_WITNESSES = (TestVerdict.WITNESS, TestVerdict.FAINT_WITNESS)


@dataclass(frozen=True, slots=True)
class Weak:
    """The cases of one test function that have one verdict, which is no witness's."""

    verdict: TestVerdict
    name: str
    #: How many they are, and how many cases the function has.
    cases: int
    of: int
    #: Position and counts of the one that was tried most.
    test: int
    strength: Strength
    #: True when another case of the function is a witness.
    covered: bool


def weakest(
    theatre: Theatre, ids: Sequence[str], spared: Collection[str] = frozenset()
) -> list[Weak]:
    """Prayers, echoes and smoke tests by test function, those that most stands against first.

    ``spared`` are ids of findings that somebody has accepted: those are left out.
    """
    order = tuple(_SLUGS)
    groups: dict[str, list[int]] = {}
    for test in range(len(theatre.strengths)):
        groups.setdefault(base(ids[test]), []).append(test)
    found: list[Weak] = []
    for name, tests in groups.items():
        verdicts = [theatre.strengths[test].verdict for test in tests]
        covered = any(verdict in _WITNESSES for verdict in verdicts)
        for verdict in order:
            cases = [test for test in tests if theatre.strengths[test].verdict is verdict]
            if cases and finding_id(_SLUGS[verdict], name) not in spared:
                lead = max(cases, key=lambda test: (theatre.strengths[test].tried, -test))
                strength = theatre.strengths[lead]
                found.append(Weak(verdict, name, len(cases), len(tests), lead, strength, covered))
    return sorted(
        found,
        key=lambda one: (one.covered, order.index(one.verdict), -one.strength.tried, one.test),
    )
