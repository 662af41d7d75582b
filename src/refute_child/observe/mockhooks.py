"""Hooks on the classes of ``unittest.mock``: what is made, called, read and awaited."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from . import lies
from .arguments import shape
from .audits import identity
from .looks import Looks, hook
from .mocks import Mocks, dict_of, is_magic, method_of
from .reals import Real, function_of, mro_of
from .records import Book, Call, Record
from .shown import name_of
from .sides import PROJECT

_getframe = sys._getframe


class MockHooks:
    """Hooks on one module's mocks, which write to a book."""

    def __init__(self, book: Book, mocks: Mocks) -> None:
        self._book = book
        self._mocks = mocks
        #: Calls of asynchronous mocks, by the identity of the coroutine they gave.
        self._slots: dict[int, list[tuple[Record, Call]]] = {}
        #: Calls by mock, place and form, so that alike ones are recognised at once.
        self._known: dict[object, tuple[Record, Call, Real | None]] = {}
        #: New calls of asynchronous mocks whose real things are known.
        self.later: list[tuple[Record, Real, Call]] = []

    def install(self) -> None:
        """Put the hooks in place, for the life of this process."""
        callable_mixin = self._mocks.names["CallableMixin"]
        hook(self._mocks.base, "__init__", self._around_init)
        hook(self._mocks.base, "__getattr__", self._around_getattr)
        hook(callable_mixin, "__call__", self._around_call)
        hook(self._mocks.async_base, "_execute_mock_call", self._around_await)
        looks = Looks(self._book, self._mocks.names, self._mocks.root)
        looks.install_count(callable_mixin)
        for kind in (self._mocks.base, self._mocks.async_base):
            looks.install(kind)

    def begin(self) -> None:
        """Forget the test before."""
        self._slots, self.later, self._known = {}, [], {}

    def _around_init(self, original: Any) -> Any:
        book = self._book

        def __init__(mock: Any, /, *args: Any, **kwargs: Any) -> None:  # noqa: N807
            original(mock, *args, **kwargs)
            # Most are parts of others; how they were told so differs.
            if book.active and dict_of(mock, "__dict__").get("_mock_new_parent") is None:
                book.safely(self._mocks.made, mock, _getframe(1))

        return __init__

    def _around_call(self, original: Any) -> Any:
        book = self._book

        def __call__(mock: Any, /, *args: Any, **kwargs: Any) -> Any:  # noqa: N807
            if not book.active:
                return original(mock, *args, **kwargs)
            try:
                # As ``safely`` does, without its price: this is where the time goes.
                noted = self._again(mock, _getframe(1), args, kwargs)
            except Exception:
                book.failures += 1
                noted = None
            if noted is None:
                return original(mock, *args, **kwargs)
            try:
                value = original(mock, *args, **kwargs)
            except BaseException as error:
                book.safely(_raised, noted[1], error)
                raise
            slot = self._slots.pop(identity(value), None) if self._slots else None
            if slot is not None:
                slot.append(noted[:2])
            elif not noted[1].result:
                book.safely(self._returned, mock, noted, value)
            return value

        return __call__

    def _again(
        self, mock: Any, frame: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Record, Call, Real | None] | None:
        """What is noted of a call; one just like an earlier one costs little."""
        form = shape(args, kwargs)
        if form is None:
            return self._called(mock, frame, args, kwargs)
        # Asking for the code is an audited event, and takes as long as all the rest.
        key = (identity(mock), identity(frame.f_code), frame.f_lasti, form)
        found = self._known.get(key)
        if found is None:
            found = self._called(mock, frame, args, kwargs)
            if found is not None and not self._book.is_secret(found[1]):
                self._known[key] = found
        return found

    def _called(
        self, mock: Any, frame: FrameType, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Record, Call, Real | None] | None:
        book = self._book
        book.called.add(identity(mock))
        root, steps, info = self._mocks.root(mock)
        record = book.record(root, info)
        if record is None:
            return None
        record.reached = True
        caller = book.sides.caller(frame)
        if caller is None or book.sides[caller.f_code.co_filename] != PROJECT:
            return None
        if steps and is_magic(steps[-1]):
            return None
        if info.kind == "autospec" and not steps and info.real and info.real.bound is None:
            args = self._without_self(caller, args)
        call, new = book.call(record, caller, method_of(steps), book.flat.call(args, kwargs))
        if call is None:
            return None
        real = lies.behind(info.real, steps) if new and info.real is not None else None
        if new and real is not None:
            found = function_of(real)
            if found is not None:
                call.secret |= lies.secret_positions(found, len(args), book.secrets)
            if info.kind != "autospec":
                lies.check_call(record, real, len(args), tuple(kwargs))
                if self._mocks.async_base in mro_of(mock):
                    self.later.append((record, real, call))
        return record, call, real

    def _without_self(self, caller: FrameType, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments as the caller gave them: a method of a class gets its object as well."""
        site = self._book.sites.at(caller)
        given = len(args) - 1 if site is None or site.positional < 0 else site.positional
        return args[1:] if given == len(args) - 1 else args

    def _returned(self, mock: Any, noted: tuple[Record, Call, Real | None], value: object) -> None:
        record, call, real = noted
        below = self._mocks.below(value)
        if below is not None:
            self._mocks.adopt(mock, below)
        elif real is not None and record.info.kind != "autospec":
            lies.check_result(record, real, value)
        self._book.returned(call, value, below is not None)

    def _around_await(self, original: Any) -> Any:
        book = self._book

        async def execute(slot: list[Any], mock: Any, args: Any, kwargs: Any) -> Any:
            try:
                value = await original(mock, *args, **kwargs)
            except BaseException as error:
                for _, call in slot:
                    book.safely(_raised, call, error)
                raise
            for _, call in slot:
                call.awaited = True
                below = self._mocks.below(value)
                if below is not None:
                    book.safely(self._mocks.adopt, mock, below)
                book.safely(book.returned, call, value, below is not None)
            return value

        # A coroutine that nobody awaits is complained of by this name.
        execute.__name__, execute.__qualname__ = original.__name__, original.__qualname__

        def _execute_mock_call(mock: Any, /, *args: Any, **kwargs: Any) -> Any:
            slot: list[Any] = []
            coroutine = execute(slot, mock, args, kwargs)
            if book.active:
                self._slots[identity(coroutine)] = slot
            return coroutine

        return _execute_mock_call

    def _around_getattr(self, original: Any) -> Any:
        book, sides = self._book, self._book.sides

        def __getattr__(mock: Any, name: str) -> Any:  # noqa: N807
            value = original(mock, name)
            if book.active and sides[_getframe(1).f_code.co_filename] == PROJECT:
                key = (identity(mock), name)
                if key not in book.read:
                    book.read.add(key)
                    book.safely(self._read, mock, name)
            return value

        return __getattr__

    def _read(self, mock: Any, name: str) -> None:
        root, steps, info = self._mocks.root(mock)
        record = self._book.record(root, info)
        if record is None:
            return
        record.reached = True
        if info.real is not None and dict_of(mock, "__dict__").get("_mock_methods") is None:
            real = lies.behind(info.real, steps)
            if real is not None and not is_magic(name):
                lies.check_attribute(record, real, name)


def _raised(call: Call, error: BaseException) -> None:
    if not call.result:
        call.result, call.returned = "raises", name_of(type(error))
