"""Why a test failed in a changed world: asked again, alone, and in ever smaller company."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from refute.faults.perturbation import SEEDLESS, Kind, Perturbation
from refute.metrics.stability import Cause
from refute.stability.shrink import smallest
from refute.stability.values import CAUSES, Commands, Unstable
from refute.trials.perturbed import Answer, Ask, Worlds

ALONE = 4
"""So often a test is run alone with nothing changed, before any change is blamed."""
SEEDS = 4
"""So many random seeds are tried on it, and up to MORE if it is known to fail by chance."""
REPEATS = 3
"""So often a test must fail under a change, without exception, before it is blamed."""
MORE = 12
"""Further runs, or seeds, of a test that fails now and then, to tell how often it does."""
PATIENCE = 120.0
"""Seconds that such runs of the whole suite may take together; two are made in any case."""
MOST = 60
"""Runs that the search for the smallest company may take."""

STILL = Perturbation(Kind.NOTHING)

_FAMILIES = {Kind.PROCESS: Kind.ORDER, Kind.ZONE: Kind.CLOCK}
"""Kinds that say the same of a test as others."""

Failing = Sequence[tuple[Perturbation, Answer]]


@dataclass(slots=True)
class Search:
    """Looks into one test after the other; ``tests`` is the suite in its own order."""

    worlds: Worlds
    tests: tuple[str, ...]
    command: Commands
    #: Runs of the sweep in which nothing was changed.
    stills: int = 0
    notes: list[str] = field(default_factory=list)

    def look(self, test: str, failing: Failing) -> list[Unstable]:
        """All reasons for which this test failed in these runs."""
        alone = [self._failure(Ask(STILL, (test,)), test) for _ in range(ALONE)]
        failures = [words for words in alone if words is not None]
        still = [answer for change, answer in failing if change.kind is Kind.NOTHING]
        if still or 0 < len(failures) < ALONE:
            return [self._by_chance(test, (test,), failing, len(failures))]
        needs: tuple[str, ...] = ()
        found: list[Unstable] = []
        if failures:
            lonely = self._lonely(test, failures[0])
            if lonely is None:
                return [self._by_chance(test, (test,), failing, 0)]
            found.append(lonely)
            needs = lonely.needs
        company = (*needs, test)
        if len({_FAMILIES.get(change.kind, change.kind) for change, _ in failing}) > 1:
            # Who fails in all kinds of worlds fails for none of them.
            chance = self._random(test, company)
            if chance is not None:
                return [*found, chance]
        explained = {Kind.ORDER, Kind.PROCESS} if failures else set()
        for change, answer in failing:
            if change.kind in explained:
                continue
            if change.kind is Kind.CLOCK and self._breaks_by_itself(test, company):
                explained.add(change.kind)
                continue
            reason = self._reason(test, company, change, answer)
            if reason is None:
                continue
            explained.add(change.kind)
            if any(words.startswith("files") for words in reason.left):
                explained.add(Kind.AGAIN)
            found.append(reason)
        if found or all(change.kind in explained for change, _ in failing):
            return found
        return [self._by_chance(test, company, failing, 0)]

    def _reason(
        self, test: str, company: tuple[str, ...], change: Perturbation, answer: Answer
    ) -> Unstable | None:
        if change.kind is Kind.ORDER:
            return self._polluted(test, change, answer)
        return self._changed(test, company, change)

    def _failure(self, ask: Ask, test: str) -> str | None:
        """What failed when this was asked; None when the test did not fail."""
        answer = self.worlds.one(ask)
        return answer.failures.get(test, "") if answer.failed(test) else None

    def _always(self, ask: Ask, test: str, times: int = REPEATS) -> str | None:
        """What failed, if it failed each time."""
        words: str | None = None
        for _ in range(times):
            words = self._failure(ask, test)
            if words is None:
                return None
        return words

    def _lonely(self, test: str, failure: str) -> Unstable | None:
        """It fails alone: which tests does it need before it?"""
        before = self.tests[: self.tests.index(test)]

        def helps(part: Sequence[str]) -> bool:
            return self.worlds.one(Ask(STILL, (*part, test))).passed(test)

        if not before or not helps(before):
            return None
        needs = tuple(smallest(before, helps, MOST))
        return Unstable(
            test, Cause.ORDER, STILL, failure, ALONE, ALONE,
            self.command(["--only", test]), needs=needs, left=self._left(needs, test),
        )  # fmt: skip

    def _polluted(self, test: str, change: Perturbation, answer: Answer) -> Unstable | None:
        """It fails in another order: after which tests?"""
        before = answer.order[: answer.order.index(test)]

        def spoils(part: Sequence[str]) -> bool:
            return self.worlds.one(Ask(STILL, (*part, test))).failed(test)

        if not spoils(before):
            return None
        after = tuple(smallest(before, spoils, MOST))
        failure = self._always(Ask(STILL, (*after, test)), test)
        if failure is None:
            return None
        options = [word for one in after for word in ("--after", one)]
        return Unstable(
            test, Cause.ORDER, change, failure, REPEATS, REPEATS,
            self.command(["--only", test, *options]), after=after, left=self._left(after, test),
        )  # fmt: skip

    def _left(self, others: Sequence[str], test: str) -> tuple[str, ...]:
        """What these tests, of which this one may be one, leave behind that can be seen.

        What is there each time: others on this machine write to its temporary folder, too, and
        over a name that differs each time nobody trips.
        """
        ask = Ask(STILL, (*(one for one in others if one != test), test), leftovers=True)
        one, two = (self.worlds.one(ask).left for _ in range(2))
        found = [words for by in others for words in one.get(by, ()) if words in two.get(by, ())]
        return tuple(dict.fromkeys(found))

    def _changed(
        self, test: str, company: tuple[str, ...], change: Perturbation
    ) -> Unstable | None:
        """It fails under a change: alone with that seed or another one, or in the suite."""
        seeds = [change.seed]
        if change.kind in (Kind.HASH, Kind.SCHEDULE, Kind.RANDOM):
            seeds += [change.seed + more for more in range(1, SEEDS)]
        for seed in seeds:
            tried = replace(change, seed=seed)
            failure = self._always(Ask(tried, company), test)
            if failure is not None:
                return self._confirmed(test, company, tried, failure)
        # What another run left on disk may come from tests that are run later.
        last = None if change.kind is Kind.AGAIN else test
        failure = self._always(Ask(change, until=last), test)
        if failure is None:
            return None
        return self._confirmed(test, (), change, failure)

    def _confirmed(
        self, test: str, company: tuple[str, ...], change: Perturbation, failure: str
    ) -> Unstable:
        options = ["--only", test]
        options += [word for one in company[:-1] for word in ("--after", one)]
        options += [] if company else ["--whole"]
        options += ["--perturb", change.kind.value]
        options += [] if change.kind in SEEDLESS else ["--seed", str(change.seed)]
        left: tuple[str, ...] = ()
        if change.kind is Kind.AGAIN:
            everything = self._left(company or self.tests, test)
            left = tuple(words for words in everything if words.startswith("files"))
        return Unstable(
            test, CAUSES[change.kind], change, failure, REPEATS, REPEATS,
            self.command(options), left=left,
        )  # fmt: skip

    def _breaks_by_itself(self, test: str, company: tuple[str, ...]) -> bool:
        """Whether the replaced clock breaks the test without showing another time."""
        change = Perturbation(Kind.CLOCK, 1)
        if self._failure(Ask(change, company, idle=True), test) is None:
            return False
        words = (
            f"{test} can't be asked about the time of day: it breaks where the clock is replaced"
        )
        self.notes.append(f"{words}.")
        return True

    def _random(self, test: str, company: tuple[str, ...], seeds: int = SEEDS) -> Unstable | None:
        """Whether the random seed decides: some fail each time, others pass each time."""
        failing: list[Ask] = []
        passing: Ask | None = None
        for seed in range(1, seeds + 1):
            ask = Ask(Perturbation(Kind.RANDOM, seed), company)
            if self._failure(ask, test) is None:
                passing = ask
            else:
                failing.append(ask)
            if failing and passing and seed >= SEEDS:
                break
        if not failing or passing is None:
            return None
        # A coin could do the same: they have to do so again and again.
        if any(self._failure(passing, test) is not None for _ in range(ALONE)):
            return None
        failure = self._always(failing[-1], test, ALONE)
        if failure is None:
            return None
        return self._confirmed(test, company, failing[-1].perturbation, failure)

    def _by_chance(
        self, test: str, company: tuple[str, ...], failing: Failing, failed: int
    ) -> Unstable:
        """It fails now and then with nothing changed; how often, and is it the random seed?"""
        found = self._random(test, company, MORE)
        if found is not None:
            return found
        tried = ALONE
        words = [answer.failures.get(test, "") for _, answer in failing]
        whole = failed == 0
        longest = max(answer.seconds for _, answer in failing)
        few = max(2, min(MORE, int(PATIENCE / max(longest, 0.01))))
        for ask, times in ((Ask(STILL, company), MORE), (Ask(STILL, until=test), few)):
            for _ in range(times):
                failed += self._failure(ask, test) is not None
                tried += 1
            if failed:
                whole = ask.until is not None
                break
        still = sum(change.kind is Kind.NOTHING for change, _ in failing)
        cause = Cause.FLAKY if failed or still else Cause.UNREPEATED
        options = ["--only", test, *(["--whole"] if whole else [])]
        options += ["--runs", str(_enough(failed, tried))]
        return Unstable(
            test, cause, failing[0][0] if cause is Cause.UNREPEATED else STILL,
            next(filter(None, words), ""), failed + still, tried + self.stills,
            self.command(options), confirmed=failed > 0,
        )  # fmt: skip


def _enough(failed: int, tried: int) -> int:
    """So many runs will show a failure in all likelihood (99.9%); 200 at the most."""
    share = max(failed, 1) / max(tried, 1)
    return 2 if share >= 1 else min(200, max(2, math.ceil(math.log(0.001) / math.log(1 - share))))
