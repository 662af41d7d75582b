"""The engine: owns every process of a run, and hands out what they found."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import takewhile
from math import inf
from time import monotonic
from types import TracebackType

from refute.baseline import Baseline, Test, TestOutcome
from refute.errors import RefuteError
from refute.faults.budget import rounds
from refute.faults.fault import Mutant
from refute.faults.plan import Order, Plan, Planned
from refute.interpreter import Interpreter
from refute.observed import Site
from refute.project import Project
from refute.settings import Settings
from refute.trials import observation
from refute.trials.asking import Asking
from refute.trials.brokered import broker_for, reachable
from refute.trials.cold import Cold
from refute.trials.hunt import Emit, Hunt
from refute.trials.looks import Looks
from refute.trials.machine import line_count, memory
from refute.trials.meeting import Meeting
from refute.trials.merged import make_baseline
from refute.trials.outcome import Outcome
from refute.trials.pairs import Pairs
from refute.trials.pool import Pool, Suite, in_time
from refute.trials.reasons import graver
from refute.trials.requests import ControlFailed, Limits
from refute.trials.scribe import Broken, Pieces, Scribe
from refute.trials.seal import Seal, SealKind
from refute.trials.slot import Launch, Record, Slot, alive, greet, narrowed
from refute.trials.telling import Telling
from refute.trials.tracing import Tracing

PROCESSES = 256
"""Processes that one trial may have at a time."""
MEMORY = 4 << 30
"""Bytes that one trial may hold, on a machine that has enough."""


class Engine:
    """Processes for one project. A context manager: leaving it ends them all."""

    def __init__(
        self, settings: Settings, project: Project, interpreter: Interpreter, found: Seal
    ) -> None:
        self._settings = settings
        self._project = project
        self._slots: list[Slot] = []
        self._scribe = Scribe()
        self._ends = inf
        self._pool: Pool | None = None
        self._collected: observation.Collected | None = None
        self.hello: Record = {}
        self.broker = broker_for(project)
        brokered = self.broker.services if self.broker else frozenset()
        self.launch = Launch(
            python=interpreter.path,
            root=project.root,
            seal=found,
            environment={
                **os.environ,
                "PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0"),
                **(self.broker.environment if self.broker else {}),
            },
            arguments=(*settings.pytest_args, *project.tests),
            files=tuple(
                (str(project.root / f), line_count(project.root / f)) for f in project.files
            ),
            memory=min(MEMORY, memory() // (2 * settings.jobs)),
            processes=PROCESSES,
            services=reachable(brokered) if found.kind is SealKind.FULL else (),
            brokered=brokered,
        )

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pool is not None:
            self._pool.close()
        for slot in self._slots:
            slot.close()
        self._scribe.close()
        if self.broker is not None:
            self.broker.close()

    def collect(self) -> observation.Collected:
        """Collect the suite as `pytest` does, or as `python -m pytest` where that alone works.

        Raises RefuteError: collection-failed, no-tests, wire-mismatch, no-pytest.
        """
        slot = self._open()
        try:
            with alive():
                self._collected = observation.collect(slot, self._project.files)
        except RefuteError as error:
            if error.slug != "collection-failed" or "Error" not in "\n".join(error.detail):
                raise
            self._discard(slot)
            self.launch = replace(self.launch, cwd_on_path=True)
            slot = self._open()
            try:
                with alive():
                    self._collected = observation.collect(slot, self._project.files)
            except RefuteError as second:
                raise graver(error, second) from None
        return self._collected

    def observe(self, mutants: Iterable[Mutant], progress: observation.Progress) -> Baseline:
        """Run the unchanged suite in its own order, and in reverse with probes for mutants.

        A reverse run in which a test does otherwise is repeated without probes: it may be
        they that disturbed it, and what they saw is void. The trials that follow reach those
        services alone that were reached here; one at a time, since they share what is in them.
        """
        with alive():
            baseline = self._observe(mutants, progress)
            self.launch = narrowed(self.launch, self._slots)
        if self.launch.shared:
            self._settings = replace(self._settings, jobs=1)
            for slot in self._slots[1:]:
                self._discard(slot)
        return baseline

    def _observe(self, mutants: Iterable[Mutant], progress: observation.Progress) -> Baseline:
        assert self._collected is not None
        looks = Looks(
            project=self._project,
            collected=self._collected,
            slots=self._slots,
            open_slot=self._open,
            discard=self._discard,
            jobs=self._settings.jobs,
            timeout_factor=self._settings.timeout_factor,
            fakes=not self._settings.score_only,
        )
        warnings: list[str] = []
        probed = [mutant for mutant in mutants if not mutant.excluded]
        one, two = looks.both(probed, progress, warnings)
        observation.watch_children(self._slots[0], self._project.files, one)
        versions = {"python": self.hello["python"], "pytest": self.hello["pytest"]}
        return make_baseline(self._collected, one, two, versions, warnings)

    def units(self, sites: Iterable[Site]) -> dict[Site, tuple[str, int]]:
        """The outermost function around each call, by name and line, where there is one that
        can be swapped; after the baseline.
        """
        by_file: dict[str, list[Site]] = {}
        for site in sites:
            by_file.setdefault(site.file, []).append(site)
        root, slot = self._project.root, self._slots[0]
        calls = {
            str(root / file): [(s.line, s.column, s.end_line, s.end_column) for s in found]
            for file, found in by_file.items()
        }
        with alive():
            slot.send({"op": "units", "calls": calls})
            units = slot.expect("units")["units"]
        return {
            site: (unit[0], unit[1])
            for file, found in by_file.items()
            for site, unit in zip(found, units[str(root / file)], strict=True)
            if unit is not None
        }

    def mutants(self, files: Iterable[str]) -> tuple[list[Mutant], list[Broken]]:
        """All mutants of these files, made by the project's interpreter."""
        return self._scribe.mutants(self.launch, self._settings, files)

    def pieces(self, files: Iterable[str], tops: Iterable[str]) -> Mapping[str, Pieces]:
        """What these files consist of, read by the project's interpreter."""
        return self._scribe.pieces(self.launch, files, frozenset(tops))

    def hunt(
        self,
        plan: Plan,
        baseline: Baseline,
        known: frozenset[str],
        emit: Emit,
        on_cold: Callable[[str], None],
        ends: float = inf,
    ) -> dict[int, str]:
        """Try every planned mutant that is not known; returns tests that proved unfit, by
        index, with the reason. ``on_cold`` hears why the rest of a run goes cold, if it does.
        No trial begins after ``ends``, on the monotonic clock.
        """
        self._ends = ends
        if self._settings.isolation == "cold":
            every = plan.tried
            self._cold_hunt((p for p in every if p.mutant.id not in known), baseline, emit)
            return {}
        done: set[str] = set(known)

        def record(planned: Planned, outcome: Outcome) -> None:
            done.add(planned.mutant.id)
            emit(planned, outcome)

        hunt = Hunt(
            root=self._project.root,
            plan=plan,
            baseline=baseline,
            test_files=baseline.test_files,
            order=Order([test.seconds for test in baseline.tests]),
            limits=Limits(self._settings.timeout_factor, baseline.collect_seconds),
            emit=record,
            in_turn=ends < inf,
        )
        names = tuple(test.id for test in baseline.tests)
        suite = Suite(names, baseline.files)
        # Trials that share a service must not meet there.
        spares = not self.launch.shared
        pool = self._pool = Pool(self.launch, self._slots, self._settings.jobs, suite, spares)
        self._slots = []
        unfit = hunt.unfit
        try:
            for part, until in rounds(plan, monotonic(), ends) if ends < inf else [(plan, inf)]:
                hunt.begin(frozenset(done), part)
                pool.run(in_time(hunt.next_request, until), hunt.on_reply)
            rest = [planned for planned, _ in hunt.to_cold]
        except ControlFailed as failed:
            on_cold(str(failed))
            rest = [p for p in plan.tried if p.mutant.id not in done]
            # What forks do to a test says nothing of it where none are made.
            unfit = {}
            pool.close()
            self._pool = None
        self._cold_hunt(rest, baseline, emit, [names[test] for test in sorted(unfit)])
        return unfit

    def strengthen(self, work: Pairs | Meeting | Tracing | Asking | Telling) -> bool:
        """Run what is to be run for verdicts on tests and doubles, or for texts of failures,
        until nothing more is wanted; after the hunt. Returns False, and runs nothing, where
        forks don't suit this suite.
        """
        if self._pool is None:
            return False
        self._pool.run(in_time(work.next_request, self._ends), work.on_reply)
        return monotonic() < self._ends

    def _cold_hunt(
        self, rest: Iterable[Planned], baseline: Baseline, emit: Emit, unfit: Iterable[str] = ()
    ) -> None:
        seconds = baseline.suite_seconds + baseline.collect_seconds
        names = baseline.names_in(self.launch.root)
        cold = self.cold([*set_aside(baseline.tests), *unfit], seconds, names)
        ordered = sorted(rest, key=lambda planned: planned.mutant.id)
        cold.run(takewhile(lambda _: monotonic() < self._ends, ordered), emit)

    def cold(
        self, aside: Iterable[str], seconds: float, names: Mapping[str, str] | None = None
    ) -> Cold:
        """Plain pytest runs on mutated source, without the tests that are set aside;
        ``seconds`` is what one unchanged run takes, ``names`` as `Baseline.names_in`.
        """
        return Cold(
            launch=self.launch,
            options=(
                *self.hello.get("calming", ()),
                *(option for test in aside for option in ("--deselect", test)),
            ),
            limit=max(20.0, self._settings.timeout_factor * seconds),
            jobs=self._settings.jobs,
            names=names or {},
        )

    @property
    def jobs(self) -> int:
        """Trials that run at a time."""
        return self._settings.jobs

    def _open(self) -> Slot:
        slot = Slot(self.launch)
        self._slots.append(slot)
        self.hello = greet(slot)
        return slot

    def _discard(self, slot: Slot) -> None:
        self._slots.remove(slot)
        slot.close()


def set_aside(tests: Iterable[Test]) -> list[str]:
    """Ids of the tests that no fault is tried on because they fail, or fail at times."""
    unusable = (TestOutcome.FAILED, TestOutcome.FLAKY)
    return [test.id for test in tests if test.outcome in unusable]
