"""What doubles and real boundaries receive while a test runs, call by call, to be compared.

Other than what ``Doubles`` tells of a test, alike calls stay apart here, and it does not matter
who called, as long as the project is behind it. Values are kept as ``kept`` explains; nothing
is put into words before two runs were compared.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import pytest

from .audits import listen
from .crossed import CROSSINGS
from .doubles import Doubles
from .kept import Keeper, Node
from .looks import hook
from .messages import all_of
from .mocks import Mocks, is_magic, method_of
from .passing import Passing
from .records import Info
from .shown import Secrets
from .sides import PROJECT, TEST
from .sites import argument_names

MOST = 400
"""Events of one run of a test that are kept."""
_getframe = sys._getframe
_ITEMS = frozenset({"__getitem__", "__setitem__", "__delitem__"})
"""The language's own methods of mocks that are told: all others may be called for any reason."""


@dataclass(frozen=True, slots=True, eq=False)
class Event:
    """Something that left project code: a call of a double or a callback, a crossing, a result."""

    #: Who received it. Events of one key are compared one after the other.
    key: tuple[str, ...]
    #: ``call``, ``set`` (an attribute of a mock), ``await``, ``send`` (a boundary),
    #: ``return``, ``yield`` or ``raise``.
    form: str
    #: What was called on the double, or the attribute that was set; empty for itself.
    method: str
    #: A node whose steps are positions and names, whose parts are the values.
    sent: Node
    name: str
    #: Project code, path from the root; empty and 0 where none is near.
    file: str
    line: int
    #: Steps whose names say that they are secrets.
    secret: frozenset[object] = frozenset()

    @property
    def returned(self) -> bool:
        """Whether it went to the test, and not to a double or a boundary."""
        return self.form in ("return", "yield", "raise")


class Received(Doubles):
    """Observes doubles as its base does, and gathers events; in a forked child."""

    def __init__(
        self, is_project: Callable[[str], bool], is_library: Callable[[str], bool], root: str
    ) -> None:
        super().__init__(is_project, is_library, root)
        self._keeper = Keeper(self._mock_words)
        self._passing = Passing(self._book, self._plain_called, self._came)
        self._exchanges.watch = self._requested
        self._events: list[Event] = []

    @property
    def secrets(self) -> Secrets:
        """What must not be told."""
        return self._book.secrets

    def start(self) -> None:
        """Put all hooks in place, for the life of this process; before the first test."""
        super().start()
        for mocks in self._mocks:
            self._hook(mocks)
        listen(dict.fromkeys(CROSSINGS, self._audit))
        self._passing.start()

    def begin(self, item: pytest.Item) -> None:
        """The test that runs next, set-up included."""
        self._events = []
        self._passing.begin()
        super().begin(item)

    def events(self) -> list[Event]:
        """What left project code since ``begin``."""
        # It also learns which values are secrets.
        self.take()
        return self._events

    def _add(
        self,
        key: tuple[str, ...],
        form: str,
        method: str,
        sent: Sequence[tuple[object, object]],
        name: str,
        frame: FrameType | None,
        secret: frozenset[object] = frozenset(),
    ) -> None:
        if len(self._events) >= MOST:
            return
        node = Node("", tuple(s for s, _ in sent), tuple(self._keeper.keep(v) for _, v in sent))
        file = self._book.sides.relative(frame.f_code.co_filename) if frame is not None else ""
        line = (frame.f_lineno or 0) if frame is not None else 0
        self._events.append(Event(key, form, method, node, name, file, line, secret))

    def _behind(self, frame: FrameType | None) -> tuple[bool, FrameType | None]:
        """Whether a test did not do something by itself, and the line of the project, if any."""
        while frame is not None:
            side = self._book.sides[frame.f_code.co_filename]
            if side == PROJECT:
                return True, frame
            if side == TEST and frame.f_code.co_name != "__call__":
                return False, None
            frame = frame.f_back
        return True, None

    def _mock_words(self, thing: object) -> str:
        for mocks in self._mocks:
            mock = mocks.below(thing)
            if mock is not None:
                _, steps, info = mocks.root(mock)
                return f"<{info.target or info.name}{method_of(steps)}>"
        return ""

    def _key(self, info: Info) -> tuple[tuple[str, ...], str]:
        """Who a double is, as the judgement on doubles tells them apart, and its name."""
        target, name = self._book.clean(info.target), self._book.clean(info.name)
        file = info.place.file if info.place else ""
        return ("double", target, name, file), target or name

    def _hook(self, mocks: Mocks) -> None:
        book = self._book

        def around_call(original: Any) -> Any:
            def __call__(mock: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
                if book.active:
                    book.safely(self._called, mocks, mock, _getframe(1), args, kwargs)
                return original(mock, *args, **kwargs)

            return __call__

        def around_set(original: Any) -> Any:
            def __setattr__(mock: Any, name: str, value: Any) -> None:  # noqa: N807
                original(mock, name, value)
                if book.active and book.sides[_getframe(1).f_code.co_filename] == PROJECT:
                    book.safely(self._set, mocks, mock, name, value, _getframe(1))

            return __setattr__

        def around_await(original: Any) -> Any:
            async def execute(mock: Any, args: Any, kwargs: Any) -> Any:
                if book.active:
                    book.safely(self._awaited, mocks, mock, _getframe(1))
                return await original(mock, *args, **kwargs)

            execute.__name__, execute.__qualname__ = original.__name__, original.__qualname__

            def _execute_mock_call(mock: Any, /, *args: Any, **kwargs: Any) -> Any:
                return execute(mock, args, kwargs)

            return _execute_mock_call

        hook(mocks.names["CallableMixin"], "__call__", around_call)
        hook(mocks.base, "__setattr__", around_set)
        hook(mocks.names["AsyncMockMixin"], "_execute_mock_call", around_await)

    def _called(
        self, mocks: Mocks, mock: Any, frame: FrameType, args: tuple[Any, ...], kwargs: Any
    ) -> None:
        _, steps, info = mocks.root(mock)
        if not info.counts or (steps and is_magic(steps[-1]) and steps[-1] not in _ITEMS):
            return
        ours, caller = self._behind(frame)
        if not ours:
            return
        secret = {name for name in kwargs if self.secrets.named(name)} | self._named(caller)
        key, name = self._key(info)
        sent = [*enumerate(args), *kwargs.items()]
        self._add(key, "call", method_of(steps), sent, name, caller, frozenset(secret))

    def _named(self, caller: FrameType | None) -> set[object]:
        """Arguments that come from variables with the names of secrets."""
        site = self._book.sites.at(caller) if caller is not None else None
        names = argument_names(site) if site is not None else {}
        return {head for head, one in names.items() if any(map(self.secrets.named, one))}

    def _set(self, mocks: Mocks, mock: Any, name: str, value: Any, frame: FrameType) -> None:
        if name.startswith("_mock_"):
            return
        _, steps, info = mocks.root(mock)
        if not info.counts:
            return
        key, shown = self._key(info)
        secret = frozenset({""} if self.secrets.named(name) else ())
        method = f"{method_of(steps)}.{name}"
        self._add(key, "set", method, [("", value)], shown, frame, secret)

    def _awaited(self, mocks: Mocks, mock: Any, frame: FrameType) -> None:
        _, steps, info = mocks.root(mock)
        ours, caller = self._behind(frame)
        if ours and info.counts:
            key, name = self._key(info)
            self._add(key, "await", method_of(steps), [], name, caller)

    def _plain_called(self, frame: FrameType) -> None:
        """A function of the tests' own begins: one that stands for another, or a callback."""
        ours, caller = self._behind(frame.f_back)
        if not ours:
            return
        code, found = frame.f_code, self._plain.called(frame, frame.f_code)
        if found is not None:
            (placed, first), counts = found, found[0].info.counts
            (key, name), method = self._key(placed.info), placed.method
        else:
            first, method, name = 0, "", f"{code.co_name}()"
            key = ("callback", code.co_filename, code.co_qualname)
            direct = caller is not None and caller is self._book.sides.caller(frame.f_back)
            counts = direct and not is_magic(code.co_name)
        if not counts:
            return
        count = code.co_argcount + code.co_kwonlyargcount
        count += bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)
        values = frame.f_locals
        first = min(first, code.co_argcount)
        sent = [(n, values[n]) for n in code.co_varnames[first:count] if n in values]
        secret = frozenset(one for one, _ in sent if self.secrets.named(one))
        self._add(key, "call", method, sent, name, caller, secret)

    def _came(self, frame: FrameType, form: str, value: object) -> None:
        """A result passes from project code to the tests."""
        code = frame.f_code
        if code.co_name == "__init__" and form == "return":
            value = frame.f_locals.get(code.co_varnames[0])
        key = ("returned", code.co_filename, code.co_qualname)
        self._add(key, form, "", [("", value)], f"{code.co_qualname}()", frame)

    def _requested(self, info: Info, request: Any, frame: FrameType) -> None:
        """A request reaches a fake of an HTTP client."""
        key, name = self._key(info)
        self._add(key, "call", "request", [*all_of(request).items()], name, frame)

    def _audit(self, event: str, args: tuple[Any, ...]) -> None:
        if self._book.active:
            self._book.safely(self._crossed, *CROSSINGS[event](event, args), _getframe(2))

    def _crossed(self, kind: str, what: str, sent: object, frame: FrameType) -> None:
        ours, caller = self._behind(frame)
        if ours:
            self._add(("boundary", kind), "send", "", [("", sent)], f"{kind} {what}", caller)
