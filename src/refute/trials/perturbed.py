"""Runs of the unchanged suite in fresh sealed processes, each in a world of its own.

What runs beside the tests is `refute_child/perturbed.py`.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from refute.faults.perturbation import Kind, Perturbation, Rewrite, moment
from refute.trials.errands import Errand, send
from refute.trials.seal import Seal, SealError, SealKind
from refute.trials.services import Control, Service
from refute.trials.slot import Launch, Record, Slot, greet

_POLL_SECONDS = 0.02
TRIES = 3
"""So often a sealed program is started before that counts as an error."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be run: all tests, or these in this order, or all up to a last one."""

    perturbation: Perturbation
    tests: tuple[str, ...] | None = None
    until: str | None = None
    #: Content that is mounted in the place of files, by absolute path.
    files: Mapping[Path, bytes] = field(default_factory=dict)
    #: Whether to look what each test leaves behind.
    leftovers: bool = False
    #: Put a clock's machinery in place without another time, to see what that does.
    idle: bool = False
    #: Whether the files hold tests that show what they see to a recorder.
    sights: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """How the tests ended, by node id: ``passed``, ``failed`` or ``skipped``."""

    outcomes: Mapping[str, str]
    #: The line of pytest that says what failed.
    failures: Mapping[str, str]
    #: Node ids in the order in which they were run.
    order: tuple[str, ...]
    #: What the tests left behind, in words, by node id.
    left: Mapping[str, tuple[str, ...]]
    seconds: float
    #: pytest's exit code; None when it did not come to its end.
    code: int | None
    #: Why the run as a whole tells nothing, or not all; empty if all is well.
    trouble: str = ""
    reached: frozenset[Service] = frozenset()
    #: What pytest printed, if it was not shown.
    output: str = ""
    #: What was seen at the points of instrumented tests, by node id: point -> view -> literal.
    sights: Mapping[str, Mapping[str, Mapping[str, str]]] = field(default_factory=dict)

    def failed(self, test: str) -> bool:
        """Whether this test was run and failed."""
        return self.outcomes.get(test) == "failed"

    def passed(self, test: str) -> bool:
        """Whether this test was run and passed."""
        return self.outcomes.get(test) == "passed"


@dataclass(slots=True)
class _Running:
    errand: Errand
    log: BinaryIO | None
    began: float
    ask: Ask
    control: Control | None


@dataclass(slots=True)
class Worlds:
    """Runs what it is asked to; ``limit`` is in wall seconds, None for no limit."""

    launch: Launch
    limit: float | None = None
    jobs: int = 1
    #: How many runs there were so far.
    runs: int = 0

    def first(self) -> Answer:
        """The unchanged suite; as ``python -m pytest`` if that alone works. From then on those
        services alone are let through that were reached here.
        """
        answer = self._observed()
        if not answer.order and answer.trouble:
            launch = self.launch
            self.launch = replace(launch, cwd_on_path=True)
            second = self._observed()
            if second.order:
                answer = second
            else:
                self.launch = launch
        self.launch = self.launch.keeping(answer.reached)
        if self.launch.shared:
            # Runs that share a service must not meet there.
            self.jobs = 1
        return answer

    def one(self, ask: Ask) -> Answer:
        """One run, and how it ended."""
        return self._finish(self._start(ask, tempfile.TemporaryFile()))

    def shown(self, ask: Ask) -> Answer:
        """One run that prints where our own output goes."""
        return self._finish(self._start(ask, None))

    def all(self, asks: Iterable[Ask], emit: Callable[[Ask, Answer], None]) -> None:
        """Several runs, as many at a time as there are jobs; ``emit`` gets answers as they come."""
        waiting = list(asks)[::-1]
        running: list[_Running] = []
        try:
            while waiting or running:
                while waiting and len(running) < self.jobs:
                    running.append(self._start(waiting.pop(), tempfile.TemporaryFile()))
                for one in list(running):
                    over = self.limit is not None and time.monotonic() - one.began > self.limit
                    if over or one.errand.program.poll() is not None:
                        running.remove(one)
                        emit(one.ask, self._finish(one))
                time.sleep(_POLL_SECONDS)
        finally:
            for one in running:
                one.errand.program.kill()
                one.errand.program.wait()

    def _observed(self) -> Answer:
        ask = Ask(Perturbation(Kind.NOTHING))
        if not self.launch.services or self.launch.seal.kind is SealKind.NONE:
            return self.one(ask)
        with closing(Control()) as control:
            return self._finish(self._start(ask, tempfile.TemporaryFile(), control))

    def _start(self, ask: Ask, log: BinaryIO | None, control: Control | None = None) -> _Running:
        launch, change = self.launch, ask.perturbation
        self.runs += 1
        record = {
            "kind": change.kind.value,
            "seed": change.seed,
            "tests": ask.tests,
            "until": ask.until,
            "moment": moment(change.seed) if change.kind is Kind.CLOCK and not ask.idle else None,
            "leftovers": ask.leftovers,
            "sights": ask.sights,
        }
        launch = replace(launch, environment={**launch.environment, **change.environment})
        errand = _send(launch, record, ask.files, log, control)
        return _Running(errand, log, time.monotonic(), ask, control)

    def _finish(self, run: _Running) -> Answer:
        left = None if self.limit is None else run.began + self.limit - time.monotonic()
        status, said = run.errand.end(None if left is None else max(0.0, left))
        reached = run.control.last() if run.control and status in (0, 1) else frozenset()
        records = [json.loads(line) for line in said.splitlines()]
        output = ""
        if run.log is not None:
            with run.log as log:
                log.seek(0)
                output = log.read().decode("utf-8", "replace")
        answer = read(records, status)
        seconds = time.monotonic() - run.began
        return replace(answer, seconds=seconds, reached=reached, output=output)


def _send(
    launch: Launch,
    record: Record,
    files: Mapping[Path, bytes],
    log: BinaryIO | None,
    control: Control | None,
) -> Errand:
    """Start one run; where others change the tree while it is being covered, again."""
    given = launch, "perturbed", record, files, log, control
    for _ in range(TRIES - 1):
        with suppress(SealError):
            return send(*given)
    return send(*given)


def read(records: Iterable[Record], status: int | None) -> Answer:
    """What a run says by its records and the process's exit status (None when it was cut).

    A test that began and did not end, because its process did, has failed.
    """
    outcomes: dict[str, str] = {}
    failures: dict[str, str] = {}
    left: dict[str, tuple[str, ...]] = {}
    sights: dict[str, Mapping[str, Mapping[str, str]]] = {}
    order: list[str] = []
    errors: list[str] = []
    code: int | None = None
    for record in records:
        if "begin" in record:
            order.append(record["begin"])
        elif "test" in record:
            test, outcome = record["test"], record["outcome"]
            if outcomes.get(test) != "failed":
                outcomes[test] = outcome
            if record["failure"]:
                failures.setdefault(test, record["failure"])
        elif "sights" in record:
            sights[record["by"]] = record["sights"]
        elif "left" in record:
            left[record["by"]] = tuple(record["left"])
        elif "error" in record:
            errors.append(record["error"])
        else:
            code = record["code"]
    trouble = errors[0].strip().splitlines()[-1] if errors and errors[0].strip() else ""
    if code is None:
        trouble = "it was cut" if status is None else f"the process ended with status {status}"
    for test in order:
        if test not in outcomes:
            outcomes[test] = "failed"
            failures[test] = trouble or "the process ended in the midst of the test"
    return Answer(outcomes, failures, tuple(order), left, 0.0, code, trouble, sights=sights)


def rewrites(launch: Launch, files: Iterable[str]) -> list[Rewrite]:
    """All rewrites of these files, made by the project's interpreter; what can't be parsed has
    none.
    """
    # Sources are only parsed here, so this process needs no seal.
    scribe = Slot(replace(launch, seal=Seal(SealKind.NONE), services=()))
    try:
        greet(scribe)
        paths = [(file, str(launch.root / file)) for file in files]
        scribe.send({"op": "rewrites", "files": paths})
        found: list[Rewrite] = []
        while (record := scribe.expect("rewrites", "rewrites-done"))["event"] == "rewrites":
            found += map(Rewrite.from_record, record["rewrites"])
        return found
    finally:
        scribe.close()
