"""What all trials of one zygote work with: the collected suite, its live code, its forks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .boot import is_library
from .brokered import trying
from .callsites import Disturbance
from .forks import Forks, Work
from .session import Suite, clear_capture
from .sources import Sources
from .swap import LiveFunctions
from .trial import Armed, Arming, Texts, Ticks
from .watch import Limit
from .wire import Record

Side = Callable[[str], bool]
"""Whether a file, named as code objects carry it, is on this side."""


@dataclass(frozen=True, slots=True)
class Bench:
    """Put together once, when the suite is collected and before the first fork."""

    suite: Suite
    forks: Forks
    texts: Texts
    sources: Sources
    ticks: Ticks
    #: Counts by ``ticks``.
    arming: Arming
    live: LiveFunctions
    #: Real paths of the files that were imported before the first fork.
    loaded: frozenset[str]
    is_project: Side
    #: The folder that paths are told from.
    root: str

    @property
    def sides(self) -> tuple[Side, Side, str]:
        """The arguments of ``Sides``, and of all who observe doubles."""
        return self.is_project, is_library, self.root

    def arm(self, fault: Record, hook: Disturbance | None = None) -> Armed:
        """Put a fault in, in a fork; see ``Arming.arm``. Raises Unswappable."""
        armed = self.arming.arm(fault, self.live, self.loaded, hook)
        forget = trying(os.environ, fault)

        def undo() -> None:
            forget()
            armed.undo()

        return replace(armed, undo=undo)

    def know_doubles(self, faults: Sequence[Record | None]) -> None:
        """In a fork, before faults in doubles are put in: know doubles when they are called."""
        if any("double" in fault for fault in faults if fault is not None):
            # It brings unittest.mock along, which only a fork that needs it imports.
            from .observe.doubles import know_doubles

            know_doubles(*self.sides)

    def answer(self, request: Record, work: Work) -> Record:
        """Do a request's work on one test in a fork, within the request's limit; the reply has
        what the work returned, and nothing more when the test's process ended.
        """
        _, told = self.forks.run(work, [Limit(*request["limit"])])
        if not told or "broken" in told[-1]:
            self.forget_output()
        return {"event": "trial", "id": request["id"], **(told[-1] if told else {})}

    def forget_output(self) -> None:
        """After a fork that did not come to its end: what it printed is no later fork's."""
        clear_capture(self.suite.items[0].config)
