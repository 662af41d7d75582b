"""One test under one given fault, run by hand: what `refute try` does.

The fault is a mutant or a double fault of the last report. A mutant is mounted as changed
source at its own path, so that all is as if the user had edited the file; a double fault, which
no source can express, is put in when pytest has collected. The test first runs once without
the fault, in silence: what fails anyway says nothing of a fault.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from refute.errors import ExitCode, fail
from refute.faults.double import DoubleFault
from refute.faults.fault import Mutant
from refute.faults.plan import Planned
from refute.interpreter import choose
from refute.judgement import Judgement
from refute.project import discover
from refute.settings import Settings
from refute.strengthening import double_record
from refute.trials.alone import Ending, OneTest
from refute.trials.cold import mutated_bytes
from refute.trials.engine import Engine
from refute.trials.machine import choose_seal
from refute.trials.outcome import Mechanism, Result
from refute.trials.seal import SealKind
from refute.verdicts import KillKind, kill_kind

LEAST = 20.0
"""Seconds that the test may take in any case."""

NEW = 3.0
"""Seconds that a test may take which the last run does not know, before the usual factor."""

Fault = Mutant | DoubleFault


@dataclass(frozen=True, slots=True)
class Attempt:
    """One test that passes on unchanged code, ready to be run under faults of the last run."""

    root: Path
    test: str
    one: OneTest

    def under(self, fault: Fault) -> Ending:
        """Run it under a fault; pytest prints where our own output goes.

        Raises RefuteError nothing-judged when it can't be run there.
        """
        return self._judged(fault, self.one.under(*_ways(self.root, fault)))

    def heard(self, fault: Fault) -> Ending:
        """The same, with what pytest printed as the ending's ``output``."""
        return self._judged(fault, self.one.heard(*_ways(self.root, fault)))

    def _judged(self, fault: Fault, ending: Ending) -> Ending:
        if ending.result is Result.BROKEN:
            fail("nothing-judged", f"{self.test} was not run under {fault.id}: {ending.detail}.")
        return ending


def prepare(settings: Settings, last: Judgement, faults: Iterable[Fault], test: str) -> Attempt:
    """Run a test without any fault, so that it can be run under these.

    The test is a node id; the last run need not know it. Raises RefuteError: bad-report (the
    source has changed since), no-seal, reference-red, collection-failed, nothing-judged (the
    test can't be run), and those of the choice of project and interpreter.
    """
    project = discover(settings)
    seal = choose_seal(settings, project)
    for fault in faults:
        _same_source(last, settings.root, fault)
        if seal.kind is SealKind.NONE and (isinstance(fault, Mutant) or not settings.unsealed):
            fail("no-seal", f"a fault is tried by hand under the seal: {seal.reason}.")
    launch = Engine(settings, project, choose(settings, project), seal).launch
    known = [one.seconds for one in last.tests if one.id == test]
    # Of a new test nobody knows how long it takes.
    seconds = (known[0] if known else NEW) + last.baseline.collect_seconds
    one = OneTest(
        replace(launch, arguments=(*settings.pytest_args, argument_of(settings.root, test))),
        max(LEAST, settings.timeout_factor * seconds),
    )
    _check_unchanged(test, one.unchanged())
    return Attempt(settings.root, test, one)


def run(settings: Settings, last: Judgement, fault: Fault, test: str) -> ExitCode:
    """Run a test of the last report under a fault of it; prints pytest's output and one line.

    Returns OK when the test noticed the fault, FINDINGS when it did not. Raises RefuteError as
    ``prepare`` does, and nothing-judged when the test can't be run with the fault.
    """
    attempt = prepare(settings, last, [fault], test)
    ending = attempt.under(fault)
    print(sentence(test, fault.id, ending, attempt.one.limit), flush=True)
    return ExitCode.FINDINGS if ending.result is Result.PASSED else ExitCode.OK


def argument_of(root: Path, test: str) -> str:
    """The node id as an argument of pytest in the root: ids count from pytest's own root,
    which may lie above.
    """
    path, colons, name = test.partition("::")
    for folder in (root, *root.parents):
        if (folder / path).exists():
            return os.path.relpath(folder / path, root) + colons + name
    return test


def sentence(test: str, fault: str, ending: Ending, limit: float) -> str:
    """What became of it, in one line."""
    if ending.result is Result.PASSED:
        why = ": it took no effect there" if ending.effects == 0 else ""
        return f"{test} did not notice {fault}{why}."
    return f"{test} noticed {fault}: {_how(ending, limit)}."


NOT_NOTICED = "not noticed"


def kind_of(ending: Ending) -> str:
    """How the test noticed, in one word: a kind of kill, or NOT_NOTICED."""
    if ending.result is Result.PASSED:
        return NOT_NOTICED
    if ending.result is Result.TIMEOUT:
        return KillKind.TIMEOUT.value
    if ending.result is Result.DIED or ending.uncollected:
        return KillKind.CRASHED.value
    return kill_kind(ending.failure).value


def _how(ending: Ending, limit: float) -> str:
    if ending.result is Result.TIMEOUT:
        return f"timeout, it did not come to its end in {limit:.0f} seconds"
    if ending.result is Result.DIED:
        return f"crashed, {ending.detail}"
    if ending.uncollected:
        return "crashed, pytest can't collect it"
    kind = kill_kind(ending.failure)
    if kind is KillKind.CRASHED and ending.failure is not None:
        return f"crashed, {ending.failure.exception} reached it"
    return {
        KillKind.TOLD: "told, an assertion of its own",
        KillKind.TRIPPED: "tripped, an assertion failed only because the code blew up",
    }[kind]


def _ways(root: Path, fault: Fault) -> tuple[dict[str, Any] | None, dict[Path, bytes | None]]:
    """How the fault is put in: by the process that runs the test, or as source."""
    if isinstance(fault, DoubleFault):
        return double_record(root, fault), {}
    path = root / fault.file
    return None, {path: mutated_bytes(path, Planned(fault, Mechanism.COLD, ()))}


def _check_unchanged(test: str, ending: Ending) -> None:
    """Whether the test can notice anything at all."""
    words = ending.output.splitlines()[-30:]
    if ending.uncollected:
        fail("collection-failed", f"pytest could not collect {test}.", detail=words)
    if ending.result is Result.BROKEN:
        fail("nothing-judged", f"{test} can't be run: {ending.detail}.", detail=words)
    if ending.result is not Result.PASSED:
        fail(
            "reference-red",
            f"{test} does not pass without the fault, so it can tell nothing of it.",
            remedy="Mend the test, or try another one.",
            detail=words,
        )
    if ending.skipped:
        fail("nothing-judged", f"{test} is skipped here: {ending.detail or 'no reason given'}.")


def _same_source(last: Judgement, root: Path, fault: Fault) -> None:
    file = fault.site.file if isinstance(fault, DoubleFault) else fault.file
    source, path = last.sources.get(file), root / file
    if source is not None and not (path.is_file() and path.read_bytes() == source.data):
        fail(
            "bad-report",
            f"{file} has changed since the last run.",
            remedy="Run `refute run` again; ids change with the code.",
        )
