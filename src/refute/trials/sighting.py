"""A zygote that has collected changed test files, and trials of its tests.

For tests that show what they see (``sights``), and for tests with an assertion more (``trial``).
The files are changed in the layer that is thrown away: this needs the full seal.
"""

from __future__ import annotations

from base64 import b64encode
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from refute.trials import observation
from refute.trials.pool import ZYGOTE, Pool, Request, Suite
from refute.trials.requests import Limits
from refute.trials.slot import Launch, Record, Slot, alive, greet

Told = Callable[[Request, Record], None]


class Sighting:
    """Collects on creation; a context manager. Raises RefuteError: collection-failed,
    no-tests, worker-died.
    """

    def __init__(
        self, launch: Launch, names: Sequence[str], files: Mapping[Path, bytes], jobs: int
    ) -> None:
        changed = tuple((str(path), b64encode(data).decode()) for path, data in files.items())
        self._launch = replace(launch, changed=changed)
        slot = Slot(self._launch)
        try:
            greet(slot)
            with alive():
                self.collected = observation.collect(slot, names)
        except BaseException:
            slot.close()
            raise
        #: The position of each test in the suite.
        self.places = {test: place for place, test in enumerate(self.collected.tests)}
        suite = Suite(self.collected.tests, self.collected.files)
        self._pool = Pool(self._launch, [slot], jobs, suite, spares=not launch.shared)

    def __enter__(self) -> Sighting:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.close()

    def run(self, requests: Iterable[Request], told: Told) -> None:
        """Have all of them answered; one over which a slot dies is given up."""
        waiting = deque(requests)
        self._pool.run(lambda mode: waiting.popleft() if waiting else None, told)

    def request(
        self, op: str, fault: tuple[str, Record], tests: Sequence[tuple[str, float]], limits: Limits
    ) -> Request:
        """``sights`` or ``trial`` of these tests, each with the seconds that it takes."""
        record: Record = {
            "op": op,
            "id": fault[0],
            "mutant": fault[1],
            "tests": [self.places[test] for test, _ in tests],
            "limits": [limits.of(seconds) for _, seconds in tests],
        }
        return Request(record, ZYGOTE, fault[0])
