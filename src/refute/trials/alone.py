"""One test by itself in a fresh sealed process, under one fault or none.

pytest is the user's own and prints where it is told to; `refute_child/attempt.py` stands
beside it and notes how the test ended.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from refute.trials import errands
from refute.trials.outcome import Failure, Result
from refute.trials.services import Control, Service
from refute.trials.slot import Launch, Record

_NOT_FOUND = (4, 5)
"""pytest's exit codes for a test that it does not find, and for none at all."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How the one test ended."""

    result: Result
    failure: Failure | None = None
    #: True for a test that pytest skipped.
    skipped: bool = False
    #: Why there is nothing to tell, or how the process ended.
    detail: str = ""
    #: How often a double fault took effect; None for any other run.
    effects: int | None = None
    #: What showed in project code, in stable words.
    accidents: frozenset[str] = frozenset()
    #: Services that were reached, and what was printed, if it was asked for.
    reached: frozenset[Service] = frozenset()
    output: str = ""

    @property
    def uncollected(self) -> bool:
        """Whether pytest ended before it had the test."""
        return self.failure is not None and self.failure.phase == "collect"


@dataclass(slots=True)
class OneTest:
    """Runs one test, as often as it is asked to; ``limit`` is in wall seconds.

    Whoever begins with ``unchanged`` learns whether the test passes without a fault; from then
    on it reaches those services alone that it reached there, and accidents that it showed
    there are held against no fault. The launch's arguments name the one test.
    """

    launch: Launch
    limit: float
    _usual: frozenset[str] = field(default_factory=frozenset)

    def unchanged(self) -> Ending:
        """The test without any fault, in silence; as ``python -m pytest`` if that alone works."""
        found, launch = self._quiet(), self.launch
        if found.uncollected:
            self.launch = replace(launch, cwd_on_path=True)
            second = self._quiet()
            if second.uncollected:
                self.launch = launch
            else:
                found = second
        self.launch = self.launch.keeping(found.reached)
        self._usual = found.accidents
        return found

    def under(self, fault: Record | None, files: Mapping[Path, bytes | None]) -> Ending:
        """The test under a fault: a record to be put in by the process itself, or files that
        hold it. What pytest prints goes where our own output goes.
        """
        return self._run(fault, files)

    def heard(self, fault: Record | None, files: Mapping[Path, bytes | None]) -> Ending:
        """The same, with what pytest prints as the ending's ``output``."""
        with tempfile.TemporaryFile() as log:
            found = self._run(fault, files, log)
            log.seek(0)
            return replace(found, output=log.read().decode("utf-8", "replace"))

    def quietly(self, files: Mapping[Path, bytes | None]) -> Ending:
        """The test on changed files; what pytest prints goes nowhere."""
        with tempfile.TemporaryFile() as log:
            return self._run(None, files, log)

    def _quiet(self) -> Ending:
        with tempfile.TemporaryFile() as log:
            if not self.launch.services:
                found = self._run(None, {}, log)
            else:
                with closing(Control()) as control:
                    found = self._run(None, {}, log, control)
                    if found.result is Result.PASSED:
                        found = replace(found, reached=control.last())
            log.seek(0)
            return replace(found, output=log.read().decode("utf-8", "replace"))

    def _run(
        self,
        fault: Record | None,
        files: Mapping[Path, bytes | None],
        log: BinaryIO | None = None,
        control: Control | None = None,
    ) -> Ending:
        record = {"files": self.launch.files, "fault": fault}
        errand = errands.send(self.launch, "attempt", record, files, log, control)
        status, text = errand.end(self.limit)
        return ending_of(status, json.loads(text) if text else None, self._usual)


def ending_of(status: int | None, said: Record | None, usual: Collection[str] = ()) -> Ending:
    """What a run says of its test: by the process's exit status (None when it was cut) and what
    the witness wrote down, if it came to that: then a process that hung later, at its own end,
    says no more. ``usual`` are accidents of the unchanged test.
    """
    if said is None:
        if status is None:
            return Ending(Result.TIMEOUT)
        detail = f"the process ended with status {status}"
        failure = Failure("process", f"exit code {status}", "", by_test=False, accident=False)
        return Ending(Result.DIED, failure, detail=detail)
    if "broken" in said:
        return Ending(Result.BROKEN, detail=said["broken"])
    if said["outcome"] is None:
        return _not_run(status, said)
    found, told = frozenset(said["accidents"]), said["failure"]
    failed = said["outcome"] == "failed"
    return Ending(
        Result.FAILED if failed else Result.PASSED,
        Failure(**told, accident=not found <= frozenset(usual)) if failed else None,
        skipped=said["outcome"] == "skipped",
        detail=said["detail"],
        effects=said.get("effects"),
        accidents=found,
    )


def _not_run(status: int | None, said: Record) -> Ending:
    """pytest came to its end without the test."""
    if not said["errors"] and said["started"] and status in _NOT_FOUND:
        return Ending(Result.BROKEN, detail="pytest does not find the test")
    message = (said["errors"] or [f"pytest ended with status {status}"])[0]
    failure = Failure("collect", "collection error", message, by_test=False, accident=False)
    return Ending(Result.FAILED, failure)
