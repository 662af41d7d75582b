"""What a run says while it goes on, and what of it is kept for the judgement."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from refute.baseline import Baseline, TestOutcome
from refute.events import (
    BaselineSummary,
    Estimate,
    Event,
    Interrupted,
    Note,
    StageFinished,
    StageStarted,
    TestsRun,
    Warning_,
)
from refute.interpreter import Interpreter
from refute.judgement import Remark, Stage
from refute.project import Project
from refute.trials.seal import Seal, SealKind


@dataclass(slots=True)
class Step:
    """A stage under way; ``count`` is set by whoever runs it."""

    name: str
    count: int = 0


@dataclass(slots=True)
class Diary:
    """Tells a listener (the console) and remembers times and remarks."""

    tell: Callable[[Event], None]
    stages: list[Stage] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str, detail: str = "") -> Iterator[Step]:
        """Time a stage and announce its beginning and end."""
        step = Step(name)
        self.tell(StageStarted(name, detail))
        began = time.monotonic()
        try:
            yield step
        finally:
            seconds = time.monotonic() - began
            self.stages.append(Stage(name, seconds, step.count))
            self.tell(StageFinished(name, seconds))

    def note(self, slug: str, text: str) -> None:
        """Something worth knowing."""
        self.remarks.append(Remark(slug, text))
        self.tell(Note(text))

    def warn(self, slug: str, text: str) -> None:
        """Something that is not as it should be, and stops nothing."""
        self.remarks.append(Remark(slug, text))
        self.tell(Warning_(slug, text))

    def setting(self, project: Project, interpreter: Interpreter, seal: Seal) -> None:
        """What was chosen before anything ran, and why."""
        for text in project.notes:
            self.note("project", text)
        self.note(
            "interpreter",
            f"Interpreter: {interpreter.path} (Python {interpreter.version}, "
            f"pytest {interpreter.pytest}), {interpreter.reason}.",
        )
        if project.compiled:
            names = ", ".join(project.compiled[:5])
            self.note("compiled", f"Compiled modules are not judged: {names}.")
        if seal.kind is SealKind.NONE:
            self.warn("unsealed", f"There is no seal here: {seal.reason}.")
        elif seal.reason:
            self.note("seal", f"The seal is not whole: {seal.reason}.")

    def progress(self, done: int, total: int, things: str = "tests", running: str = "") -> None:
        """The unchanged suite goes on, or a verification; ``running`` names what begins."""
        self.tell(TestsRun(done, total, things, running))

    def suite(self, baseline: Baseline) -> None:
        """How the unchanged suite fared, and which real boundaries it crossed."""
        outcomes = [test.outcome for test in baseline.tests]
        self.tell(
            BaselineSummary(
                tests=len(outcomes),
                passed=outcomes.count(TestOutcome.PASSED),
                red=outcomes.count(TestOutcome.FAILED),
                flaky=outcomes.count(TestOutcome.FLAKY),
                skipped=outcomes.count(TestOutcome.SKIPPED),
                seconds=baseline.suite_seconds,
            )
        )
        for warning in baseline.warnings:
            self.warn("order-not-tried", f"The suite {warning}.")
        if baseline.observed.trouble:
            self.warn(
                "doubles-not-observed",
                f"Test doubles were not observed ({baseline.observed.trouble}): what is said of "
                "tests rests on faults in the project's own code alone.",
            )
        crossed: dict[str, list[str]] = {"process": [], "connect": []}
        for crossing, tests in baseline.boundaries.items():
            kind, _, what = crossing.partition(" ")
            if kind in crossed:
                crossed[kind].append(f"{what} ({tests} test{'s' if tests > 1 else ''})")
        for kind, words in (("process", "start processes"), ("connect", "open connections")):
            if crossed[kind]:
                named = ", ".join(crossed[kind][:5]) + (", ..." if len(crossed[kind]) > 5 else "")
                self.note("boundary", f"The tests {words}: {named}.")

    def services(self, names: Sequence[str]) -> None:
        """What the seal lets through, of what the machine runs."""
        if names:
            verb, those = ("are", "them") if len(names) > 1 else ("is", "it")
            self.note(
                "service",
                f"{', '.join(names)} {verb} let through the seal: the tests use {those}. What a "
                "fault does there is real, and trials run one at a time.",
            )

    def dependencies(self, sentences: Sequence[str]) -> None:
        """Real dependencies that were started for the tests."""
        for sentence in sentences:
            self.note("dependency", f"{sentence[:1].upper()}{sentence[1:]}.")

    def ahead(self, mutants: int, seconds: float, reused: int) -> None:
        """What lies ahead."""
        if reused:
            self.note("reused", f"{_taken(reused, 'verdict')} taken over from earlier runs.")
        self.tell(Estimate(mutants, seconds))

    def chosen(self, notes: Sequence[str]) -> None:
        """What of all that could be judged is."""
        for text in notes:
            self.note("selection", text)

    def spent(self, done: str) -> None:
        """The budget ended before the work did."""
        self.note("budget", f"The time is spent. Tried were, of the faults, {done}.")

    def also_reused(self, pairs: int) -> None:
        """What the strength phase took over."""
        if pairs:
            self.note(
                "reused",
                f"{_taken(pairs, 'pair', ' of a fault and a test')} taken over from earlier runs.",
            )

    def goes_cold(self, reason: str) -> None:
        """Forks do not suit this suite."""
        self.warn(
            "control-failed",
            f"Tests fail in forks without any fault: {reason}. The rest of the run is cold.",
        )

    def interrupted(self, done: int, total: int) -> None:
        """Ctrl-C."""
        self.remarks.append(Remark("interrupted", f"Stopped after {done:,} of {total:,} trials."))
        self.tell(Interrupted(done, total))


def _taken(number: int, noun: str, more: str = "") -> str:
    return f"1 {noun}{more} is" if number == 1 else f"{number:,} {noun}s{more} are"
