"""Several slots at once: requests go out to whoever is free, replies come back in one loop."""

from __future__ import annotations

import selectors
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from refute.trials.pulse import Pulse
from refute.trials.slot import Launch, Record, Slot, SlotDied

ZYGOTE = "zygote"

LOOK = 0.05
"""Seconds between two looks whether slots are asleep."""
STILL = 2
"""Looks in a row that must find a slot asleep."""
WORTH = 0.5
"""Seconds that slots must have slept before one more is worth its start."""


@dataclass(slots=True)
class Request:
    """One trial to be run: the record to send, who must serve it, and what it is about."""

    record: Record
    #: ZYGOTE, or the path of the source file before whose import the trial forks.
    mode: str
    about: Any = None
    #: How often a slot has died over it.
    deaths: int = 0


@dataclass(frozen=True, slots=True)
class Suite:
    """What a process that stops before an import must know of the collected suite."""

    tests: tuple[str, ...]
    test_files: tuple[str, ...]


@dataclass(slots=True)
class _Lane:
    """A slot with what it is doing."""

    slot: Slot
    request: Request | None = None
    #: Records to be sent, one after each event that ends the step before.
    steps: list[Record] = field(default_factory=list)
    #: Its process was told to leave, or does so by itself: a "left" is to come.
    leaving: bool = False
    pulse: Pulse = field(init=False)
    #: Looks in a row that found it asleep.
    still: int = 0

    def __post_init__(self) -> None:
        self.pulse = Pulse(self.slot.pid)

    @property
    def awake(self) -> bool:
        """Whether it is busy with what needs a core."""
        return self.request is not None and self.still < STILL


class Pool:
    """Keeps ``jobs`` slots busy; while some are asleep (a test that waits), others take their
    turn, if there may be ``spares``. Single-threaded; Ctrl-C goes through ``run``.
    """

    def __init__(
        self, launch: Launch, slots: list[Slot], jobs: int, suite: Suite, spares: bool = True
    ) -> None:
        self._launch = launch
        self._suite = suite
        self._jobs = jobs
        self._most = 2 * jobs + 1 if spares else jobs
        self._selector = selectors.DefaultSelector()
        self._lanes: list[_Lane] = []
        #: Seconds in which slots had work and were asleep, and when that was looked at last.
        self._slept = 0.0
        self._looked = 0.0
        for slot in slots:
            self._adopt(slot)

    def run(
        self,
        next_request: Callable[[str | None], Request | None],
        on_reply: Callable[[Request, Record], None],
    ) -> None:
        """Ask for requests and hand replies over until none is left.

        ``next_request`` gets the mode that the free slot is in. A slot that dies over a
        request is replaced; the reply is then ``{"result": "slot-died", "reason": ...}``.
        """
        while len(self._lanes) < self._jobs:
            self._adopt(Slot(self._launch))
        self._fill(next_request)
        while any(lane.request is not None for lane in self._lanes):
            for key, _ in self._selector.select(LOOK):
                lane = key.data
                try:
                    records = lane.slot.arrived()
                    for record in records:
                        self._take(lane, record, on_reply)
                except SlotDied as death:
                    self._replace(lane, str(death), on_reply)
            self._look()
            self._fill(next_request)

    def close(self) -> None:
        """End all slots."""
        for lane in self._lanes:
            lane.slot.close()
        self._lanes.clear()
        self._selector.close()

    def _adopt(self, slot: Slot) -> None:
        lane = _Lane(slot)
        self._lanes.append(lane)
        self._selector.register(slot, selectors.EVENT_READ, lane)

    def _look(self) -> None:
        """See which busy slots are asleep."""
        now = monotonic()
        if now - self._looked < LOOK:
            return
        for lane in self._lanes:
            asleep = lane.request is not None and lane.pulse.asleep()
            lane.still = lane.still + 1 if asleep else 0
            self._slept += now - self._looked if lane.still >= STILL else 0.0
        self._looked = now

    def _fill(self, next_request: Callable[[str | None], Request | None]) -> None:
        """Give work to idle slots, as long as fewer than ``jobs`` are awake."""
        for lane in self._lanes:
            if sum(one.awake for one in self._lanes) >= self._jobs:
                return
            if lane.request is None:
                self._give(lane, next_request)
        number = len(self._lanes)
        busy = all(lane.request is not None for lane in self._lanes)
        if busy and number < self._most and self._slept > WORTH * (number - self._jobs + 1):
            self._adopt(Slot(self._launch))
            self._give(self._lanes[-1], next_request)

    def _give(self, lane: _Lane, next_request: Callable[[str | None], Request | None]) -> None:
        request = next_request(lane.slot.mode)
        if request is None:
            return
        lane.request = request
        lane.still = 0
        lane.steps = [] if lane.slot.mode == request.mode else self._way(lane.slot, request.mode)
        lane.steps.append(request.record)
        lane.leaving = lane.leaving or lane.steps[0]["op"] == "leave"
        try:
            lane.slot.send(lane.steps.pop(0))
        except SlotDied:
            # The end of its output will be read in the loop, which replaces the slot.
            lane.steps = []

    def _way(self, slot: Slot, mode: str) -> list[Record]:
        """What brings a slot into another mode."""
        steps: list[Record] = [] if slot.mode is None else [{"op": "leave"}]
        if mode == ZYGOTE:
            return [*steps, {"op": "collect"}]
        names = {"tests": self._suite.tests, "test_files": self._suite.test_files}
        return [*steps, {"op": "base", "path": mode, **names}]

    def _take(
        self, lane: _Lane, record: Record, on_reply: Callable[[Request, Record], None]
    ) -> None:
        request = lane.request
        event = record["event"]
        if event == "trial" and request is not None:
            lane.request = None
            on_reply(request, record)
            return
        if event == "left":
            lane.slot.mode = None
            expected, lane.leaving = lane.leaving, False
            if request is None:
                return
            if not expected:
                # A fault reached further than its own process (killpg, a signal to the parent).
                raise SlotDied(f"the tests' process ended with status {record['status']}")
        elif event == "collected":
            if "exit" in record:
                raise SlotDied(f"the suite could not be collected again\n{lane.slot.printed()}")
            lane.slot.mode = ZYGOTE
        elif event == "base":
            if record.get("missing") and request is not None:
                # The process goes on to end by itself; its "left" follows.
                lane.request = None
                lane.leaving = True
                on_reply(request, {"result": "not-imported"})
                return
            lane.slot.mode = request.mode if request is not None else None
        if lane.steps:
            lane.slot.send(lane.steps.pop(0))

    def _replace(
        self, lane: _Lane, reason: str, on_reply: Callable[[Request, Record], None]
    ) -> None:
        self._selector.unregister(lane.slot)
        lane.slot.close()
        self._lanes.remove(lane)
        self._adopt(Slot(self._launch))
        if lane.request is not None:
            request, lane.request = lane.request, None
            request.deaths += 1
            on_reply(request, {"result": "slot-died", "reason": reason})


def in_time(
    following: Callable[[str | None], Request | None], until: float
) -> Callable[[str | None], Request | None]:
    """The same requests, and none after this time on the monotonic clock."""
    return lambda mode: following(mode) if monotonic() < until else None
