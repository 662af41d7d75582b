"""Requests of the project that reach a fake of an HTTP client: seen, or made a little wrong.

responses, requests-mock, respx and pytest-httpx each have one place through which a request
goes in and a response comes out. A hook there finds the line of the project that is behind it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from inspect import CO_COROUTINE
from threading import get_ident as _get_ident
from types import FrameType
from typing import Any

from ..perturb import perturb
from .looks import hook
from .messages import changed_request, fields_of
from .reals import mro_of, own_of
from .records import Book, Call, Info
from .served import WAYS, Args, Kwargs, Way
from .sides import PROJECT, TEST
from .visits import Fault, Visit

RECEIVERS = (
    # Module, class, method, the request's position, the library, what it stands in for.
    ("responses", "RequestsMock", "_on_request", 1, "responses", "requests"),
    ("requests_mock.adapter", "Adapter", "send", 0, "requests-mock", "requests"),
    ("respx.router", "Router", "handler", 0, "respx", "httpx"),
    ("respx.router", "Router", "async_handler", 0, "respx", "httpx"),
    ("pytest_httpx._httpx_mock", "HTTPXMock", "_handle_request", 1, "pytest-httpx", "httpx"),
    ("pytest_httpx._httpx_mock", "HTTPXMock", "_handle_async_request", 1, "pytest-httpx", "httpx"),
)
_RETURNS = "returns"
_DEEPEST = 200
_getframe = sys._getframe


@dataclass(slots=True)
class _Place:
    """Where a call ends in project code, which tells it from all others, and its fault."""

    file: str
    end_line: int
    end_column: int
    fault: Fault


class Exchanges:
    """The hooks of one process. ``found`` tells of a fake that nobody has seen start."""

    def __init__(self, book: Book, found: Callable[[str, str], None]) -> None:
        self._book = book
        self._found = found
        self._hooked: set[tuple[str, str]] = set()
        self._place: _Place | None = None
        #: Threads in which such a call is being served.
        self._serving: set[int] = set()
        #: Also hears of each request, with the double that it reaches and the frame behind it.
        self.watch: Callable[[Info, Any, FrameType], None] | None = None

    def install(self) -> None:
        """Put hooks into the libraries that have been imported by now."""
        for module, name, method, at, library, target in RECEIVERS:
            key = (module, method)
            kind = vars(sys.modules[module]).get(name) if module in sys.modules else None
            if key in self._hooked or type(kind) is not type or method not in vars(kind):
                continue
            self._hooked.add(key)
            self._hook(kind, method, at, library, target)
        for way in WAYS:
            key = (way.module, way.method)
            home = sys.modules.get(way.module)
            if key in self._hooked or home is None:
                continue
            found: Any = vars(home).get(way.kind)
            if type in mro_of(found) and way.method in own_of(found):
                self._hooked.add(key)
                self._serve(found, way)

    def disturb(
        self, file: str, end_line: int, end_column: int, fault: Fault
    ) -> Callable[[], None]:
        """Have the fault in force at the call that ends there; gives what takes it out again."""
        self.install()
        name = self._book.sides.relative(file)
        self._place = _Place(name, end_line, end_column, fault)

        def undo() -> None:
            self._place = None

        return undo

    def _hook(self, kind: type, method: str, at: int, library: str, target: str) -> None:
        def around(original: Any) -> Any:
            if original.__code__.co_flags & CO_COROUTINE:

                async def receive_later(fake: Any, /, *args: Any, **kwargs: Any) -> Any:
                    args, visit = self._sent(args, kwargs, at, library, target, _getframe(1))
                    try:
                        response = await original(fake, *args, **kwargs)
                    except Exception as error:
                        visit.failed(error)
                        raise
                    return visit.answered(response)

                return receive_later

            def receive(fake: Any, /, *args: Any, **kwargs: Any) -> Any:
                args, visit = self._sent(args, kwargs, at, library, target, _getframe(1))
                try:
                    response = original(fake, *args, **kwargs)
                except Exception as error:
                    visit.failed(error)
                    raise
                return visit.answered(response)

            return receive

        hook(kind, method, around)

    def _serve(self, kind: type, way: Way) -> None:
        def around(original: Any) -> Any:
            if original.__code__.co_flags & CO_COROUTINE:

                async def serve_later(thing: Any, /, *args: Any, **kwargs: Any) -> Any:
                    args, kwargs, visit = self._came(way, thing, args, kwargs, _getframe(1))
                    try:
                        value = await original(thing, *args, **kwargs)
                    except Exception as error:
                        visit.failed(error)
                        raise
                    return visit.gave(value)

                return serve_later

            def serve(thing: Any, /, *args: Any, **kwargs: Any) -> Any:
                if _get_ident() in self._serving:
                    # What a fake calls of itself is its own affair.
                    return original(thing, *args, **kwargs)
                args, kwargs, visit = self._came(way, thing, args, kwargs, _getframe(1))
                self._serving.add(_get_ident())
                try:
                    value = original(thing, *args, **kwargs)
                except Exception as error:
                    visit.failed(error)
                    raise
                finally:
                    self._serving.discard(_get_ident())
                return visit.gave(value)

            return serve

        hook(kind, way.method, around)

    def _came(
        self, way: Way, thing: Any, args: Args, kwargs: Kwargs, frame: FrameType | None
    ) -> tuple[Args, Kwargs, Visit]:
        """The arguments to go on with, and who waits for what the fake gives."""
        visit = Visit(self._book, streamed=False)
        behind = self._book.safely(self._project, frame)
        handed = self._book.safely(way.read, thing, args, kwargs) if behind is not None else None
        if behind is None or handed is None:
            return args, kwargs, visit
        name, values, named = handed
        if self._book.active:
            visit.call = self._book.safely(self._note_call, way, name, values, named, behind)
        if self._book.safely(self._is_at, behind):
            assert self._place is not None
            fault = self._place.fault
            if fault.path == _RETURNS:
                visit.fault = fault
            else:
                made = self._book.safely(_changed, way, args, kwargs, handed, fault)
                if made is not None:
                    fault.effects += 1
                    args, kwargs = made
        return args, kwargs, visit

    def _note_call(
        self, way: Way, name: str, values: Args, named: Kwargs, frame: FrameType
    ) -> Call | None:
        info = self._info(way.library, way.target)
        record = self._book.record(info, info) if info is not None else None
        if record is None:
            return None
        return self._book.call(record, frame, name, self._book.flat.call(values, named))[0]

    def _sent(
        self,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        at: int,
        library: str,
        target: str,
        frame: FrameType | None,
    ) -> tuple[tuple[Any, ...], Visit]:
        """The arguments to go on with, and who waits for the response."""
        visit = Visit(self._book, streamed=kwargs.get("stream") is True)
        if len(args) > at:
            behind = self._book.safely(self._project, frame)
            if behind is not None and self._book.active:
                visit.call = self._book.safely(self._note, library, target, args[at], behind)
            if behind is not None and self._book.safely(self._is_at, behind):
                assert self._place is not None
                fault = self._place.fault
                if fault.path == _RETURNS:
                    visit.fault = fault
                else:
                    made = self._book.safely(changed_request, args[at], fault.path, fault.change)
                    if made is not None:
                        fault.effects += 1
                        args = (*args[:at], made, *args[at + 1 :])
        return args, visit

    def _project(self, frame: FrameType | None) -> FrameType | None:
        """The project's frame that is behind a request; None for a request of the test's own."""
        for _ in range(_DEEPEST):
            if frame is None:
                return None
            side = self._book.sides[frame.f_code.co_filename]
            if side == PROJECT:
                return frame
            if side == TEST:
                return None
            frame = frame.f_back
        return None

    def _is_at(self, frame: FrameType) -> bool:
        place, site = self._place, None
        if place is not None:
            site = self._book.sites.at(frame)
        if place is None or site is None:
            return False
        known = site.fields
        return (known["file"], known["end_line"], known["end_column"]) == (
            place.file,
            place.end_line,
            place.end_column,
        )

    def _note(self, library: str, target: str, request: Any, frame: FrameType) -> Call | None:
        info = self._info(library, target)
        if info is None:
            return None
        if self.watch is not None:
            self._book.safely(self.watch, info, request, frame)
        record = self._book.record(info, info)
        if record is None:
            return None
        leaves = self._book.flat.call((), fields_of(request))
        return self._book.call(record, frame, "", leaves)[0]

    def _info(self, library: str, target: str) -> Info | None:
        for attempt in range(2):
            for record in self._book.records.values():
                if record.info.name == library:
                    return record.info
            if attempt == 0:
                self._found(library, target)
        return None


def _changed(
    way: Way, args: Args, kwargs: Kwargs, handed: tuple[str, Args, Kwargs], fault: Fault
) -> tuple[Args, Kwargs] | None:
    """The arguments of the fake's method with the fault's change; None where it does not apply."""
    _, values, named = handed
    after, after_named, done = perturb(values, named, fault.path, fault.change)
    return way.write(args, kwargs, after, after_named) if done else None
