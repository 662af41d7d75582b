"""Tests in fresh sealed processes, over links that are made bad while a test is called.

What runs beside the tests is `refute_child/strained.py`; the links are made bad by the relay,
see `refute_child/strain.py`.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import BinaryIO

from refute.faults.toxic import Bad
from refute.trials import errands
from refute.trials.services import Control, Service
from refute.trials.slot import Launch, Record
from refute.trials.strain import Carried, Strain, carried


@dataclass(frozen=True, slots=True)
class Raised:
    """What came out of a test that failed."""

    type: str
    module: str
    bases: tuple[str, ...]
    message: str
    #: An assertion failed, and not one in the project's own code.
    by_assertion: bool
    #: A ``raise`` statement of the project's made it.
    raised_by_project: bool


@dataclass(frozen=True, slots=True)
class Call:
    """What became of one test."""

    #: ``passed``, ``failed``, ``skipped``, ``hung``, ``died``, or ``broken`` outside the call.
    outcome: str
    seconds: float = 0.0
    error: Raised | None = None
    #: What went over links during the call.
    carried: tuple[Carried, ...] = ()
    #: Whether the project's invariant held after it; None if it was not asked.
    invariant: bool | None = None
    #: What the invariant said, where it hung, or what failed outside the call.
    words: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a run."""

    calls: Mapping[str, Call]
    seconds: float
    #: pytest's exit code; None when it did not come to its end.
    code: int | None
    trouble: str = ""
    reached: frozenset[Service] = frozenset()


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run: all tests, or these, over good links or bad ones to these services."""

    tests: tuple[str, ...] | None = None
    bad: Bad | None = None
    services: tuple[Service, ...] = ()
    #: Seconds that the call of a test may take; None: as many as it likes.
    deadline: float | None = None
    #: What pytest prints is shown.
    shown: bool = False


@dataclass(slots=True)
class Lines:
    """Runs tests over good and bad links; ``limit`` bounds a run, in wall seconds."""

    launch: Launch
    invariant: str = ""
    limit: float | None = None
    runs: int = field(default=0)

    def first(self) -> Seen:
        """All tests over good links; as ``python -m pytest`` if that alone works. From then on
        those services alone are let through that were reached here.
        """
        seen = self._observed()
        if not seen.calls and seen.trouble:
            launch = self.launch
            self.launch = replace(launch, cwd_on_path=True)
            second = self._observed()
            if second.calls:
                seen = second
            else:
                self.launch = launch
        self.launch = self.launch.keeping(seen.reached)
        return seen

    def run(self, order: Order) -> Seen:
        """One run."""
        return self._run(order, None)

    def _observed(self) -> Seen:
        with closing(Control()) as control:
            return self._run(Order(), control)

    def _run(self, order: Order, control: Control | None) -> Seen:
        self.runs += 1
        record = {
            "tests": order.tests,
            "deadline": order.deadline,
            "invariant": self.invariant,
            "files": [path for path, _ in self.launch.files],
        }
        began = time.monotonic()
        with tempfile.TemporaryFile() as log, closing(Strain(order.bad, order.services)) as strain:
            shown: BinaryIO | None = None if order.shown else log
            errand = errands.send(self.launch, "strained", record, {}, shown, control, strain)
            strain.close()
            limit = self.limit
            if limit is not None and order.deadline is not None:
                limit += order.deadline
            status, said = errand.end(limit)
            reached = control.last() if control and status in (0, 1) else frozenset()
            log.seek(0)
            printed = log.read().decode("utf-8", "replace")
        seen = read([json.loads(line) for line in said.splitlines()], status)
        trouble = seen.trouble
        if trouble and not seen.calls:
            trouble = "\n".join([trouble, *printed.splitlines()[-10:]])
        seconds = time.monotonic() - began
        return replace(seen, seconds=seconds, reached=reached, trouble=trouble)


def read(records: Iterable[Record], status: int | None) -> Seen:
    """What a run says by its records and the process's exit status (None when it was cut)."""
    calls: dict[str, Call] = {}
    begun: list[str] = []
    errors: list[str] = []
    code: int | None = None
    for record in records:
        if "begin" in record:
            begun.append(record["begin"])
        elif "call" in record:
            calls[record["call"]] = _call(record)
        elif "hung" in record:
            calls[record["hung"]] = Call("hung", words=record["where"])
        elif "report" in record:
            _note(calls, record)
        elif "error" in record:
            errors.append(record["error"])
        else:
            code = record["code"]
    for test in begun:
        if test not in calls:
            words = "it was cut" if status is None else f"the process ended with status {status}"
            calls[test] = Call("hung" if status is None else "died", words=words)
    trouble = errors[0].strip().splitlines()[-1] if errors and errors[0].strip() else ""
    if code is None and not trouble and not any(one.outcome == "hung" for one in calls.values()):
        trouble = "it was cut" if status is None else f"the process ended with status {status}"
    return Seen(calls, 0.0, code, trouble)


def _call(record: Record) -> Call:
    error = record["error"]
    return Call(
        record["outcome"],
        record["seconds"],
        Raised(**{**error, "bases": tuple(error["bases"])}) if error else None,
        carried(record["links"]),
        record["invariant"],
        record["words"],
    )


def _note(calls: dict[str, Call], record: Record) -> None:
    """A phase outside the call did not pass: over good links, that says something of the test."""
    test, words = record["report"], f"{record['phase']}: {record['words']}"
    if record["outcome"] == "skipped":
        calls.setdefault(test, Call("skipped"))
        return
    found = calls.get(test, Call("broken"))
    if record["phase"] == "setup" or found.outcome == "passed":
        calls[test] = replace(found, outcome="broken", words=words)
