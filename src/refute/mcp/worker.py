"""The process in which tests are run for the server: one job, then it ends.

The job comes as a line of JSON on standard input, records go out on standard output, one a
line: ``{"progress": ..., "total": ..., "message": ...}`` on the way, and at last one with
``result`` or ``error``. Standard input stays open as a life-line: when it ends, the work is
stopped as by Ctrl-C, and what was finished is kept.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from refute.errors import RefuteError
from refute.events import Event, StageStarted, TestsRun, TrialDone

STAGES = ("collect", "faults", "baseline", "trials", "strength", "clarity")
"""The stages of a run, in order; each is one step of its progress."""

SUGGESTING = ("reading", "observing", "proving")
"""The same for suggestions."""

PAUSE = 0.2
"""Seconds between two records of progress, at the least."""

LINES = 60
"""Lines of pytest's output that are handed back."""

_FAILURES = re.compile(r"=+ (FAILURES|ERRORS) =+")


class Teller:
    """Turns the events of a run into records of progress, that never goes back."""

    def __init__(self, out: IO[str], stages: Sequence[str] = STAGES) -> None:
        self.out = out
        self._stages = stages
        self._stage = 0
        self._most = self._said = 0.0

    def handle(self, event: Event) -> None:
        """Tell one event, if it is due."""
        match event:
            case StageStarted(name) if name in self._stages:
                self._stage = self._stages.index(name)
                self._tell(0.0, f"{name} begins", due=True)
            case TestsRun():
                share = event.done / max(event.total, 1)
                what = (
                    f"{self._stages[self._stage]}: {event.done:,} of {event.total:,} {event.things}"
                )
                self._tell(share, what)
            case TrialDone():
                noticed = f"{event.killed:,} killed, {event.survived:,} survived"
                what = f"trials: {event.done:,} of {event.total:,} faults tried, {noticed}"
                self._tell(event.done / max(event.total, 1), what)

    def step(self, number: int, total: int, message: str) -> None:
        """Tell that one thing of so many is done."""
        write(self.out, {"progress": number, "total": total, "message": message})

    def _tell(self, share: float, message: str, *, due: bool = False) -> None:
        now, progress = time.monotonic(), self._stage + min(share, 0.99)
        # Two records of one progress would be against the protocol.
        if progress <= self._most or not (due or now - self._said >= PAUSE):
            return
        self._most, self._said = progress, now
        record = {"progress": progress, "total": len(self._stages), "message": message}
        write(self.out, record)


def write(out: IO[str], record: dict[str, Any]) -> None:
    """One record, at once."""
    out.write(json.dumps(record) + "\n")
    out.flush()


def judge(root: Path, given: dict[str, Any], teller: Teller) -> dict[str, Any]:
    """Judge the suite; the report is saved as ever, and stands for the result."""
    from refute import pipeline
    from refute.settings import load

    settings = load(root, given)
    pipeline.run(settings, teller)
    return {}


def attempt(root: Path, given: dict[str, Any], teller: Teller) -> dict[str, Any]:
    """One test under some faults of the last run: a list of values.Tried, under ``tried``."""
    from refute import attempt as trying
    from refute.interpreter import as_before
    from refute.judgement import load as load_report
    from refute.report import lookup
    from refute.settings import load

    settings, last = load(root), load_report(root)
    settings = as_before(settings, last.environment.interpreter)
    faults: list[trying.Fault] = [
        lookup.find_fault(last, id).fault
        if id.strip().lower().startswith("d-")
        else lookup.find_mutant(last, id).mutant
        for id in given["faults"]
    ]
    test = given["test"]
    if not given["new"]:
        test = lookup.find_test(last, test)
    ready = trying.prepare(settings, last, faults, test)
    tried = []
    for number, fault in enumerate(faults, 1):
        teller.step(number, len(faults) + 1, f"{test} passes; now under {fault.id}")
        ending = ready.heard(fault)
        said = trying.sentence(test, fault.id, ending, ready.one.limit)
        how = trying.kind_of(ending)
        tried.append(
            {
                "fault": fault.id,
                "test": test,
                "noticed": how != trying.NOT_NOTICED,
                "how": how,
                "sentence": said,
                "output": telling(ending.output),
            }
        )
    return {"tried": tried}


def suggest(root: Path, given: dict[str, Any], teller: Teller) -> dict[str, Any]:
    """Suggestions for faults of the last run; they are kept beside the report, as ever."""
    from refute.interpreter import as_before
    from refute.judgement import load as load_report
    from refute.judgement import save_suggested
    from refute.settings import load
    from refute.suggesting import session
    from refute.suggesting.document import to_json, to_keep

    last = load_report(root)
    settings = as_before(load(root), last.environment.interpreter)
    listener = Teller(teller.out, SUGGESTING)
    found = session.run(settings, last, given["wanted"], listener, since=given["since"])
    kept = to_keep(found)
    save_suggested(root, kept)
    return {
        "advice": [one.id for one in kept.advice],
        "nothing": dict(kept.nothing),
        "patch": to_json(found)["patch"],
    }


def telling(output: str) -> str:
    """What of pytest's output says something: its failures, without its head; the end of that."""
    lines = output.splitlines()
    heads = [number for number, line in enumerate(lines) if _FAILURES.fullmatch(line)]
    return "\n".join(lines[heads[0] if heads else 0 :][-LINES:])


JOBS = {"judge": judge, "attempt": attempt, "suggest": suggest}


def main() -> None:
    """Do the one job."""
    job = json.loads(sys.stdin.readline())
    # Whatever else prints, here or below, must not get between the records.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    threading.Thread(target=_watch, daemon=True).start()
    try:
        try:
            result = JOBS[job["do"]](Path(job["root"]), job["given"], Teller(out))
        except RefuteError as error:
            write(out, {"error": described(error)})
        else:
            write(out, {"result": result})
    except KeyboardInterrupt:
        os._exit(130)


def described(error: RefuteError) -> dict[str, Any]:
    """An error as a record."""
    return {
        "slug": error.slug,
        "message": error.message,
        "remedy": error.remedy,
        "detail": list(error.detail),
    }


def _watch() -> None:
    """Wait for the end of the life-line."""
    while os.read(0, 4096):
        continue
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
