"""Another schedule of tasks and threads, by seed.

asyncio promises no order among tasks that can all go on: here it is shuffled, and now and then
one of them waits for the next turn of the loop. Callbacks that are no tasks keep their place, and
no task gets past one: of that order asyncio makes use. Loops that are not asyncio's own (uvloop)
are not touched. Threads change more often than they would, at moments that no seed can repeat.
"""

from __future__ import annotations

import sys
from itertools import groupby
from random import Random
from typing import Any

_LATE = 0.2
"""The share of tasks that wait for another turn."""

_SWITCH = 1e-5
"""Seconds that a thread may go on, in place of 5 ms."""


def shuffle(seed: int) -> None:
    """Shuffle what loops of this process run from now on; each loop begins with the seed."""
    from asyncio import base_events, tasks

    sys.setswitchinterval(_SWITCH)
    original = base_events.BaseEventLoop._run_once  # type: ignore[attr-defined]
    random = Random

    def is_task(handle: Any) -> bool:
        return isinstance(getattr(handle._callback, "__self__", None), tasks.Task)

    def _run_once(self: Any) -> None:
        chance = self.__dict__.setdefault("_refute_chance", random(seed))
        ready: list[Any] = []
        late: list[Any] = []
        for tasks_alone, group in groupby(list(self._ready), is_task):
            handles = list(group)
            late = []
            if tasks_alone and len(handles) > 1:
                handles = chance.sample(handles, len(handles))
                # The first one goes on in any case, so that the loop never sleeps meanwhile.
                late = [handle for handle in handles[1:] if chance.random() < _LATE]
            ready += handles
        # Those at the very end can wait without being overtaken by anything but tasks.
        kept = [handle for handle in ready if not any(handle is one for one in late)]
        self._ready.clear()
        self._ready.extend(kept)
        try:
            original(self)
        finally:
            self._ready.extendleft(reversed(late))

    base_events.BaseEventLoop._run_once = _run_once  # type: ignore[attr-defined]
