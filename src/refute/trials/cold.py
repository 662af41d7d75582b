"""The reference: plain pytest in a fresh interpreter, on mutated source at its own path.

Nothing of the worker takes part: no fork, no swap, no coverage. Before a file's first mutant a
canary shows that the file at this path is the one that the suite imports.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

from refute.faults.plan import Planned
from refute.trials import seal as sealing
from refute.trials.outcome import Failure, Mechanism, Outcome, Result
from refute.trials.services import Control, Service
from refute.trials.slot import Launch

_PLAIN = """\
import os, resource, sys
if sys.argv[1] != "cwd" and sys.path and sys.path[0] == "":
    sys.path[0] = os.path.dirname(sys.executable)
limit = int(sys.argv[2])
if limit:
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
del sys.argv[1:3]
sys.argv[0] = "pytest"
import pytest
code = pytest.console_main()
os.write(2, b"\\nrefute: pytest ended\\n")
sys.exit(code)
"""
"""What the command `pytest` does, with a bound on memory and a word at its end."""

_NOTICED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - (.*))?$", re.MULTILINE)
_ENDED = "\nrefute: pytest ended\n"
_TOKEN = "refute-canary-7d1f"
_POLL_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ColdRun:
    """How one plain run ended: pytest's exit code (None when it was cut) and its output."""

    code: int | None
    output: str
    seconds: float
    #: What it reached of the services that were let through, if it was asked to tell.
    reached: frozenset[Service] = frozenset()


@dataclass(slots=True)
class _Running:
    program: sealing.Program
    log: BinaryIO
    began: float
    about: Planned


@dataclass(slots=True)
class Cold:
    """Runs plain pytest on mutated files, several at once; ``limit`` is in wall seconds."""

    launch: Launch
    #: Options that keep other plugins from interfering, and the tests that are set aside.
    options: tuple[str, ...]
    limit: float
    jobs: int = 1
    #: What pytest prints for tests whose ids are not relative to the folder that it was started
    #: in (its configuration lies elsewhere), and their ids.
    names: Mapping[str, str] = field(default_factory=dict)
    _canaries: dict[str, bool] = field(default_factory=dict)

    def run(self, planned: Iterable[Planned], emit: Callable[[Planned, Outcome], None]) -> None:
        """Judge each mutant; ``emit`` gets outcomes as they come."""
        waiting: Iterator[Planned] = iter(planned)
        running: list[_Running] = []
        try:
            more = True
            while more or running:
                while more and len(running) < self.jobs:
                    following = next(waiting, None)
                    more = following is not None
                    if following is not None and self._is_imported(following, emit):
                        running.append(self._start(following))
                for one in list(running):
                    outcome = self._finished(one)
                    if outcome is not None:
                        running.remove(one)
                        emit(one.about, outcome)
                if running:
                    time.sleep(_POLL_SECONDS)
        finally:
            for one in running:
                one.program.kill()
                one.program.wait()
                one.log.close()

    def unchanged(self) -> ColdRun:
        """The suite without any fault, and which services it reached."""
        log = tempfile.TemporaryFile()
        if not self.launch.services:
            return self._wait(self._spawn({}, log), log)
        with closing(Control()) as control:
            program = self._spawn({}, log, control.theirs.fileno())
            control.theirs.close()
            run = self._wait(program, log)
            return replace(run, reached=control.last()) if run.code == 0 else run

    def altered(
        self,
        files: Mapping[Path, bytes | None],
        options: Sequence[str],
        started: Callable[[sealing.Program], None],
    ) -> ColdRun:
        """The suite on a tree with these files (None: taken away) and further options of pytest,
        `-x` among them if it shall stop at the first failure; ``started`` hears of the process.
        """
        log = tempfile.TemporaryFile()
        program = self._spawn(files, log, further=options)
        started(program)
        return self._wait(program, log)

    def outcome(self, fault: str, run: ColdRun) -> Outcome:
        """What a run says about the fault with this id."""
        said = outcome_of(fault, run)
        return replace(said, test=self.names.get(said.test, said.test)) if said.test else said

    def narrow(self, services: Iterable[Service]) -> None:
        """Let through these services alone, from now on; those who share them take turns."""
        self.launch = self.launch.keeping(services)
        self.jobs = 1 if self.launch.shared else self.jobs

    def _is_imported(self, planned: Planned, emit: Callable[[Planned, Outcome], None]) -> bool:
        file = planned.mutant.file
        if file not in self._canaries:
            path = self.launch.root / file
            text = path.read_bytes() + f"\nraise RuntimeError({_TOKEN!r})\n".encode()
            log = tempfile.TemporaryFile()
            run = self._wait(self._spawn({path: text}, log), log)
            # A test may keep to itself what an interpreter that it started has said.
            hidden = run.code == 1 and _TOKEN not in run.output
            shows = self.unchanged().code == 0 if hidden else _TOKEN in run.output
            self._canaries[file] = shows
        if self._canaries[file]:
            return True
        reason = (
            "a fault planted in this file shows in no test: the suite imports another copy, or none"
        )
        emit(planned, Outcome(planned.mutant.id, Mechanism.COLD, Result.BROKEN, detail=reason))
        return False

    def _start(self, planned: Planned) -> _Running:
        path = self.launch.root / planned.mutant.file
        log: BinaryIO = tempfile.TemporaryFile()
        program = self._spawn({path: mutated_bytes(path, planned)}, log)
        return _Running(program, log, time.monotonic(), planned)

    def _finished(self, one: _Running) -> Outcome | None:
        seconds = time.monotonic() - one.began
        code = one.program.poll()
        if code is None and seconds <= self.limit:
            return None
        if code is None:
            one.program.kill()
            one.program.wait()
        one.log.seek(0)
        output = one.log.read().decode("utf-8", "replace")
        one.log.close()
        return self.outcome(one.about.mutant.id, ColdRun(code, output, seconds))

    def _spawn(
        self,
        files: Mapping[Path, bytes | None],
        log: BinaryIO,
        control: int = -1,
        further: Sequence[str] = ("-x",),
    ) -> sealing.Program:
        launch = self.launch
        where = "cwd" if launch.cwd_on_path else "-"
        return sealing.spawn(
            [
                str(launch.python),
                "-c",
                _PLAIN,
                where,
                str(launch.memory),
                *launch.arguments,
                *self.options,
                *further,
                *("-rfE", "--tb=short", "--color=no"),
            ],
            env=dict(launch.environment),
            cwd=launch.root,
            project_root=launch.root,
            seal=launch.seal,
            files=files,
            init=True,
            services=launch.services,
            control=control,
            stdout=log,
            stderr=log,
        )

    def _wait(self, program: sealing.Program, log: BinaryIO) -> ColdRun:
        began = time.monotonic()
        code: int | None
        try:
            code = program.wait(self.limit)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
            code = None
        log.seek(0)
        output = log.read().decode("utf-8", "replace")
        log.close()
        return ColdRun(code, output, time.monotonic() - began)


def mutated_bytes(path: Path, planned: Planned) -> bytes:
    """The file's content with the mutant in it, in the file's own encoding."""
    from refute_child.mutants import apply, decode

    text, encoding = decode(path.read_bytes())
    mutant = planned.mutant
    return apply(text, mutant.start, mutant.end, mutant.replacement).encode(encoding)


def outcome_of(fault: str, run: ColdRun) -> Outcome:
    """What one plain run says about the fault with this id."""
    noticed = _NOTICED.search(run.output)
    result = {None: Result.TIMEOUT, 0: Result.PASSED, 1: Result.FAILED}.get(run.code, Result.DIED)
    detail = "" if run.code in (0, 1, None) else f"pytest ended with status {run.code}"
    if result is Result.PASSED and _ENDED not in run.output:
        # Something ended the process with status 0 before pytest came to its end.
        result, detail = Result.DIED, "the process ended before pytest did"
    failure: Failure | None = None
    if result in (Result.FAILED, Result.DIED):
        words = (noticed.group(2) or "") if noticed else ""
        exception, _, message = words.partition(": ")
        failure = Failure(
            phase="process",
            exception=exception[:120] or f"exit code {run.code}",
            message=message[:200],
            by_test=exception.startswith(("AssertionError", "assert ", "Failed")),
            accident=False,
        )
    return Outcome(
        mutant=fault,
        mechanism=Mechanism.COLD,
        result=result,
        test=noticed.group(1) if noticed and result is not Result.PASSED else None,
        failure=failure,
        seconds=run.seconds,
        detail=detail,
    )
