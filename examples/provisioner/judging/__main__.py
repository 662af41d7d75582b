"""``python -m judging``: measure what is not measured yet, and write RESULTS.md."""

from __future__ import annotations

import argparse

from judging import measure, pictures, results
from judging.suites import SUITES


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="judging", description=__doc__)
    names = [suite.name for suite in SUITES]
    parser.add_argument("--suite", action="append", choices=names, help="default: both")
    parser.add_argument("--step", action="append", choices=measure.STEPS, help="default: all")
    parser.add_argument("--write-only", action="store_true", help="measure nothing")
    given = parser.parse_args()
    if not given.write_only:
        measure.measure(given.suite or names, given.step or measure.STEPS)
    pictures.take()
    results.write()


if __name__ == "__main__":
    main()
