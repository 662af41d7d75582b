"""Measures refute against its peers: the same modules and tests, one core, one job at a time.

Each tool has an environment and a fresh tree of its own. Prints a table and appends it to
benches/RESULTS.md. Rates are of mutants with a verdict ("no tests" included) to the wall clock
of the whole command; tools use different operators, so compare them loosely.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import record
from catalogue import PYTEST, SUBJECTS, Package, named
from packages import CACHE, activated, install, unpack, venv
from peers import PEERS, REFUTE, Job, Tally, Tool

GRACE = 10.0
"""Seconds that a tool has to end after it was asked to."""


@dataclass(frozen=True, slots=True)
class Row:
    """One tool on one package, measured."""

    tool: str
    subject: str
    seconds: float
    finished: bool
    tally: Tally | None

    @property
    def rate(self) -> float:
        """Mutants with a verdict, a second."""
        return self.tally.done / self.seconds if self.tally else 0.0


def lay_out(tool: Tool, package: Package, cap: float | None) -> Job:
    """A fresh tree and an environment for a tool on a package."""
    folder = CACHE / "compare" / tool.name
    python = venv(folder / "venv")
    job = Job(package, folder / package.key, python, cap or tool.cap, folder / "logs" / package.key)
    for stale in (job.tree, job.logs):
        shutil.rmtree(stale, ignore_errors=True)
    job.logs.mkdir(parents=True)
    unpack(package, job.tree)
    tool.configure(job)
    wanted = [PYTEST, *(word for subject in SUBJECTS for word in subject.requires)]
    install(python, [*wanted, *([tool.requirement] if tool.requirement else [])])
    install(python, ["-e", str(job.tree)], "--no-deps")
    return job


def measure(tool: Tool, job: Job) -> Row:
    """Run a tool until its end or its cap."""
    started = time.perf_counter()
    left = job.cap
    finished = True
    for number, command in enumerate(tool.commands(job)):
        finished = _run(command, job, job.logs / f"{number}.log", left)
        left = job.cap - (time.perf_counter() - started)
        if not finished or left <= 0:
            finished = False
            break
    seconds = time.perf_counter() - started
    for number, command in enumerate(tool.report(job), 100):
        _run(command, job, job.logs / f"{number}.log", 60.0)
    return Row(tool.name, job.package.name, seconds, finished, tool.tally(job))


def _run(command: Sequence[str], job: Job, log: Path, limit: float) -> bool:
    """Run one command in its own process group; False when it had to be stopped."""
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=job.tree, env=activated(job.python), stdin=subprocess.DEVNULL,
            stdout=stream, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(limit)
            return True
        except subprocess.TimeoutExpired:
            return False
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a command and of its children, gently at first."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
        except ProcessLookupError:
            break
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def plain(job: Job) -> float:
    """Seconds of the plain suite, as pytest tells them: the least of three runs."""
    told = []
    for _ in range(3):
        done = subprocess.run(
            [str(job.python), "-m", "pytest", "-q", "-p", "no:cacheprovider"], cwd=job.tree,
            env=activated(job.python), capture_output=True, text=True, check=False,
        )  # fmt: skip
        last = re.search(r"passed.* in ([0-9.]+)s", done.stdout)
        if done.returncode or not last:
            raise SystemExit(f"{job.package.name}: its suite does not pass:\n{done.stdout}")
        told.append(float(last[1]))
    return min(told)


def oracle(report: dict[str, Any], cores: int = 1) -> float:
    """Seconds that a run would take which knew each killer beforehand and cost nothing else.

    For a killed mutant its killing test, for a survivor every test that covers it, over the
    cores. refute stops at the first kill, so a faster killer that it never tried is not known:
    the figure is a little above the true limit.
    """
    seconds = [float(test["seconds"]) for test in report["tests"]]
    by_id = {test["id"]: float(test["seconds"]) for test in report["tests"]}
    total = 0.0
    for mutant in report["mutants"]:
        if mutant["verdict"] in ("killed", "timeout"):
            total += by_id.get(mutant["killed_by"], 0.0)
        elif mutant["verdict"] == "survived":
            total += sum(seconds[test] for test in mutant["covered_by"] if isinstance(test, int))
    return total / cores


def against_limit(job: Job, row: Row) -> str:
    """A sentence on refute's time against the oracle limit."""
    path = job.tree / ".refute" / "report.json"
    if not path.exists():
        return f"{row.subject}: no report."
    limit = oracle(json.loads(path.read_text(encoding="utf-8")))
    times = f"{row.seconds / limit:.1f} times" if limit else "no part of"
    return (
        f"{row.subject}: refute took {row.seconds:.1f} s, {times} the oracle limit {limit:.1f} s."
    )


def render(rows: Sequence[Row], suites: dict[str, float]) -> str:
    """The measured rows as a table; ratios are refute's rate to the tool's."""
    ours = {row.subject: row.rate for row in rows if row.tool == REFUTE.name}
    lines = []
    for row in rows:
        tally, ratio = row.tally, ours.get(row.subject, 0.0) / row.rate if row.rate else 0.0
        found = "no result" if tally is None else _describe(tally)
        end = "" if row.finished else ", cut off"
        lines.append(
            [
                row.tool, row.subject, found + end, f"{row.seconds:.1f}", f"{row.rate:.2f}",
                f"{ratio:.1f}" if ratio else "", f"{row.seconds / suites[row.subject]:.1f}",
            ]
        )  # fmt: skip
    heads = ["tool", "subject", "mutants", "seconds", "mutants/s", "refute is", "wall / suite"]
    return record.table(heads, lines)


def _describe(tally: Tally) -> str:
    parts = {
        "killed": tally.killed, "survived": tally.survived, "no tests": tally.untested,
        "other": tally.other,
    }  # fmt: skip
    told = ", ".join(f"{count} {name}" for name, count in parts.items() if count)
    of = f" of {tally.total}" if tally.total and tally.total != tally.done else ""
    return f"{tally.done}{of}: {told}"


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and append."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = ", ".join(tool.name for tool in PEERS)
    parser.add_argument("--subjects", nargs="*", default=[], metavar="NAME", help="default: all")
    parser.add_argument("--peers", nargs="*", metavar="NAME", help=f"of {names}; default: all")
    parser.add_argument("--cap", type=float, help="seconds for each, instead of each tool's own")
    parser.add_argument("--no-refute", action="store_true", help="the peers alone")
    parser.add_argument("--no-record", action="store_true", help="leave RESULTS.md alone")
    options = parser.parse_args(argv)
    unknown = set(options.peers or ()) - {tool.name for tool in PEERS}
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}. There are: {names}.")
    chosen = [tool for tool in PEERS if options.peers is None or tool.name in options.peers]
    tools = [*([] if options.no_refute else [REFUTE]), *chosen]
    # Children inherit it: every tool has this one core.
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    load = f"Load of the machine at the start: {os.getloadavg()[0]:.1f}."
    rows: list[Row] = []
    suites: dict[str, float] = {}
    notes: list[str] = []
    for package in named(options.subjects, SUBJECTS):
        suites[package.name] = plain(lay_out(REFUTE, package, options.cap))
        for tool in tools:
            try:
                job = lay_out(tool, package, options.cap)
            except subprocess.CalledProcessError:
                print(f"{tool.name} can't be installed here: left out.", flush=True)
                continue
            rows.append(measure(tool, job))
            print(rows[-1], flush=True)
            if tool is REFUTE:
                notes.append(against_limit(job, rows[-1]))
    plain_times = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in suites.items())
    body = "\n\n".join([render(rows, suites), f"Plain suites: {plain_times}. {load}", *notes])
    print(f"\n{body}")
    if not options.no_record:
        record.append("refute and its peers, one core", body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
