"""Repeat a random sample of verdicts with plain pytest, and count how many agree.

The reference knows two answers: the suite notices the mutant, or it does not. ``killed`` and
``timeout`` agree with the first, ``survived`` and ``no_coverage`` with the second.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from refute import judgement
from refute.baseline import TestOutcome
from refute.console import Console
from refute.diary import Diary
from refute.errors import ExitCode, fail
from refute.faults.plan import Planned
from refute.interpreter import as_before, choose
from refute.judgement import Judged, Judgement, Verdict
from refute.project import Project, discover
from refute.settings import Settings
from refute.trials.cold import Cold
from refute.trials.engine import Engine
from refute.trials.machine import choose_seal
from refute.trials.outcome import Mechanism, Outcome, Result
from refute.trials.seal import SealKind

NOTICED = (Verdict.KILLED, Verdict.TIMEOUT)
CHECKED = (*NOTICED, Verdict.SURVIVED, Verdict.NO_COVERAGE)
AGAIN = 4
"""How often a disagreeing cold run is repeated, to tell chance from a wrong verdict."""


@dataclass(frozen=True, slots=True)
class Check:
    """One verdict and what plain pytest said, each time it was asked."""

    judged: Judged
    outcomes: tuple[Outcome, ...]

    @property
    def asked(self) -> bool:
        """Whether plain pytest could be asked at all."""
        return self.outcomes[0].result is not Result.BROKEN

    @property
    def agrees(self) -> bool:
        """Whether the first cold run says the same as the verdict."""
        return _noticed(self.outcomes[0]) == (self.judged.verdict in NOTICED)

    @property
    def steady(self) -> bool:
        """Whether all cold runs said the same."""
        return len({_noticed(outcome) for outcome in self.outcomes}) == 1


@dataclass(frozen=True, slots=True)
class Verification:
    """The checks of a sample."""

    checks: tuple[Check, ...]
    #: Verdicts that were not repeated, because the user stopped.
    left: int = 0

    @property
    def disagreements(self) -> tuple[Check, ...]:
        """Checks on which plain pytest says otherwise, each time it is asked."""
        return tuple(one for one in self.checks if one.asked and not one.agrees and one.steady)

    @property
    def by_chance(self) -> tuple[Check, ...]:
        """Checks on which plain pytest says now this and now that; they count for nothing."""
        return tuple(one for one in self.checks if one.asked and not one.agrees and not one.steady)

    @property
    def unasked(self) -> tuple[Check, ...]:
        """Checks that could not be made; they count for nothing."""
        return tuple(check for check in self.checks if not check.asked)


def run(
    settings: Settings, sample: int, seed: int, console: Console, *, named: bool = False
) -> ExitCode:
    """Verify the last run of this project; prints the agreement. The interpreter is that of the
    last run, unless the user has ``named`` one with the command.

    Raises RefuteError: no-report, bad-report (the sources have changed since), no-seal (there
    is no other way to mount mutated source), reference-red, and those of a run.
    """
    last = judgement.load(settings.root)
    if not named:
        settings = as_before(settings, last.environment.interpreter)
    diary = Diary(console.handle)
    project = discover(settings)
    _same_sources(last, project)
    seal = choose_seal(settings, project)
    if seal.kind is SealKind.NONE:
        fail("no-seal", f"cold runs need the seal to mount mutated source: {seal.reason}")
    chosen = draw([item for item in last.judged if item.verdict in CHECKED], sample, seed)
    if not chosen:
        fail("nothing-judged", "the last run has no verdict that could be verified.")
    with Engine(settings, project, choose(settings, project), seal) as engine:
        engine.collect()
        aside = [
            test.id
            for test in last.tests
            if test.outcome in (TestOutcome.FAILED, TestOutcome.FLAKY)
        ]
        seconds = last.baseline.suite_seconds + last.baseline.collect_seconds
        cold = engine.cold(aside, seconds)
        unchanged = cold.unchanged()
        if unchanged.code != 0:
            fail(
                "reference-red",
                "plain pytest does not pass on the unchanged project.",
                detail=unchanged.output.splitlines()[-30:],
            )
        cold.narrow(unchanged.reached)
        with diary.stage("verify", f"{len(chosen)} verdicts") as stage:
            found = check(cold, chosen, diary)
            stage.count = len(found.checks)
    for line in render(found):
        print(line)
    if found.left:
        return ExitCode.INTERRUPTED
    return ExitCode.FINDINGS if found.disagreements else ExitCode.OK


def draw(items: Sequence[Judged], sample: int, seed: int) -> list[Judged]:
    """A random sample, spread over operators, verdicts and mechanisms: one from each stratum
    in turn, in an order that the seed decides.
    """
    chance = random.Random(seed)
    strata: dict[tuple[str, ...], list[Judged]] = defaultdict(list)
    for item in sorted(items, key=lambda item: item.mutant.id):
        strata[item.mutant.operator, item.verdict, item.mechanism].append(item)
    queues = [chance.sample(stratum, len(stratum)) for _, stratum in sorted(strata.items())]
    chance.shuffle(queues)
    chosen: list[Judged] = []
    while queues and len(chosen) < sample:
        for queue in queues[: sample - len(chosen)]:
            chosen.append(queue.pop())
        queues = [queue for queue in queues if queue]
    return chosen


def check(cold: Cold, chosen: Sequence[Judged], diary: Diary) -> Verification:
    """Ask plain pytest about each, and again about those on which it disagrees. Ctrl-C ends the
    asking, not the answer.
    """
    outcomes: dict[str, list[Outcome]] = {item.mutant.id: [] for item in chosen}

    def take(planned: Planned, outcome: Outcome) -> None:
        outcomes[planned.mutant.id].append(outcome)
        diary.progress(sum(map(len, outcomes.values())), len(chosen), "verdicts")

    def checks() -> tuple[Check, ...]:
        found = ((item, tuple(outcomes[item.mutant.id])) for item in chosen)
        return tuple(Check(item, answers) for item, answers in found if answers)

    try:
        cold.run(_planned(chosen), take)
        for _ in range(AGAIN):
            cold.run(_planned(one.judged for one in checks() if not one.agrees), take)
    except KeyboardInterrupt:
        return Verification(checks(), len(chosen) - len(checks()))
    return Verification(checks())


def render(found: Verification) -> list[str]:
    """The result in lines for a reader."""
    wrong, chance = found.disagreements, found.by_chance
    asked = [one for one in found.checks if one.asked and one not in chance]
    same, sample = len(asked) - len(wrong), len(found.checks) + found.left
    lines = [f"{same} of {len(asked)} verdicts agree with plain pytest."]
    if found.left:
        stopped = f"Stopped after {len(found.checks)} of {sample} verdicts"
        lines = [f"{stopped}: {same} agree with plain pytest."]
    if found.unasked:
        why = found.unasked[0].outcomes[0].detail
        lines.append(f"{len(found.unasked)} more could not be asked about: {why}.")
    if chance:
        some = "1 more is" if len(chance) == 1 else f"{len(chance)} more are"
        lines.append(f"{some} left to chance: plain pytest itself says both.")
    groups: dict[tuple[Mechanism, Verdict], list[int]] = defaultdict(lambda: [0, 0])
    for one in asked:
        group = groups[one.judged.mechanism, one.judged.verdict]
        group[0] += one.agrees
        group[1] += 1
    for (mechanism, verdict), (agree, number) in sorted(groups.items()):
        lines.append(f"  {agree:>4} of {number:<4} {verdict} by {_WORDS[mechanism]}")
    for one in (*wrong, *chance):
        mutant, cold = one.judged.mutant, one.outcomes[0]
        lines += [
            "",
            f"{mutant.id}  {mutant.file}:{mutant.line}  {mutant.operator}",
            f"  {mutant.original!r} -> {mutant.replacement!r}",
            f"  verdict: {one.judged.verdict} ({_WORDS[one.judged.mechanism]})"
            + (f", noticed by {one.judged.killed_by}" if one.judged.killed_by else ""),
            f"  plain pytest: {_answer(cold)}",
        ]
        if not one.steady:
            lines.append("  asked again, plain pytest said otherwise: chance is at work here.")
        lines.append(f"  see: refute show {mutant.id}")
    return lines


_WORDS = {
    Mechanism.SWAP: "swap",
    Mechanism.IMPORT: "a fork before the import",
    Mechanism.COLD: "a cold process",
    Mechanism.NONE: "coverage alone",
}


def _answer(outcome: Outcome) -> str:
    words = {
        Result.PASSED: "the suite passes",
        Result.FAILED: "the suite fails",
        Result.TIMEOUT: "the suite did not come to its end",
        Result.DIED: "pytest itself failed",
        Result.BROKEN: "could not be asked",
    }[outcome.result]
    where = f" at {outcome.test}" if outcome.test else ""
    return f"{words}{where}" + (f" ({outcome.detail})" if outcome.detail else "")


def _noticed(outcome: Outcome) -> bool:
    return outcome.result in (Result.FAILED, Result.TIMEOUT, Result.DIED)


def _planned(items: Iterable[Judged]) -> list[Planned]:
    return [Planned(item.mutant, Mechanism.COLD, ()) for item in items]


def _same_sources(last: Judgement, project: Project) -> None:
    changed = [
        file
        for file, source in last.sources.items()
        if not (project.root / file).is_file() or (project.root / file).read_bytes() != source.data
    ]
    if changed:
        fail(
            "bad-report",
            f"{changed[0]} has changed since the last run.",
            remedy="Run `refute run` again, then verify.",
        )
