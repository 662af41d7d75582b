"""Counts mutants and kills for each operator, over the reports that prove.py left.

Writes benches/operators.json, which the documentation of the operators shows: for each
operator its mutants on real packages, how many could be scored, how many were noticed, and
the same by package. An operator that made none has no entry.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import record
from packages import CACHE

TARGET = record.ROOT / "benches" / "operators.json"
NOTICED = ("killed", "timeout")
SCORED = (*NOTICED, "survived", "no_coverage")


def tally(reports: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Counts for each operator, of reports by package; ``kill_rate`` is None where none counts."""
    verdicts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    packages: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for package, report in reports.items():
        for mutant in report["mutants"]:
            verdicts[mutant["operator"]][mutant["verdict"]] += 1
            packages[mutant["operator"]][package] += 1
    return {name: entry(verdicts[name], packages[name]) for name in sorted(verdicts)}


def entry(verdicts: Counter[str], packages: Counter[str]) -> dict[str, Any]:
    """What is said of one operator."""
    scored = sum(verdicts[name] for name in SCORED)
    noticed = sum(verdicts[name] for name in NOTICED)
    return {
        "mutants": verdicts.total(),
        "scored": scored,
        "noticed": noticed,
        "kill_rate": round(noticed / scored, 3) if scored else None,
        "verdicts": dict(sorted(verdicts.items())),
        "packages": dict(sorted(packages.items())),
    }


def load(paths: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Reports by package, from files named after it."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def main(argv: Sequence[str] | None = None) -> int:
    """Count, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=Path, default=CACHE / "reports", metavar="FOLDER")
    parser.add_argument("--to", type=Path, default=TARGET, metavar="FILE")
    options = parser.parse_args(argv)
    reports = load(sorted(options.reports.glob("*.json")))
    if not reports:
        print(f"No reports in {options.reports}: run benches/prove.py first.", file=sys.stderr)
        return 1
    operators = tally(reports)
    document = {
        "measured": record.circumstances(),
        "packages": sorted(reports),
        "operators": operators,
    }
    options.to.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    heads = ["operator", "mutants", "scored", "noticed", "kill rate"]
    rows = [
        [name, *(found[key] for key in ("mutants", "scored", "noticed", "kill_rate"))]
        for name, found in operators.items()
    ]
    print(record.table(heads, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
