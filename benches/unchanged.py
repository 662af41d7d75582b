"""Does observing a suite change what its tests do? Plain pytest against refute's baseline.

Takes a project's folder. Its suite is run by plain pytest, then under the seal as refute
observes it: lines, boundaries and test doubles in the suite's own order, then in reverse with
probes. Each test must do the same in all of them; one that does not is printed with both
outcomes and refute's reason. Such a test is run once more with everything observed but doubles,
which tells whether those are to blame; where plain pytest has the network and the seal does not,
neither is. Nothing in the project's folder is changed by refute.

    python benches/unchanged.py path/to/project --python path/to/its/python

Exit code 1 if any outcome differs, 2 if a suite could not be run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from refute.baseline import Baseline
from refute.errors import RefuteError
from refute.interpreter import choose
from refute.project import discover
from refute.settings import load
from refute.trials.engine import Engine
from refute.trials.machine import choose_seal

PLUGIN = """
import json, os
found = {}
rank = {"passed": 0, "xfailed": 1, "skipped": 1, "failed": 2}

def pytest_runtest_logreport(report):
    if report.failed:
        outcome = "failed"
    elif hasattr(report, "wasxfail"):
        outcome = "xfailed"
    else:
        outcome = report.outcome
    known = found.setdefault(report.nodeid, "passed")
    if rank[outcome] > rank[known]:
        found[report.nodeid] = outcome

def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        with open(os.environ["UNCHANGED_OUT"], "w") as out:
            json.dump(found, out)
"""
"""A plugin that writes down outcomes by node id, and does nothing else."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A test that did something else while it was observed."""

    test: str
    #: Outcomes; empty where the test was not collected.
    plain: str
    observed: str
    #: With everything observed but doubles.
    without_doubles: str
    detail: str


def run_plain(python: str, root: Path, arguments: Sequence[str], as_module: bool) -> dict[str, str]:
    """Outcome of each test under plain pytest, by node id; empty if nothing was collected.

    ``as_module`` puts the folder on the import path, as ``python -m pytest`` does.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "outcomes.json")
        Path(folder, "unchanged_plugin.py").write_text(PLUGIN, encoding="utf-8")
        start = "" if as_module else "sys.path[0] = sys.prefix; "
        program = (
            f"import sys; {start}sys.path.append({folder!r}); import pytest; "
            "sys.exit(pytest.main(sys.argv[1:]))"
        )
        subprocess.run(
            [python, "-c", program, "-q", "-p", "unchanged_plugin", *arguments],
            cwd=root,
            env={**os.environ, "UNCHANGED_OUT": str(out), "PYTHONHASHSEED": "0"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return dict(json.loads(out.read_text(encoding="utf-8"))) if out.exists() else {}


def observe(root: Path, python: str, *, doubles: bool) -> tuple[Baseline, bool, list[str]]:
    """The suite as refute observes it, whether the folder had to be on the import path, and
    what else pytest was given. Raises RefuteError where there is no baseline to be had.
    """
    settings = load(root, {"python": python, "jobs": 1, "score_only": not doubles})
    project = discover(settings)
    seal = choose_seal(settings, project)
    with Engine(settings, project, choose(settings, project), seal) as engine:
        engine.collect()
        mutants, _ = engine.mutants(project.files) if doubles else ([], ())
        baseline = engine.observe(mutants, lambda done, total, begins: None)
        return baseline, engine.launch.cwd_on_path, list(engine.launch.arguments)


def outcomes(baseline: Baseline) -> dict[str, tuple[str, str]]:
    """Node id -> outcome and detail."""
    return {test.id: (str(test.outcome), test.detail) for test in baseline.tests}


def compare(
    plain: Mapping[str, str],
    observed: Mapping[str, tuple[str, str]],
    without: Mapping[str, tuple[str, str]],
) -> list[Difference]:
    """Tests that differ, in the order of their ids."""
    nothing = ("", "")
    return [
        Difference(
            test,
            plain.get(test, ""),
            observed.get(test, nothing)[0],
            without.get(test, nothing)[0],
            observed.get(test, nothing)[1],
        )
        for test in sorted({*plain, *observed})
        if plain.get(test, "") != observed.get(test, nothing)[0]
    ]


def main() -> int:
    """Compare, print, and say by the exit code whether all is the same."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("project", type=Path, help="the project's root")
    parser.add_argument("--python", required=True, help="the interpreter that runs its tests")
    given = parser.parse_args()
    root, python = given.project.resolve(), os.path.abspath(given.python)
    try:
        baseline, as_module, arguments = observe(root, python, doubles=True)
        observed = outcomes(baseline)
        plain = run_plain(python, root, arguments, as_module)
        differ = any(plain.get(test) != one for test, (one, _) in observed.items())
        without = outcomes(observe(root, python, doubles=False)[0]) if differ else observed
    except RefuteError as error:
        print(f"{root.name}: {error.slug}: {error}", file=sys.stderr)
        return 2
    if not plain:
        print(f"{root.name}: plain pytest ran no test", file=sys.stderr)
        return 2
    found = compare(plain, observed, without)
    counts = Counter(plain.values())
    doubles = sum(len(seen.doubles) for seen in baseline.observed.tests.values())
    print(f"{root.name}: {len(plain)} tests under plain pytest, {len(observed)} observed")
    print("  plain     " + ", ".join(f"{n} {name}" for name, n in sorted(counts.items())))
    print(f"  observed  {doubles} doubles, {len(baseline.boundaries)} kinds of real crossing")
    print(f"  {len(found)} of {len({*plain, *observed})} outcomes differ")
    for one in found:
        print(f"    {one.test}")
        print(
            f"      plain {one.plain or 'not collected'}, "
            f"observed {one.observed or 'not collected'}, "
            f"without doubles {one.without_doubles or 'not collected'}"
            + (f": {one.detail.strip().splitlines()[-1][:160]}" if one.detail.strip() else "")
        )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
