"""Keeps what is seen at the points of tests, which call it by names that no test has.

The instrumented text of a test file calls ``__refute_see__(n, value)`` in the place of a value,
``__refute_state__(n, {name: reader})`` at the end of a function, and wraps what expects
exceptions. All of them hand on what they were given.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import Any

from .views import Views, is_double

VARIES = "\x00"
"""In the place of a literal: the view had several values in one test."""

_MOST = 200
"""Looks at one point in one test; a loop may come by a million times."""

Sights = dict[str, dict[str, str]]
"""A point's number, as text -> view -> literal."""


class Recorder:
    """One for a process; ``begin`` and ``take`` for each test."""

    def __init__(self) -> None:
        self._views = Views()
        self._sights: Sights = {}
        self._looks: dict[str, int] = {}
        self._busy = False

    def install(self) -> None:
        """Make the names known to all code of this process."""
        own: Any = builtins
        own.__refute_see__ = self.see
        own.__refute_state__ = self.state
        own.__refute_raises__ = lambda point, context: _Raises(self, point, context)
        own.__refute_raiser__ = self.raiser

    def begin(self) -> None:
        """Forget what an earlier test left."""
        self._sights, self._looks = {}, {}

    def take(self) -> Sights:
        """What was seen since ``begin``."""
        return self._sights

    def see(self, point: int, value: Any) -> Any:
        """A value goes by."""
        # What a double is sent shows at the end.
        if not is_double(value):
            self._enter(point, lambda: self._views.of(value))
        return value

    def state(self, point: int, readers: Mapping[str, Callable[[], Any]]) -> None:
        """A function comes to its end; each reader gives what a name stands for."""
        values: dict[str, Any] = {}
        for name, reader in readers.items():
            try:
                values[name] = reader()
            except Exception:
                continue
        named = {id(value): name for name, value in reversed(list(values.items()))}

        def views() -> dict[str, str]:
            return {
                view.replace("{}", name): text
                for name, value in values.items()
                for view, text in self._views.of(value, name, named).items()
            }

        self._enter(point, views)

    def raised(self, point: int, error: BaseException | None) -> None:
        """An expected exception has come."""
        if error is not None:
            self._enter(point, lambda: self._views.of_error(error))

    def raiser(self, point: int, function: Any) -> Any:
        """The same function, watched for what it raises."""

        def watched(*args: Any, **kwargs: Any) -> Any:
            try:
                return function(*args, **kwargs)
            except BaseException as error:
                self.raised(point, error)
                raise

        return watched if callable(function) else function

    def _enter(self, point: int, look: Callable[[], dict[str, str]]) -> None:
        key = str(point)
        turn = self._looks[key] = self._looks.get(key, 0) + 1
        # Looking runs code of the value's, which may come by a point of its own.
        if self._busy or turn > _MOST:
            return
        self._busy = True
        try:
            found = look()
        finally:
            self._busy = False
        known = self._sights.get(key)
        if known is None:
            self._sights[key] = found
            return
        for view in known.keys() | found.keys():
            if known.get(view) != found.get(view):
                known[view] = VARIES


class _Raises:
    """A context that expects an exception, with an eye on the one that comes."""

    def __init__(self, recorder: Recorder, point: int, context: Any) -> None:
        self._recorder = recorder
        self._point = point
        self._context = context

    def __enter__(self) -> Any:
        return self._context.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> Any:
        handled = self._context.__exit__(kind, error, trace)
        if handled:
            self._recorder.raised(self._point, error)
        return handled
