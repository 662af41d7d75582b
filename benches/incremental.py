"""The long proof of what is kept between runs: random walks of edits over a small project, where
after each step the run that takes over earlier verdicts must equal a run from nothing.

    python benches/incremental.py --walks 20 --steps 12 --python PYTHON

Prints each difference, and at the end how many verdicts were compared and how many of them were
taken over. The exit code is 1 if there was a difference.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from tests.e2e.changing import State, walk, write  # noqa: E402

TRIES = 5
"""A run may fail where others make and remove things in /tmp meanwhile."""


def judged(root: Path, python: str) -> dict[str, tuple[str, bool]]:
    """Verdict of each mutant, and whether it was taken over."""
    words = ["run", str(root), "--plain", "-q", "--score-only", "-j", "1", "--python", python]
    for _ in range(TRIES):
        done = subprocess.run(
            [sys.executable, "-m", "refute", *words],
            env={**os.environ, "PYTHONPATH": str(TOP / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
        if "SealError" not in done.stdout + done.stderr:
            break
    if done.returncode not in (0, 4):
        raise SystemExit(f"refute ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    report = json.loads((root / ".refute" / "report.json").read_text())
    return {m["id"]: (_noticed(m["verdict"]), m["reused"]) for m in report["mutants"]}


def _noticed(verdict: str) -> str:
    # Which of the two depends on which test is asked first.
    return "noticed" if verdict in ("killed", "timeout") else verdict


def main() -> int:
    """Walk, compare, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--walks", type=int, default=10)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    compared = reused = wrong = runs = 0
    fresh: dict[str, dict[str, tuple[str, bool]]] = {}
    with tempfile.TemporaryDirectory(prefix="refute-walk-") as folder:
        for seed in range(options.seed, options.seed + options.walks):
            root = Path(folder, f"walk-{seed}")
            for what, state in walk(seed, options.steps):
                write(root, state)
                found = judged(root, options.python)
                wanted = _from_nothing(Path(folder), state, options.python, fresh)
                none = ("missing", False)
                every = {*found, *wanted}
                differing = {i for i in every if found.get(i, none)[0] != wanted.get(i, none)[0]}
                compared += len(wanted)
                reused += sum(taken for _, taken in found.values())
                wrong += len(differing)
                runs += 1
                for id in sorted(differing):
                    print(f"walk {seed}, {what}: {id} is {found.get(id)}, not {wanted.get(id)}")
                print(f"walk {seed}, {what}: {len(wanted)} mutants", flush=True)
    print(f"{runs} runs, {compared} verdicts compared, {reused} taken over, {wrong} wrong")
    return 1 if wrong else 0


def _from_nothing(
    folder: Path, state: State, python: str, fresh: dict[str, dict[str, tuple[str, bool]]]
) -> dict[str, tuple[str, bool]]:
    key = json.dumps(state)
    if key not in fresh:
        root = folder / "fresh"
        shutil.rmtree(root, ignore_errors=True)
        write(root, state)
        fresh[key] = judged(root, python)
    return fresh[key]


if __name__ == "__main__":
    sys.exit(main())
