"""Which tests break under rewrites: changes of the code that keep what it does.

Many rewrites are put in at once, one in a function: where the suite passes, none of them breaks
a test. Where a test fails, the one to blame is searched for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from refute.diary import Diary
from refute.faults.perturbation import Kind, Perturbation, Rewrite, rewritten, sample
from refute.metrics.stability import Cause
from refute.stability.shrink import smallest
from refute.stability.values import Commands, Unstable
from refute.trials.perturbed import Answer, Ask, Worlds

ROUNDS = 4
"""So many runs of the whole suite, each with other rewrites in the same functions."""
MOST = 40
"""Runs that the search for one rewrite may take."""
LOOKED_INTO = 15
"""So many tests of a round are looked into; the rest is named without it."""
_TOKEN = "refute-canary-5c2e"

STILL = Perturbation(Kind.NOTHING)


@dataclass(slots=True)
class Brittle:
    """Tries rewrites; ``aside`` are tests that may fail without any."""

    worlds: Worlds
    root: Path
    aside: Collection[str]
    command: Commands
    diary: Diary
    tried: int = 0
    found: list[Unstable] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run(self, rewrites: Sequence[Rewrite], number: int, seed: int) -> None:
        """Try so many of these, in a few rounds."""
        left = list(rewrites)
        for at in range(ROUNDS):
            chosen = sample(left, number - self.tried, seed + at)
            if not chosen:
                return
            if at == 0 and not self._is_imported(chosen):
                return
            known = {id(one) for one in chosen}
            left = [one for one in left if id(one) not in known]
            self._round(chosen)
            self.diary.progress(self.tried, min(number, len(rewrites)), "rewrites")

    def _is_imported(self, chosen: Sequence[Rewrite]) -> bool:
        """Whether what is put in there is what the tests import."""
        file = chosen[0].file
        paths = {self.root / one.file for one in chosen}
        text = {path: f"raise RuntimeError({_TOKEN!r})\n".encode() for path in paths}
        answer = self.worlds.one(Ask(STILL, files=text))
        if _TOKEN in answer.output or _TOKEN in answer.trouble:
            return True
        self.notes.append(f"Rewrites were not tried: the suite imports another copy of {file}.")
        return False

    def _round(self, chosen: Sequence[Rewrite]) -> None:
        answer = self._under(chosen)
        if not answer.order:
            self.notes.append(
                f"{len(chosen)} rewrites were not tried: pytest can't collect the suite with "
                f"them ({answer.trouble})."
            )
            return
        self.tried += len(chosen)
        failed = [t for t in answer.order if answer.failed(t) and t not in self.aside]
        new = [test for test in failed if test not in {one.test for one in self.found}]
        for test in new[:LOOKED_INTO]:
            self._look(test, chosen)
        if len(new) > LOOKED_INTO:
            more = len(new) - LOOKED_INTO
            self.notes.append(f"{more} more tests failed under rewrites; run again to see them.")

    def _under(self, rewrites: Sequence[Rewrite], test: str = "") -> Answer:
        files = rewritten(self.root, rewrites)
        return self.worlds.one(Ask(STILL, (test,) if test else None, files=files))

    def _look(self, test: str, chosen: Sequence[Rewrite]) -> None:
        """Find the one rewrite, and be sure that the test passes without it."""

        def breaks(part: Sequence[Rewrite]) -> bool:
            return self._under(part, test).failed(test)

        if not breaks(chosen) or self.worlds.one(Ask(STILL, (test,))).failed(test):
            self.notes.append(f"{test} failed once under rewrites, and could not be made to again.")
            return
        guilty = smallest(chosen, breaks, MOST)
        again = self._under(guilty, test)
        if len(guilty) != 1 or not again.failed(test):
            self.notes.append(f"{test} fails under {len(guilty)} rewrites, and under no one alone.")
            return
        options = ["--only", test, "--rewrite", guilty[0].id]
        self.found.append(
            Unstable(
                test,
                Cause.BRITTLE,
                STILL,
                again.failures.get(test, ""),
                2,
                2,
                self.command(options),
                rewrite=guilty[0],
            )
        )
