"""The budget's interval: draws from saved full results, with their measured times.

    python benches/interval.py REPORT [REPORT ...] --draws 1000

Each draw puts the mutants of a full report into an order as a budget does, spends a share of the
measured time on them, and foretells the score from the longest finished beginning. Prints how
many of the intervals hold the full score, and how wide they are. The exit code is 1 if that is
not 93.5 to 98% over all draws.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from refute.faults.budget import EXTREME, IMPORT_SHARE, group_of
from refute.faults.fault import Mutant
from refute.metrics.foretelling import Sample, foretell

BETWEEN = (0.935, 0.98)
JOBS = 2
NOTICED = ("killed", "timeout")

Record = dict[str, Any]


def main() -> int:
    """Draw and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("reports", nargs="+", type=Path)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    held, widths = [], []
    for path in options.reports:
        mutants = [m for m in json.loads(path.read_text())["mutants"] if m["verdict"] in SCORED]
        here, wide = draws(mutants, options.draws, dice)
        held += here
        widths += wide
        print(f"{path}: {sum(here) / len(here):.1%} hold the score, {len(mutants)} mutants, "
              f"width {statistics.median(wide):.3f}")  # fmt: skip
    share = sum(held) / len(held)
    print(f"{len(held)} draws: {share:.1%} hold the full score")
    return 0 if BETWEEN[0] <= share <= BETWEEN[1] else 1


SCORED = (*NOTICED, "survived", "no_coverage")


def draws(
    mutants: list[Record], number: int, dice: random.Random
) -> tuple[list[bool], list[float]]:
    """Whether each interval holds the score, and how wide it is."""
    score = sum(m["verdict"] in NOTICED for m in mutants) / len(mutants)
    tried = [m for m in mutants if m["mechanism"] != "none"]
    held, widths = [], []
    for _ in range(number):
        budget = dice.uniform(0.1, 0.6) * sum(m["seconds"] for m in tried) / JOBS
        found = foretold(mutants, tried, budget, dice)
        held.append(found.low - 1e-9 <= score <= found.high + 1e-9)
        widths.append(found.high - found.low)
    return held, widths


def foretold(mutants: list[Record], tried: list[Record], budget: float, dice: random.Random) -> Any:
    """One draw: an order, trials by two workers until the time is spent, and the estimate."""
    swap = [m for m in tried if m["mechanism"] == "swap"]
    groups = [
        spread([m for m in swap if m["operator"] in EXTREME], dice),
        spread([m for m in swap if m["operator"] not in EXTREME], dice),
        spread([m for m in tried if m["mechanism"] != "swap"], dice),
    ]
    limit = budget * ((1 - IMPORT_SHARE) if groups[2] else 1.0)
    done = work([*groups[0], *groups[1]], 0.0, limit)
    done |= work(groups[2], limit, budget)
    samples = []
    for group in groups:
        prefix = []
        for m in group:
            if m["id"] not in done:
                break
            prefix.append(m)
        samples.append(
            Sample(len(group), len(prefix), sum(m["verdict"] in NOTICED for m in prefix))
        )
    known = [m for m in tried if m["id"] in done]
    none = [m for m in mutants if m["mechanism"] == "none"]
    return foretell(
        samples,
        detected=sum(m["verdict"] in NOTICED for m in known),
        missed=sum(m["verdict"] not in NOTICED for m in known) + len(none),
        unseen=len(none),
    )


def spread(members: list[Record], dice: random.Random) -> list[Record]:
    """As a budget orders them, with dice in the place of hashes."""
    groups: dict[tuple[str, str], list[Record]] = {}
    for m in members:
        fields = {name: m[name] for name in Mutant.__dataclass_fields__ if name in m}
        groups.setdefault((m["file"], group_of(Mutant(**fields))), []).append(m)
    placed = []
    for group in groups.values():
        start = dice.random()
        dice.shuffle(group)
        placed += [((n + start) / len(group), dice.random(), m) for n, m in enumerate(group)]
    return [m for _, _, m in sorted(placed, key=lambda entry: entry[:2])]


def work(order: list[Record], begins: float, ends: float) -> set[str]:
    """Ids of the mutants that two workers bring to an end in time."""
    clocks = [begins] * JOBS
    done = set()
    for m in order:
        worker = clocks.index(min(clocks))
        if clocks[worker] >= ends:
            break
        clocks[worker] += m["seconds"]
        if clocks[worker] <= ends:
            done.add(m["id"])
    return done


if __name__ == "__main__":
    sys.exit(main())
