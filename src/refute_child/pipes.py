"""One direction of a connection, with its toxics one behind the other.

    source -> toxic -> toxic -> sink

Sans input and output: bytes are fed in, bytes are taken out, and the driver tells the time. A
toxic holds one chunk at most (a latency many), so that a sink that takes nothing makes the
source wait. Toxics can be added, changed and taken away while bytes are under way: none is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from random import Random

from .toxics import BUFFER, Chunk, Interrupted, Place, Signal, Told, Toxic, Wait, begin


class _Source:
    """What stands before the first toxic: what was fed in, and whether more may come."""

    __slots__ = ("closed", "given")

    def __init__(self) -> None:
        self.given: deque[Chunk] = deque()
        self.closed = False


class _Stage(_Source):
    """One toxic at work. ``given`` is what it has handed on and nobody has taken yet."""

    __slots__ = ("_held", "_room", "_saw_end", "_steps", "_wish", "early", "name", "place", "toxic")

    def __init__(self, name: str, toxic: Toxic, chance: Random, now: float) -> None:
        super().__init__()
        self.name: str | None = name
        self.place = Place(chance)
        self._held: deque[Chunk] = deque()
        self._saw_end = False
        #: It has closed its direction without having met the end of what came in.
        self.early = False
        self.start(toxic, now)

    @property
    def due(self) -> float | None:
        """When it wants to be told the time, if it waits for that."""
        return None if self.closed or self._wish is None else self._wish.until

    def start(self, toxic: Toxic, now: float) -> None:
        """Work as this toxic from now on; what the place remembers stays."""
        self.toxic, self.place.now = toxic, now
        self._room = BUFFER if toxic.kind == "latency" else 0
        self._steps = begin(toxic, self.place)
        self._wish: Wait | None = None
        self._advance(None)

    def step(self, before: _Source, now: float) -> bool:
        """Do the next thing, if there is one that can be done."""
        moved = False
        while before.given and len(self._held) < self._room:
            self._held.append(before.given.popleft())
            moved = True
        if self.closed:
            return moved
        if self._wish is None:
            if self.given:
                return moved
            return self._resume(Signal.GIVEN, now)
        if self._wish.take and (self._held or before.given):
            return self._resume((self._held or before.given).popleft(), now)
        if self._wish.take and before.closed:
            self._saw_end = True
            return self._resume(Signal.END, now)
        if self._wish.until is not None and now >= self._wish.until:
            return self._resume(Signal.TIME, now)
        return moved

    def interrupt(self, now: float) -> bool:
        """Stop the toxic, which hands on what it holds; False if it closed or won't be stopped."""
        while not self.closed and self._wish is None:
            self._resume(Signal.GIVEN, now)
        if self.closed:
            return False
        self.place.now = now
        try:
            wish = self._steps.throw(Interrupted())
            while isinstance(wish, Chunk):
                self.given.append(wish)
                wish = self._steps.send(Signal.GIVEN)
        except Interrupted:
            return True
        except StopIteration:
            self._close()
            return False
        self._wish = wish
        return False

    def release(self) -> deque[Chunk]:
        """All that it has in its hands, oldest first."""
        held = self.given + self._held
        self.given, self._held = deque(), deque()
        return held

    def cut(self) -> None:
        """Close the direction here."""
        self._close()

    def _resume(self, told: Told, now: float) -> bool:
        self.place.now = now
        self._advance(told)
        return True

    def _advance(self, told: Told | None) -> None:
        try:
            wish = next(self._steps) if told is None else self._steps.send(told)
        except StopIteration:
            self._close()
            return
        if isinstance(wish, Chunk):
            self.given.append(wish)
            self._wish = None
        else:
            self._wish = wish

    def _close(self) -> None:
        self.closed, self.early = True, not self._saw_end


class Pipe:
    """The direction as a whole, with its toxics by name, in their order.

    ``chance`` decides on toxicity, jitter and slices.
    """

    __slots__ = ("_chance", "_out", "_source", "_stages")

    def __init__(self, toxics: Mapping[str, Toxic], chance: Random, now: float) -> None:
        self._chance = chance
        self._source = _Source()
        self._stages = [_Stage(name, toxic, chance, now) for name, toxic in toxics.items()]
        #: What goes to the sink past all toxics.
        self._out: deque[Chunk] = deque()

    @property
    def wants(self) -> bool:
        """Whether more bytes should be read from the source now."""
        stuck = self._source.closed or any(stage.closed for stage in self._stages)
        return not (self._source.given or stuck)

    @property
    def done(self) -> bool:
        """Whether nothing more will come out: the sink is to be closed."""
        last = self._last
        return last.closed and not last.given and not self._out

    @property
    def cut(self) -> bool:
        """Whether a toxic has closed the direction before the source did."""
        return any(stage.early for stage in self._stages)

    @property
    def due(self) -> float | None:
        """The next time at which ``take`` may have something new."""
        times = [stage.due for stage in self._stages]
        return min((time for time in times if time is not None), default=None)

    @property
    def _last(self) -> _Source:
        return self._stages[-1] if self._stages else self._source

    def feed(self, data: bytes, now: float) -> None:
        """Bytes that came from the source."""
        self._source.given.append(Chunk(data, now))

    def end(self) -> None:
        """The source will send no more."""
        self._source.closed = True

    def take(self, now: float) -> bytes | None:
        """The next bytes for the sink, as one packet; None if there are none yet."""
        while True:
            waiting = self._out or self._last.given
            if waiting:
                data = waiting.popleft().data
                if data:
                    return data
                continue
            if not self._step(now):
                return None

    def add(self, name: str, toxic: Toxic, now: float) -> None:
        """A further toxic, before the sink. What has passed the others does not meet it."""
        if self._stages:
            last = self._stages[-1]
            if last.interrupt(now):
                last.start(last.toxic, now)
        self._out += self._last.given
        self._last.given.clear()
        self._stages.append(_Stage(name, toxic, self._chance, now))

    def update(self, name: str, toxic: Toxic, now: float) -> None:
        """The toxic of this name gets other attributes."""
        for stage in self._stages:
            if stage.name == name and stage.interrupt(now):
                stage.start(toxic, now)

    def remove(self, name: str, now: float) -> None:
        """Take the toxic away. Where that was a timeout, the direction closes: its bytes are lost.

        One that has closed the direction stays, and closed it stays.
        """
        for index, stage in enumerate(self._stages):
            if stage.name == name:
                self._remove(index, now)
                return

    def _remove(self, index: int, now: float) -> None:
        stage = self._stages[index]
        stage.name = None
        if not stage.interrupt(now):
            return
        if stage.toxic.kind == "timeout":
            stage.cut()
            return
        before = self._stages[index - 1] if index else self._source
        if isinstance(before, _Stage) and before.interrupt(now):
            before.start(before.toxic, now)
        before.given.extendleft(reversed(stage.release()))
        del self._stages[index]

    def _step(self, now: float) -> bool:
        moved = False
        for index in range(len(self._stages) - 1, -1, -1):
            before = self._stages[index - 1] if index else self._source
            moved = self._stages[index].step(before, now) or moved
        return moved
