"""Fakes of well-known libraries: which of them stand in for what while a test runs.

Seen from hooks on what starts them, put in place once the library has been imported, and from
the fixtures that a test asks for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

from .looks import hook
from .reals import mro_of, own_of
from .records import Book, Info
from .sides import Place

_getframe = sys._getframe

STARTS = (
    # Module, class, method, the library, what it stands in for.
    ("responses", "RequestsMock", "start", "responses", "requests"),
    ("respx.router", "MockRouter", "start", "respx", "httpx"),
    ("requests_mock.mocker", "MockerCore", "start", "requests-mock", "requests"),
    ("aioresponses.core", "aioresponses", "start", "aioresponses", "aiohttp"),
    ("moto.core.models", "MockAWS", "start", "moto", "boto3"),
    ("moto.core.models", "BaseMockAWS", "start", "moto", "boto3"),
    ("fakeredis", "FakeRedis", "__init__", "fakeredis", "redis"),
    ("fakeredis", "FakeStrictRedis", "__init__", "fakeredis", "redis"),
    ("fakeredis.aioredis", "FakeRedis", "__init__", "fakeredis", "redis"),
    ("freezegun.api", "_freeze_time", "start", "freezegun", "time"),
    ("time_machine", "travel", "start", "time-machine", "time"),
    ("pyfakefs.fake_filesystem_unittest", "Patcher", "setUp", "pyfakefs", "filesystem"),
    ("vcr.cassette", "CassetteContextDecorator", "__enter__", "vcrpy", "network"),
    ("pytest_httpx._httpx_mock", "HTTPXMock", "__init__", "pytest-httpx", "httpx"),
)
FIXTURES = {
    "httpx_mock": ("pytest-httpx", "httpx"),
    "requests_mock": ("requests-mock", "requests"),
    "respx_mock": ("respx", "httpx"),
    "freezer": ("freezegun", "time"),
    "time_machine": ("time-machine", "time"),
    "fs": ("pyfakefs", "filesystem"),
    "fs_module": ("pyfakefs", "filesystem"),
    "fs_class": ("pyfakefs", "filesystem"),
    "fs_session": ("pyfakefs", "filesystem"),
    "vcr_cassette": ("vcrpy", "network"),
}
"""Fixtures of plugins, with the library and what it stands in for; those count if they come
from a library and not from the tests."""


class Fakes:
    """Watches the fakes of known libraries."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._hooked: set[tuple[str, str, str]] = set()
        self._item: pytest.Item | None = None
        self._depth = 0
        #: How many modules there were when libraries were looked for.
        self._modules = -1

    def begin(self, item: pytest.Item) -> None:
        """Put hooks into libraries that have been imported since the last test."""
        self._item = item
        if len(sys.modules) == self._modules:
            return
        self._modules = len(sys.modules)
        for module, kind, method, library, target in STARTS:
            key = (module, kind, method)
            if key in self._hooked or module not in sys.modules:
                continue
            self._hooked.add(key)
            found = vars(sys.modules[module]).get(kind)
            owner = _owner(found, method) if type in mro_of(found) else None
            if owner is not None:
                self._hook(owner, method, library, target)

    def take(self, item: pytest.Item) -> None:
        """Add what the test's fixtures tell."""
        known = {record.info.name for record in self._book.records.values()}
        for library, target in self._by_fixtures(item):
            if library not in known:
                known.add(library)
                self._found(library, target, _place_of(item))

    def _hook(self, kind: type, method: str, library: str, target: str) -> None:
        def around(original: Any) -> Any:
            def start(fake: Any, /, *args: Any, **kwargs: Any) -> Any:
                if self._depth == 0:
                    self._book.safely(self._started, library, target, _getframe(1))
                # What one of them starts in turn is its own affair.
                self._depth += 1
                try:
                    return original(fake, *args, **kwargs)
                finally:
                    self._depth -= 1

            return start

        hook(kind, method, around)

    def _started(self, library: str, target: str, frame: FrameType | None) -> None:
        place = None
        while frame is not None and place is None:
            place = self._book.sides.place(frame)
            frame = frame.f_back
        if place is None and self._item is not None:
            # A decorator of the test starts it before any code of the test's own runs.
            place = _place_of(self._item)
        self._found(library, target, place)

    def _found(self, library: str, target: str, place: Place | None) -> None:
        if all(record.info.name != library for record in self._book.records.values()):
            info = Info(target, library, "library", place=place, placed=True)
            self._book.record(info, info)

    def _by_fixtures(self, item: pytest.Item) -> Iterator[tuple[str, str]]:
        names = getattr(item, "fixturenames", ())
        definitions = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {})
        for name in names if type(names) is list else ():
            found = definitions.get(name)
            if name in FIXTURES and found:
                code = getattr(found[-1].func, "__code__", None)
                if code is not None and "/site-packages/" in code.co_filename:
                    yield FIXTURES[name]
        if "vcr" in sys.modules and any(mark.name == "vcr" for mark in item.iter_markers()):
            yield ("vcrpy", "network")


def _owner(kind: Any, method: str) -> type | None:
    """The class that defines the method, if it is the library's own."""
    for one in kind.__mro__:
        if method in own_of(one):
            home = str(own_of(one).get("__module__")).partition(".")[0]
            return one if home == str(kind.__module__).partition(".")[0] else None
    return None


def _place_of(item: pytest.Item) -> Place:
    path, line, _ = item.location
    return Place(path.replace("\\", "/"), (line or 0) + 1, None)
