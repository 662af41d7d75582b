"""Does refute's own proxy answer as Toxiproxy does? The long version of a test.

    python -m benches.toxiproxy --seeds 100

For each seed both servers are started, and asked the same 250 requests, sensible and not. Status,
headers and body of each answer, and all proxies after it, must be the same but for the numbers
of ports. Prints each request that was answered otherwise; the exit code is 1 if there was one.
"""

from __future__ import annotations

import argparse
import sys
from random import Random

from tests.real.toxiproxies import answered, ports_apart, request, server

REQUESTS = 250


def compare(seed: int) -> list[str]:
    """What differed under this seed, in words; after a difference nothing more is asked."""
    chance = Random(seed)
    with server("real") as theirs, server("ours") as ours:
        for number in range(REQUESTS):
            asked = request(chance)
            here, there = answered(ours, *asked), answered(theirs, *asked)
            if here == there:
                here, there = (
                    (ports_apart(one.raw("GET", "/proxies")[2]),) for one in (ours, theirs)
                )
            if here != there:
                return [
                    f"seed {seed}, request {number}: {asked}\n  ours   {here}\n  theirs {there}"
                ]
    return []


def main() -> int:
    """Compare under so many seeds."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    found = []
    for seed in range(given.first, given.first + given.seeds):
        for words in compare(seed):
            print(words, flush=True)
            found.append(seed)
    print(f"{given.seeds * REQUESTS:,} requests under {given.seeds} seeds, {len(found)} differ")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
