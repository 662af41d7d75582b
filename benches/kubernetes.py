"""The long proof of real clusters: started, killed at random, and nothing left of them.

    python benches/kubernetes.py [ROUNDS] [SEED] [ROUTE]

Prints a line a round; the exit code is 1 when anything was left.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from tests.real.killing import kill_at_random  # noqa: E402
from tests.real.places import room  # noqa: E402


def main(rounds: int = 20, seed: int = 1, route: str = "installed") -> int:
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


if __name__ == "__main__":
    given = sys.argv[1:]
    sys.exit(bool(main(*map(int, given[:2]), *given[2:])))
