"""How each mutation tester is configured and run on a package, and how its results are counted.

Each gets the configuration that its documentation asks for: the same modules, the whole suite,
one worker. A mutant counts as done when the tool has a verdict on it, "no tests" included.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalogue import Package
from packages import configure


@dataclass(frozen=True, slots=True)
class Job:
    """One tool on one package: a fresh tree, an environment with both, seconds at most."""

    package: Package
    tree: Path
    python: Path
    cap: float
    #: Where the output of each command goes, in order: ``0.log``, ``1.log``.
    logs: Path

    def program(self, name: str) -> str:
        """A program of the tool's environment."""
        return str(self.python.parent / name)

    def files(self) -> list[str]:
        """The modules to mutate, relative to the tree."""
        found: list[str] = []
        for path in self.package.paths:
            inside = sorted((self.tree / path).glob("**/*.py"))
            found += [str(file.relative_to(self.tree)) for file in inside] or [path]
        return found

    def output(self) -> str:
        """All that the tool printed."""
        logs = sorted(self.logs.glob("*.log"), key=lambda log: int(log.stem))
        return "\n".join(log.read_text(encoding="utf-8", errors="replace") for log in logs)


@dataclass(frozen=True, slots=True)
class Tally:
    """What a tool had judged when it ended or was cut off."""

    killed: int
    survived: int
    untested: int = 0
    #: Time-outs, errors and whatever else it calls a result.
    other: int = 0
    #: How many there would have been, where the tool says so.
    total: int | None = None

    @property
    def done(self) -> int:
        """Mutants with a verdict."""
        return self.killed + self.survived + self.untested + self.other


@dataclass(frozen=True, slots=True)
class Tool:
    """A mutation tester as the bench sees it."""

    name: str
    #: What pip installs; empty for refute, which runs from its own environment.
    requirement: str
    commands: Callable[[Job], list[list[str]]]
    tally: Callable[[Job], Tally | None]
    #: Writes configuration into the fresh tree.
    configure: Callable[[Job], None] = lambda job: None
    #: Run after it ended or was stopped, not timed: prints what the tally reads.
    report: Callable[[Job], list[list[str]]] = lambda job: []
    #: Seconds until it is stopped, unless `--cap` says otherwise.
    cap: float = 60.0


def _load(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        # Cut off before or while it wrote: the tool has no result.
        return None


def _count(statuses: Counter[str], killed: str, survived: str, untested: str = "") -> Tally:
    known = statuses[killed] + statuses[survived] + statuses[untested]
    return Tally(statuses[killed], statuses[survived], statuses[untested], statuses.total() - known)


def _refute(job: Job) -> list[list[str]]:
    paths = [word for path in job.package.paths for word in ("--paths", path)]
    run = [sys.executable, "-m", "refute", "run", str(job.tree), "--plain", "--jobs", "1"]
    # Peers judge no tests and no doubles.
    return [[*run, "--score-only", "--python", str(job.python), *paths]]


def _refute_tally(job: Job) -> Tally | None:
    report = _load(job.tree / ".refute" / "report.json")
    if not isinstance(report, dict):
        return None
    outside = {"suppressed", "equivalent", "unviable", "pending"}
    verdicts = Counter(mutant["verdict"] for mutant in report["mutants"])
    judged = Counter({name: count for name, count in verdicts.items() if name not in outside})
    return _count(judged, "killed", "survived", "no_coverage")


def _mutmut_configure(job: Job) -> None:
    root = job.package.paths[0].split("/")[0]
    configure(job.tree, "mutmut", {"source_paths": [root], "only_mutate": job.files()})


def _mutmut_tally(job: Job) -> Tally | None:
    codes: list[int | None] = []
    for path in (job.tree / "mutants").glob("**/*.meta"):
        record = _load(path)
        if isinstance(record, dict):
            codes += record["exit_code_by_key"].values()
    statuses = Counter(str(code) for code in codes if code is not None)
    # Exit codes of its workers: 1 and 3 killed, 0 survived, 5 and 33 no tests.
    statuses["1"] += statuses.pop("3", 0)
    statuses["33"] += statuses.pop("5", 0)
    tally = _count(statuses, "1", "0", "33")
    return Tally(tally.killed, tally.survived, tally.untested, tally.other, len(codes))


def _cosmic_configure(job: Job) -> None:
    modules = json.dumps(list(job.package.paths))
    command = json.dumps(f"{job.python} -m pytest -x -q")
    text = f"""[cosmic-ray]
module-path = {modules}
timeout = 30.0
excluded-modules = []
test-command = {command}
[cosmic-ray.distributor]
name = "local"
[cosmic-ray.filters.operators-filter]
exclude-operators = ["core/ReplaceBinaryOperator_BitOr_.*"]
"""
    (job.tree / "cosmic.toml").write_text(text, encoding="utf-8")


def _cosmic(job: Job) -> list[list[str]]:
    tool = job.program("cosmic-ray")
    # Without the filter most of its mutants would be of the `|` in annotations.
    return [
        [tool, "init", "cosmic.toml", "cosmic.sqlite"],
        [job.program("cr-filter-operators"), "cosmic.sqlite", "cosmic.toml"],
        [tool, "exec", "cosmic.toml", "cosmic.sqlite"],
    ]


def _cosmic_report(job: Job) -> list[list[str]]:
    return [[job.program("cosmic-ray"), "dump", "cosmic.sqlite"]]


def _cosmic_tally(job: Job) -> Tally | None:
    statuses: Counter[str] = Counter()
    total = 0
    for line in job.output().splitlines():
        if not line.startswith('[{"job_id"'):
            continue
        result = json.loads(line)[1] or {}
        if result.get("worker_outcome") == "skipped":
            continue
        total += 1
        if result:
            statuses[str(result["test_outcome"] or result["worker_outcome"])] += 1
    tally = _count(statuses, "killed", "survived")
    return Tally(tally.killed, tally.survived, 0, tally.other, total)


def _gremlins(job: Job) -> list[list[str]]:
    targets = ",".join(job.package.paths)
    # It crashes where a project turns warnings into errors.
    calm = ["-o", "filterwarnings="]
    tool = [str(job.python), "-m", "pytest", "-q", "--gremlins", f"--gremlin-targets={targets}"]
    return [[*tool, *calm]]


def _gremlins_tally(job: Job) -> Tally | None:
    output = job.output()
    begun = re.findall(r"Gremlin (\d+)/(\d+)", output)
    zapped = re.search(r"Zapped: (\d+)", output)
    survived = re.search(r"Survived: (\d+)", output)
    if not begun:
        return None
    total = int(begun[-1][1])
    if zapped and survived:
        killed, alive = int(zapped[1]), int(survived[1])
        return Tally(killed, alive, 0, total - killed - alive, total)
    # Cut off: it says which one it has begun, and no verdict before the end.
    return Tally(0, 0, 0, int(begun[-1][0]) - 1, total)


def _irradiate(job: Job) -> list[list[str]]:
    # It tells nothing before its end, so it gets a sample that it can finish.
    options = ["--workers", "1", "--sample", "100", "--no-cache", "--report", "json"]
    return [[job.program("irradiate"), "run", *options, *job.package.paths]]


def _irradiate_tally(job: Job) -> Tally | None:
    report = _load(job.tree / "irradiate-report.json")
    if not isinstance(report, dict):
        return None
    mutants = [mutant for file in report["files"].values() for mutant in file["mutants"]]
    return _count(
        Counter(mutant["status"] for mutant in mutants), "Killed", "Survived", "NoCoverage"
    )


def _fermut(job: Job) -> list[list[str]]:
    root = str(Path(job.files()[0]).parent)
    others = {str(path.relative_to(job.tree)) for path in (job.tree / root).glob("**/*.py")}
    away = sorted(str(Path(path).relative_to(root)) for path in others - set(job.files()))
    excludes = [word for path in away for word in ("--exclude", path)]
    # It counts from its first mutant; what goes before takes the rest of the cap.
    limit = ["--max-time", str(max(1, round(job.cap * 0.6)))]
    options = ["--jobs", "1", "--no-cache", "--no-history", "--no-fail", "--json", "fermut.json"]
    command = [job.program("fermut"), "-q", "run", root, "--tests", "tests", *options, *limit]
    return [[*command, "--python", str(job.python), *excludes]]


def _fermut_tally(job: Job) -> Tally | None:
    report = _load(job.tree / "fermut.json")
    if not isinstance(report, dict):
        return None
    counts = report["summary"]
    other = counts["timed_out"] + counts["errored"] + counts["equivalent"]
    return Tally(counts["killed"], counts["survived"], 0, other)


def _poodle(job: Job) -> list[list[str]]:
    only = [word for path in job.files() for word in ("--only", Path(path).name)]
    # It puts the folder itself on the path, so a flat package's modules would hide namesakes of
    # the standard library: there it gets the folder above.
    root = "src" if job.package.layout == "src" else "."
    return [[job.program("poodle"), "-w", "1", *only, root]]


def _poodle_tally(job: Job) -> Tally | None:
    line = r"COMPLETED +(\d+)/(\d+)\s+FOUND +(\d+)\s+NOT FOUND +(\d+)"
    steps = re.findall(line, job.output())
    if not steps:
        return None
    done, total, found, missed = (int(number) for number in steps[-1])
    return Tally(found, missed, 0, done - found - missed, total)


def _wesker(job: Job) -> list[list[str]]:
    # One module at a time: what it had done is lost when it is cut off.
    return [[job.program("wesker"), "--json", path] for path in job.files()]


def _wesker_tally(job: Job) -> Tally | None:
    killed = total = 0
    for log in job.logs.glob("*.log"):
        report = _load(log)
        if isinstance(report, dict):
            killed += report["mutation"]["total_killed"]
            total += report["mutation"]["total_mutants"]
    return Tally(killed, total - killed) if total else None


REFUTE = Tool("refute", "", _refute, _refute_tally, cap=900.0)

PEERS: Sequence[Tool] = (
    Tool("mutmut", "mutmut==3.8.1", lambda job: [[job.program("mutmut"), "run",
         "--max-children", "1"]], _mutmut_tally, _mutmut_configure, cap=600.0),
    Tool("cosmic-ray", "cosmic-ray==8.7.0", _cosmic, _cosmic_tally, _cosmic_configure,
         _cosmic_report),
    Tool("pytest-gremlins", "pytest-gremlins==1.12.2", _gremlins, _gremlins_tally, cap=75.0),
    Tool("irradiate", "irradiate==0.4.3", _irradiate, _irradiate_tally, cap=240.0),
    Tool("fermut", "fermut==0.6.1", _fermut, _fermut_tally),
    Tool("poodle", "poodle==1.3.4", _poodle, _poodle_tally),
    Tool("wesker", "wesker==1.2.2", _wesker, _wesker_tally, cap=100.0),
)  # fmt: skip
"""The mutation testers of Python that run here, newest versions at the time of the bench."""
