"""The observer of test doubles, beside the tests: what stands in for what, and what of it is
called, by which line of the project, with what, and who looks at it.

Nothing of it may change a test's outcome. Hooks on the classes of ``unittest.mock`` and on
pytest's monkeypatch see what is made and put in place; monitoring events (or, on 3.11, the one
trace function) see calls of functions that the tests have written. Of the user's values only
exact built-in types are looked into; texts are shortened, and secrets masked, here.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from types import CodeType, FrameType, FunctionType, MethodType, ModuleType
from typing import Any

import pytest

from ..units import nested_codes
from .arrangements import Arrangements
from .audits import identity
from .exchanges import Exchanges
from .fakes import Fakes
from .lies import behind, check_coroutine, check_unused
from .looks import LOOKS, unhook
from .mockhooks import MockHooks
from .mocks import Mocks, dict_of
from .places import Places
from .plain import Plain
from .reals import Real
from .records import Book, Record, own_codes
from .registry import Registry
from .sides import TEST, Sides, unwrapped
from .visits import Fault

_environ = os.environ
_started: list[Doubles] = []


def is_double(callee: object) -> bool:
    """Whether what is called stands in for something else; False until ``Doubles.start``.

    Doubles are mocks, what they hold or give back, and their methods; functions, objects and
    classes of the tests' own that ``patch`` or ``monkeypatch`` has put in place; methods of
    instances of classes that are defined in test files.
    """
    return bool(_started) and _started[-1].is_double(callee)


def stands_for(callee: object) -> Real | None:
    """The real thing that a double stands for, where that is known."""
    return _started[-1].stands_for(callee) if _started else None


def know_doubles(
    is_project: Callable[[str], bool], is_library: Callable[[str], bool], root: str
) -> None:
    """Have ``is_double`` work in this process, where nothing is to be told of them."""
    Doubles(is_project, is_library, root).start()


def disturb(file: str, end_line: int, end_column: int, fault: Fault) -> Callable[[], None]:
    """Have the fault in force for what a fake of an HTTP client is sent, or hands back, at the
    call of project code that ends there; gives what takes it out again.
    """
    if not _started:
        return lambda: None
    return _started[-1].disturb(file, end_line, end_column, fault)


class Doubles:
    """Observes the doubles of one test after the other, in a forked child.

    ``is_project`` and ``is_library`` tell the side of a file name as code objects carry it; all
    other files are the tests'. ``root`` is the project's folder, from which paths are told.
    """

    def __init__(
        self, is_project: Callable[[str], bool], is_library: Callable[[str], bool], root: str
    ) -> None:
        self._book = Book(Sides(is_project, is_library, root))
        # Not before: a project that has no need of it should not find it imported.
        modules = [import_module("unittest.mock")]
        other = sys.modules.get("mock.mock")
        if type(other) is ModuleType and "NonCallableMock" in vars(other):
            modules.append(other)
        self._modules = modules
        self._mocks = [Mocks(self._book, module) for module in modules]
        self._hooks = [MockHooks(self._book, mocks) for mocks in self._mocks]
        registry = Registry(self._book.sides)
        self._places = Places(self._book, self._mocks, registry)
        self._plain = Plain(self._book, registry, self._mocks)
        self._arrangements = [Arrangements(self._book, mocks) for mocks in self._mocks]
        self._fakes = Fakes(self._book)
        self._exchanges = Exchanges(self._book, self._fakes.unseen)
        self._item: pytest.Item | None = None
        self._code: CodeType | None = None
        self._own: frozenset[int] = frozenset()
        self._environment: dict[Any, Any] = {}
        #: For Python 3.11: told of each new frame by whoever has the trace function; gives what
        #: to trace the frame with, or None.
        self.entered: Callable[[FrameType], Callable[..., Any] | None] = self._plain.entered

        sides = self._book.sides
        #: Whether a file name, as code objects carry it, is the tests'.
        self.is_tests: Callable[[str], bool] = lambda name: sides[name] == TEST

    @property
    def failures(self) -> int:
        """How often the observer itself failed, and left something out."""
        return self._book.failures

    def start(self) -> None:
        """Put all hooks in place, for the life of this process; before the first test."""
        for hooks, module in zip(self._hooks, self._modules, strict=True):
            hooks.install()
            self._places.install(vars(module))
        self._places.install_monkeypatch()
        self._plain.start()
        self._learn_environment()
        _started.append(self)

    def stop(self) -> None:
        """Take all hooks out again, as far as they were put in."""
        self._book.active = False
        if self in _started:
            _started.remove(self)
        self._plain.stop()
        unhook()

    def begin(self, item: pytest.Item) -> None:
        """The test that runs next, set-up included."""
        self._item = item
        code = unwrapped(getattr(item, "function", None) or getattr(item, "obj", None))
        if code is not self._code:
            self._code, self._own = code, own_codes(code)
        self._book.begin(self._own)
        self._plain.begin()
        for hooks in self._hooks:
            hooks.begin()
        self._book.safely(self._fakes.begin, item)
        self._book.safely(self._exchanges.install)
        self._places.shared = self._book.safely(_shared, item) or frozenset()

    def take(self) -> dict[str, Any]:
        """What was seen since ``begin``: the fields of ``Seen``, without crossings, as JSON.

        What can't be told is left out.
        """
        item, book = self._item, self._book
        if item is not None:
            book.safely(self._fakes.take, item)
        book.active = False
        book.safely(self._learn_environment)
        book.safely(self._finish)
        book.safely(book.learn)
        told = [book.safely(self._tell, record) for record in list(book.records.values())]
        markers = book.safely(_markers, item)
        book.records, book.arranged = {}, {}
        return {
            "doubles": [fields for fields in told if fields is not None],
            "markers": markers or [],
        }

    def is_double(self, callee: object) -> bool:
        """See the function of this name."""
        for mocks in self._mocks:
            if mocks.below(callee) is not None:
                return True
            if type(callee) is MethodType and (
                mocks.is_mock(callee.__self__) or mocks.below(callee.__func__) is not None
            ):
                return True
        return self._plain.is_double(callee)

    def stands_for(self, callee: Any) -> Real | None:
        """The real thing that a double which is called stands for, where it is known."""
        for mocks in self._mocks:
            mock = mocks.below(callee)
            if mock is not None:
                _, steps, info = mocks.root(mock)
                return behind(info.real, steps)
        found = self._plain.stands_for(callee)
        return None if found is None else behind(found.info.real, found.method.split(".")[1:])

    def disturb(
        self, file: str, end_line: int, end_column: int, fault: Fault
    ) -> Callable[[], None]:
        """See the function of this name."""
        return self._exchanges.disturb(file, end_line, end_column, fault)

    def _learn_environment(self) -> None:
        """Secrets among the environment's variables, if these have changed."""
        # The mapping behind it holds bytes, which are compared in no time.
        now = getattr(_environ, "_data", None)
        if now is None or now != self._environment:
            self._environment = dict(now or {})
            self._book.secrets.learn_all(dict(_environ))

    def _finish(self) -> None:
        """Records of mocks that became parts of others go into theirs; late lies are noted."""
        book = self._book
        for hooks in self._hooks:
            for record, real, call in hooks.later:
                book.safely(check_coroutine, record, real, call)
        for mocks in self._mocks:
            for key, record in list(book.records.items()):
                if not mocks.is_mock(record.thing):
                    continue
                root, _, info = mocks.root(record.thing)
                if root is record.thing:
                    continue
                whole = book.record(root, info)
                if whole is None:
                    continue
                del book.records[key]
                whole.calls.update(record.calls)
                whole.looked.update(record.looked)
                whole.lies.update(record.lies)
                whole.reached = whole.reached or record.reached

    def _is_read_unseen(self, mock: Any) -> bool:
        """Whether the test may have looked at a mock without a trace: one with a function before
        it keeps what it counts in plain attributes of that.
        """
        behind = dict_of(mock, "__dict__").get("_mock_delegate")
        return type(behind) is FunctionType and _reads_counts(self._code)

    def _tell(self, record: Record) -> dict[str, Any]:
        for mocks, arrangements in zip(self._mocks, self._arrangements, strict=True):
            if mocks.is_mock(record.thing):
                words: dict[str, Any] = {}
                arrangements.tell(record, words)
                if not self._is_read_unseen(record.thing):
                    check_unused(record)
                return {**self._book.tell(record), **words}
        return self._book.tell(record)


def _reads_counts(code: CodeType | None) -> bool:
    """Whether a function reads attributes in which mocks keep how they were called."""
    codes = nested_codes(code) if code is not None else ()
    return any(name in LOOKS for one in codes for name in one.co_names)


def _shared(item: pytest.Item) -> frozenset[int]:
    """What leads to the targets of patches that decorate a whole class of tests."""
    kind = getattr(item, "cls", None)
    times: dict[int, int] = {}
    for found in list(vars(kind).values()) if isinstance(kind, type) else ():
        patchings = found.__dict__.get("patchings", ()) if type(found) is FunctionType else ()
        for getter in {identity(getattr(patching, "getter", None)) for patching in patchings}:
            times[getter] = times.get(getter, 0) + 1
    return frozenset(getter for getter, count in times.items() if count > 1)


def _markers(item: pytest.Item | None) -> list[str]:
    names = [mark.name for mark in item.iter_markers()] if item is not None else []
    return list(dict.fromkeys(name for name in names if type(name) is str))
