"""The long proof of real clusters: started, killed at random, and nothing left of them.

    python benches/clusters.py kill [ROUNDS] [SEED] [ROUTE]
    python benches/clusters.py judge

The first prints a line a round; the exit code is 1 when anything was left. The second has refute
judge a small suite on a real cluster, and repeats its verdicts by plain pytest.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from tests.real.killing import kill_at_random  # noqa: E402
from tests.real.places import room  # noqa: E402


def kill(rounds: int = 20, seed: int = 1, route: str = "installed") -> int:
    """Kill that often; the count of rounds that left something."""
    dice = random.Random(seed)
    bad = 0
    for number in range(rounds):
        with room() as place:
            killed, left = kill_at_random(place, route, dice)
        bad += bool(left)
        print(
            f"{number + 1:3} {'LEFT' if left else 'clean'}: {killed}",
            *left,
            sep="\n     ",
            flush=True,
        )
    print(f"{rounds - bad} of {rounds} left nothing (seed {seed}, route {route})")
    return bad


def judge() -> int:
    """Judge the suite of testdata/k8s and verify the verdicts; how many commands failed."""
    with tempfile.TemporaryDirectory() as folder:
        project = shutil.copytree(ROOT / "testdata" / "k8s", Path(folder) / "k8s")
        env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
        return sum(
            subprocess.run([sys.executable, "-m", "refute", word], cwd=project, env=env).returncode
            != 0
            for word in ("run", "verify")
        )


if __name__ == "__main__":
    word, *given = sys.argv[1:] or ["kill"]
    bad = judge() if word == "judge" else kill(*map(int, given[:2]), *given[2:])
    sys.exit(bool(bad))
