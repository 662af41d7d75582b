"""The doubles of ``unittest.mock``: what each is, and to which one its parts belong.

A mock and all that it holds or gives back are one double: its *root* is the mock that the
tests made or put in place, and the way from there is the method (``.execute().first``).
"""

from __future__ import annotations

from types import FrameType, FunctionType, ModuleType
from typing import Any

from .audits import identity
from .reals import Real, dotted, mro_of
from .records import Book, Info
from .sides import CLEAR, TEST

INFO = "_refute_info"
"""The key under which a root's ``Info`` lies in the mock's own dictionary."""
_PARENT = "_refute_parent"
_DEEPEST = 20
dict_of: Any = object.__getattribute__


class Mocks:
    """What is known of the mocks of one module; the hooks on them ask here."""

    def __init__(self, book: Book, module: ModuleType) -> None:
        self._book = book
        self.names = vars(module)
        self.base: type = self.names["NonCallableMock"]
        self.async_base: type = self.names["AsyncMockMixin"]
        self.default: object = self.names["DEFAULT"]
        book.met.append(self._met)

    def is_mock(self, thing: object) -> bool:
        """Whether a thing is a mock, whatever it says of itself."""
        return self.base in mro_of(thing)

    def below(self, thing: object) -> object:
        """The mock that stands behind a function with a signature of its own."""
        if type(thing) is FunctionType and "_checksig_" in thing.__globals__:
            mock = thing.__dict__.get("mock")
            return mock if self.is_mock(mock) else None
        return thing if self.is_mock(thing) else None

    def root(self, mock: object) -> tuple[Any, list[str], Info]:
        """The root of a mock, the steps that lead from there to it, and what the root is."""
        steps: list[str] = []
        while True:
            own = dict_of(mock, "__dict__")
            info = own.get(INFO)
            parent, step = own.get("_mock_new_parent"), own.get("_mock_new_name")
            if parent is None:
                parent, step = own.get(_PARENT), "()"
            if parent is None or (info is not None and info.placed) or len(steps) > _DEEPEST:
                break
            steps.append(step if type(step) is str else "?")
            mock = parent
        if info is None:
            info = own[INFO] = self.info(mock, own, None)
        steps.reverse()
        return mock, steps, info

    def _met(self, thing: object) -> None:
        """A mock was handed to a double: somebody came to it."""
        mock = self.below(thing)
        if mock is not None:
            root, _, info = self.root(mock)
            record = self._book.record(root, info)
            if record is not None:
                record.reached = True

    def made(self, mock: object, frame: FrameType) -> None:
        """A mock was made, by the frame or what is behind it: note it if it is a root."""
        own = dict_of(mock, "__dict__")
        if own["_mock_new_parent"] is not None or own["_mock_parent"] is not None:
            return
        behind = frame.f_code.co_qualname
        if behind == "_AsyncIterator.__init__" or (
            behind == "AsyncMockMixin.__init__" and frame.f_locals.get("self") is not mock
        ):
            # Mocks make these for themselves.
            return
        names = self._specifying(frame)
        if "mock" in names:
            # A part of the one that is being made.
            return
        info = own[INFO] = self.info(mock, own, frame, names)
        self._book.record(mock, info)

    def info(
        self,
        mock: object,
        own: dict[str, Any],
        frame: FrameType | None,
        names: dict[str, Any] | None = None,
    ) -> Info:
        """What a mock is that has no parent; without a frame it was made before any test.
        ``names`` are those of ``create_autospec``, if that makes it.
        """
        book = self._book
        place = book.sides.place(frame)
        spec, real = own.get("_mock_methods") is not None, None
        target, kind = "", "async_mock" if self.async_base in mro_of(mock) else "mock"
        if type in mro_of(own.get("_spec_class")):
            real = Real(own["_spec_class"], instance=True)
        if names:
            # Its specification, as it was given there.
            kind, real = "autospec", Real(names.get("spec"), bool(names.get("instance")))
        if real is not None and not self._is_tests_own(real.thing):
            target = dotted(real.thing)
        given = own.get("_mock_name")
        name = given if type(given) is str else ""
        if not name and place is not None:
            name = f"{place.file}:{place.line}"
        return Info(
            target,
            name,
            kind,
            spec,
            place,
            real,
            own=book.is_own(place),
            test=book.test if frame is not None else -1,
            counts=frame is None or place is not None,
        )

    def _is_tests_own(self, thing: Any) -> bool:
        """Whether nothing is known to be replaced by a double with this specification."""
        if type(thing) is FunctionType:
            return self._book.sides[thing.__code__.co_filename] == TEST
        kind = thing if type in mro_of(thing) else type(thing)
        return kind is FunctionType or self._book.sides.home(kind) == TEST

    def _specifying(self, frame: FrameType | None) -> dict[str, Any]:
        """The names of ``create_autospec``, if it makes the mock; else none."""
        while frame is not None:
            if frame.f_globals is self.names:
                if frame.f_code.co_name == "create_autospec":
                    return frame.f_locals
            elif self._book.sides[frame.f_code.co_filename] != CLEAR:
                break
            frame = frame.f_back
        return {}

    def adopt(self, mock: object, child: object) -> None:
        """A mock that a side effect gave belongs to the one that gave it, if to no other."""
        own = dict_of(child, "__dict__")
        if own.get("_mock_new_parent") is not None:
            return
        info = own.get(INFO)
        if _PARENT not in own and child is not mock:
            record = self._book.records.get(identity(child))
            if not (info is not None and info.placed) and not (record and record.calls):
                if self.root(mock)[0] is not child:
                    own[_PARENT] = mock


def is_magic(name: str) -> bool:
    """Whether a name is one of the language's own methods."""
    return name.startswith("__") and name.endswith("__")


def method_of(steps: list[str]) -> str:
    """The way from a double to what is called: ``.execute().first``."""
    return "".join(step if step == "()" else f".{step}" for step in steps)
