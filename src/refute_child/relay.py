"""Carries connections out of a sealed slot, to services on the machine's own loopback.

    program in the slot -> socket that listens in there -> relay -> same address outside

The slot has a network of its own. Its first process makes the listening sockets and hands them
to a process that stayed outside: the relay. That one connects to nothing but the loopback, and
there to nothing but the address and port which the program meant. It has no capabilities, and
ends with the launcher.

Each message on the line of control is a JSON list of [host, port]: what stays open. The answer
has the same form: what was reached so far. When the slot's program has ended by itself, it is
given once more, unasked.
"""

from __future__ import annotations

import json
import os
import resource
import socket
from collections.abc import Callable, Iterable
from contextlib import suppress
from errno import EINPROGRESS
from functools import partial
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any

from . import linux
from .links import Link

Record = dict[str, Any]

Place = tuple[str, int]
"""Host and port that a service is bound to."""

_MESSAGE = 1 << 20
_FILES = 8192
_SPARE_FILES = 64
_FAREWELL = 1.0
"""Seconds in which what the program had still sent is carried on after its end."""


def hand_over(line: socket.socket, places: Iterable[Place]) -> None:
    """Listen at these places here, and give the sockets to the relay at the end of ``line``.

    What can't be had (no IPv6 here, an address twice) is left out: nobody answers there, then.
    """
    for host, port in places:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((host, port))
            listener.listen(128)
            socket.send_fds(line, [json.dumps([host, port]).encode()], [listener.fileno()])
    line.close()


def serve(line: socket.socket, control: int, strain: Record | None = None) -> None:
    """Be the relay until the slot ends; ``control`` is -1 where nobody asks. ``strain`` says
    which links go bad, see `strain`.
    """
    switch = strain["switch"] if strain else -1
    _keep_only({0, 1, 2, line.fileno(), control, switch} - {-1})
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.hold_capabilities(frozenset(), active=frozenset())
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    files = _FILES if hard == resource.RLIM_INFINITY else min(hard, _FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    asked = None if control < 0 else socket.socket(fileno=control)
    most = (files - _SPARE_FILES) // 2
    if strain is None:
        Relay(line, asked, most).run()
        return
    from .strain import Strained

    Strained(line, asked, most, strain).run()


def _keep_only(kept: set[int]) -> None:
    """Close all other files: the program's pipes must end with the program."""
    first = 0
    for descriptor in sorted(kept):
        if first < descriptor:  # an empty range would close everything
            os.closerange(first, descriptor)
        first = descriptor + 1
    os.closerange(first, os.sysconf("SC_OPEN_MAX"))
    null = os.open("/dev/null", os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)


class Relay:
    """Waits for connections and carries them, in one loop."""

    def __init__(self, line: socket.socket, control: socket.socket | None, most: int) -> None:
        self._line, self._control, self._most = line, control, most
        self._selector = DefaultSelector()
        self._listeners: dict[Place, socket.socket] = {}
        self._links: set[Link] = set()
        self._masks: dict[socket.socket, int] = {}
        self._reached: set[Place] = set()
        self._deadline: float | None = None
        self._leaving = False
        self._watch(line, EVENT_READ, lambda _: self._take_listener())
        if control is not None:
            self._watch(control, EVENT_READ, lambda _: self._obey())

    def run(self) -> None:
        """Until the launcher's end of the line, or the controller's, is closed."""
        while not self._leaving:
            due = self._due()
            left = None if due is None else max(0.0, due - monotonic())
            for key, events in self._selector.select(left):
                key.data(events)
            self._on_time()
            if self._deadline is not None:
                idle = all(link.out.told for link in self._links)
                if idle or monotonic() >= self._deadline:
                    self._answer()
                    return

    def _due(self) -> float | None:
        """When something is to be done, though nothing comes."""
        return self._deadline

    def _on_time(self) -> None:
        """Do what was due, if anything was."""

    def _link(self, near: socket.socket, far: socket.socket, place: Place) -> Link:
        """A connection from the slot to this place."""
        return Link(near, far)

    def _watch(self, what: socket.socket, mask: int, call: Callable[[int], None]) -> None:
        """Wait for the events in ``mask``, and call with those that came; 0 for none."""
        if mask == self._masks.get(what, 0):
            return
        if not mask:
            self._selector.unregister(what)
        elif what in self._masks:
            self._selector.modify(what, mask, call)
        else:
            self._selector.register(what, mask, call)
        self._masks.pop(what, None)
        if mask:
            self._masks[what] = mask

    def _unwatch(self, what: socket.socket) -> None:
        self._watch(what, 0, lambda _: None)

    def _take_listener(self) -> None:
        message, descriptors, _, _ = socket.recv_fds(self._line, 4096, 1)
        if not message:
            # The program is at its end: what came before shall still arrive.
            self._unwatch(self._line)
            self._accept_all()
            self._deadline = monotonic() + _FAREWELL
            return
        host, port = json.loads(message)
        listener = socket.socket(fileno=descriptors[0])
        listener.setblocking(False)
        self._listeners[host, port] = listener
        self._listen()

    def _obey(self) -> None:
        assert self._control is not None
        message = self._control.recv(_MESSAGE)
        if not message:
            self._leaving = True
            return
        kept = {(host, port) for host, port in json.loads(message)}
        # Who had connected before the question came is among the answer.
        self._accept_all()
        for place in self._listeners.keys() - kept:
            listener = self._listeners.pop(place)
            self._unwatch(listener)
            listener.close()
        self._answer()
        self._leaving = not self._listeners

    def _answer(self) -> None:
        if self._control is not None:
            with suppress(OSError):  # the controller has gone
                self._control.send(json.dumps(sorted(self._reached)).encode())

    def _listen(self) -> None:
        """Accept more, while there is room for more."""
        room = len(self._links) < self._most
        for place, listener in self._listeners.items():
            self._watch(listener, EVENT_READ * room, partial(self._accept, place))

    def _accept_all(self) -> None:
        for place in self._listeners:
            self._accept(place)

    def _accept(self, place: Place, _events: int = 0) -> None:
        listener = self._listeners.get(place)
        while listener is not None and len(self._links) < self._most:
            try:
                near = listener.accept()[0]
            except OSError:  # nobody more is waiting, or whoever was has gone
                break
            self._reached.add(place)
            self._connect(near, place)
        self._listen()

    def _connect(self, near: socket.socket, place: Place) -> None:
        """Connect to the address that the program meant, which is the slot's loopback."""
        host, port = near.getsockname()[:2]
        far = socket.socket(near.family, socket.SOCK_STREAM)
        link = self._link(near, far, place)
        for end in (near, far):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Nothing but a loopback is in there; should that ever change, the relay won't help.
        local = host == "::1" or host.startswith("127.")
        if local and far.connect_ex((host, port)) in (0, EINPROGRESS):
            self._links.add(link)
            self._await(link)
        else:
            link.close(broken=True)

    def _await(self, link: Link) -> None:
        for end in (link.near, link.far):
            self._watch(end, link.wants(end), partial(self._carry, link, end))

    def _carry(self, link: Link, end: socket.socket, events: int) -> None:
        if link not in self._links:
            return  # closed by what came just before
        try:
            link.work(end, events)
        except OSError:
            self._drop(link, broken=True)
            return
        if link.done:
            self._drop(link, broken=False)
        else:
            self._await(link)

    def _drop(self, link: Link, *, broken: bool) -> None:
        self._links.discard(link)
        for end in (link.near, link.far):
            self._unwatch(end)
        link.close(broken=broken)
        self._listen()
