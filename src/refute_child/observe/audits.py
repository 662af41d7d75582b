"""Audit events, handed to whoever of ours listens to one: by one hook for all of us.

Python calls each hook for each event of a process, a hundred times a test and more, and a hook
can't be taken out again. So there is one, which is over at once for what nobody listens to.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

Listener = Callable[[str, tuple[Any, ...]], None]
"""Called with the event's name and its arguments, in the frame below the one that caused it and
the hook's own.
"""
_listeners: dict[str, tuple[Listener, ...]] = {}
_hooked: list[Listener] = []

identity: Callable[[object], int] = object.__hash__
"""What `id` is for, of things that live: it differs for each. `id` itself is an audited event."""


def listen(listeners: Mapping[str, Listener]) -> None:
    """Have these called for events of these names, in this process and its forks, for good."""
    for event, listener in listeners.items():
        _listeners[event] = (*_listeners.get(event, ()), listener)
    if not _hooked:
        hook = _make_hook()
        _hooked.append(hook)
        sys.addaudithook(hook)


def _make_hook() -> Listener:
    wanted = _listeners

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in wanted:
            for listener in wanted[event]:
                listener(event, args)

    return hook
