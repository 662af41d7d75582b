"""What `refute suggest` proves on real projects: of how many survivors, by which kinds, how long.

    python benches/suggestions.py --python PYTHON [--record] FOLDER ...

Each folder is a project whose tests pass under PYTHON. It is judged by `refute run --score-only`,
then a suggestion is asked for all survivors. What comes of it is written beside its report, as
`.refute/suggestions.json`; `--again` counts what such files say, and runs nothing. `--read N`
prints N suggestions, drawn by `--seed`, to be read by hand.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from record import append, table

HEADS = (
    "project", "survivors", "another input needed", "changes proven", "survivors told", "tried",
    "result", "double", "exception", "state", "s",
)  # fmt: skip
KINDS = ("result", "double", "exception", "state")


def measure(folder: Path, python: str) -> dict[str, Any]:
    """Run both commands there, and keep what the second says."""
    words = [sys.executable, "-m", "refute"]
    subprocess.run(
        [*words, "run", "--score-only", "--plain", "--quiet", "--python", python],
        cwd=folder,
        check=True,
    )
    done = subprocess.run(
        [*words, "suggest", "--all", "--json"], cwd=folder, capture_output=True, check=False
    )
    if done.returncode not in (0, 1):
        sys.exit(done.stderr.decode())
    (folder / ".refute" / "suggestions.json").write_bytes(done.stdout)
    return read(folder)


def read(folder: Path) -> dict[str, Any]:
    """What was kept."""
    document: dict[str, Any] = json.loads((folder / ".refute" / "suggestions.json").read_bytes())
    return document


def row(name: str, found: dict[str, Any]) -> list[object]:
    """One line of the table."""
    kinds = Counter(one["kind"] for one in found["suggestions"])
    told = {fault for one in found["suggestions"] for fault in one["told"]}
    needs = sum("needs another input" in one["reason"] for one in found["nothing"])
    return [
        name, len(found["asked"]), needs, len(found["suggestions"]), len(told),
        found["candidates"]["tried"], *(kinds[kind] for kind in KINDS), round(found["seconds"]),
    ]  # fmt: skip


def main() -> None:
    """Measure, print, and append if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--read", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    found = {
        folder.name: read(folder) if given.again else measure(folder, given.python)
        for folder in given.folders
    }
    rows = [row(name, one) for name, one in found.items()]
    sums = [sum(int(str(line[at])) for line in rows) for at in range(1, len(HEADS))]
    body = table(HEADS, [*rows, ["in all", *sums]])
    print(body)
    every = [(name, one) for name, each in found.items() for one in each["suggestions"]]
    for name, one in Random(given.seed).sample(every, min(given.read, len(every))):
        print(f"\n{name} {one['file']} {one['function']} ({len(one['told'])} told)")
        print(one["patch"])
    if given.record:
        append("Suggestions proven by trial", body)


if __name__ == "__main__":
    main()
