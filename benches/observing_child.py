"""The side of `observing.py` that runs in the judged interpreter: refute's own child, which can
also leave out what it observes of doubles and boundaries.
"""

from __future__ import annotations

import importlib
import sys
from time import perf_counter, process_time
from typing import Any


class _Nothing:
    """Stands where boundaries are observed, and observes none."""

    interpreters = 0

    def __init__(self, *args: Any) -> None:
        pass

    def start(self) -> None:
        """Observe nothing."""

    def take(self) -> list[Any]:
        """What was seen: nothing."""
        return []

    take_crossings = take


def main() -> None:
    """Serve as the first process of a slot; ``sys.argv`` holds the folder and two descriptors."""
    source, *descriptors = sys.argv[1:]
    sys.argv[:] = ["pytest"]
    # Not ours, and the sources for as long as the package is not known.
    sys.path[0] = source
    boot = importlib.import_module("refute_child.boot")
    del sys.path[0]
    zygote = importlib.import_module("refute_child.zygote")
    observing = importlib.import_module("refute_child.observing")
    beside = importlib.import_module("refute_child.observe.beside")

    class Timed(observing.Observing):  # type: ignore[name-defined, misc]
        """Observes as ever, or lines and accidents alone, and says how long that took."""

        def _observe(self, order: Any, mutants: Any, fakes: bool) -> Any:
            if not fakes:
                beside.Boundaries = _Nothing
            clock, cpu = perf_counter(), process_time()
            record = super()._observe(order, mutants, fakes)
            return {**record, "wall": perf_counter() - clock, "cpu": process_time() - cpu}

    zygote.Observing = Timed  # type: ignore[attr-defined]
    boot.main(descriptors)


if __name__ == "__main__":
    main()
