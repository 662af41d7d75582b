"""What ``patch`` and ``monkeypatch`` put in the place of something, while it is there."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from types import (
    BuiltinFunctionType,
    FrameType,
    FunctionType,
    MethodType,
    ModuleType,
    SimpleNamespace,
)
from typing import Any

import pytest

from .audits import identity
from .looks import hook
from .mocks import INFO, Mocks, dict_of
from .reals import Real, dotted, is_module, lookup, mro_of, raw
from .records import Book, Info
from .registry import Registry
from .shown import Opaque
from .sides import PROJECT, TEST, Place

_getframe = sys._getframe
_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType)
_HOLDERS = (SimpleNamespace, ModuleType)
_MOST_MEMBERS = 30
_NOWHERE = object()


class Places:
    """Hooks on ``patch``, ``patch.dict`` and ``MonkeyPatch``, and what they hold in place."""

    def __init__(self, book: Book, mocks: list[Mocks], registry: Registry) -> None:
        self._book = book
        self._mocks = mocks
        #: Identities of what leads to the targets of patches that several tests share.
        self.shared: frozenset[int] = frozenset()
        self._registry = registry

    def install(self, names: dict[str, Any]) -> None:
        """Put the hooks into a module of mocks, for the life of this process."""
        hook(names["_patch"], "__enter__", self._around_enter)
        hook(names["_patch"], "__exit__", self._around_exit)
        hook(names["_patch_dict"], "_patch_dict", self._around_patch_dict)

    def install_monkeypatch(self) -> None:
        """Put the hooks into pytest's own patching."""
        for name, around in (
            ("setattr", lambda original: self._around_setattr(original, _given)),
            ("delattr", lambda original: self._around_setattr(original, _nothing)),
            ("setitem", self._around_setitem),
            ("delitem", self._around_setitem),
            ("undo", self._around_exit),
        ):
            hook(pytest.MonkeyPatch, name, around)

    def _around_enter(self, original: Any) -> Any:
        def __enter__(patcher: Any) -> Any:  # noqa: N807
            result = original(patcher)
            self._book.safely(self._entered, patcher, result, _getframe(1))
            return result

        return __enter__

    def _entered(self, patcher: Any, result: Any, frame: FrameType) -> None:
        new, original = patcher.new, patcher.temp_original
        if any(new is mocks.default for mocks in self._mocks):
            new = result if patcher.attribute_name is None else result[patcher.attribute_name]
        if any(original is mocks.default for mocks in self._mocks):
            original = _NOWHERE
        alone = identity(patcher.getter) not in self.shared
        self._put(patcher, patcher.target, patcher.attribute, original, new, frame, alone)
        for mocks in self._mocks if not alone else ():
            mock = mocks.below(new)
            if mock is not None and INFO in dict_of(mock, "__dict__"):
                # A net under all tests of a class, and no arrangement of this one.
                dict_of(mock, "__dict__")[INFO].own = False

    def _around_exit(self, original: Any) -> Any:
        def leave(patcher: Any, /, *args: Any) -> Any:
            self._book.safely(self._registry.leave, patcher)
            return original(patcher, *args)

        return leave

    def _around_setattr(self, original: Any, value: Callable[..., Any]) -> Any:
        def change(patcher: Any, /, *args: Any, **kwargs: Any) -> Any:
            done: list[Any] = patcher._setattr
            before = len(done)
            result = original(patcher, *args, **kwargs)
            if len(done) > before:
                new = value(*args, **kwargs)
                self._book.safely(self._put, patcher, *done[-1], new, _getframe(1), False)
            return result

        return change

    def _put(
        self,
        owner: object,
        target: Any,
        name: str,
        original: Any,
        new: Any,
        frame: FrameType,
        alone: bool,
    ) -> None:
        """Something stands in an attribute's place now, or nothing does."""
        book = self._book
        place = book.sides.place(frame)
        if place is None or book.sides[_file(place)] == PROJECT:
            return
        where = f"{dotted(target)}.{name}"
        on_class = type in mro_of(target)
        if not on_class and not is_module(target) and lookup(type(target), name) is not None:
            real = raw(lookup(type(target), name), on_class=True)
        else:
            missing = original is None or original is _NOWHERE
            real = None if missing else raw(original, on_class=on_class)
        for mocks in self._mocks:
            mock = mocks.below(new)
            if mock is not None:
                self._put_mock(mocks, mock, where, name, real, place, alone)
                return
        info = Info(where, _name_of(new, name), "value", place=place, placed=True)
        info.own, info.test = book.is_own(place), book.test
        info.kind = self._kind(new)
        if info.kind != "value":
            info.real = real
            self._registry.enter(owner, new, info, int(on_class and type(new) is FunctionType))
            book.record(new, info)
        else:
            self._value(info, Opaque("removed") if new is _NOWHERE else new)

    def _put_mock(
        self,
        mocks: Mocks,
        mock: Any,
        where: str,
        name: str,
        real: Real | None,
        place: Place,
        alone: bool,
    ) -> None:
        book = self._book
        own = dict_of(mock, "__dict__")
        info = own.get(INFO)
        if info is None:
            # It is a child of another mock, or was made before any test.
            info = own[INFO] = mocks.info(mock, own, None)
        if not info.placed:
            made = info.place
            unnamed = made is not None and info.name == f"{made.file}:{made.line}"
            given = name if unnamed or not info.name else info.name
            again = Info(where, given, info.kind, info.spec, place, real or info.real, True)
            again.own, again.test = book.is_own(place), book.test
            again.used = again.own and alone
            own[INFO] = again
            record = book.record(mock, again)
            if record is not None:
                record.info = again

    def _kind(self, thing: Any) -> str:
        """How the tests made a thing that is no mock."""
        inner = thing.__func__ if type(thing) in (staticmethod, classmethod) else thing
        if type(inner) in _FUNCTIONS or type(inner) is partial:
            return "function"
        if type in mro_of(inner):
            return "object"
        tests_own = self._book.sides.home(type(inner)) == TEST
        return "object" if tests_own or type(inner) in _HOLDERS else "value"

    def _around_setitem(self, original: Any) -> Any:
        def change(patcher: Any, /, *args: Any, **kwargs: Any) -> Any:
            done: list[Any] = patcher._setitem
            before = len(done)
            result = original(patcher, *args, **kwargs)
            if len(done) > before:
                holder, key, _ = done[-1]
                self._book.safely(self._item, holder, key, "", _getframe(1))
            return result

        return change

    def _around_patch_dict(self, original: Any) -> Any:
        def _patch_dict(patcher: Any) -> None:
            named = patcher.in_dict if type(patcher.in_dict) is str else ""
            original(patcher)
            frame = _getframe(1)
            for key in list(patcher.values)[:_MOST_MEMBERS]:
                self._book.safely(self._item, patcher.in_dict, key, named, frame)

        return _patch_dict

    def _item(self, holder: Any, key: Any, named: str, frame: FrameType) -> None:
        """An item of a dictionary or of the environment was put in place, or taken out."""
        book = self._book
        place = book.sides.place(frame)
        if place is None or book.sides[_file(place)] == PROJECT or type(key) is not str:
            return
        where = named or self._whose(holder)
        value: object = Opaque("removed")
        if holder is _ENVIRON[0]:
            found = holder.get(key)
            value = found if found is not None else value
            if book.secrets.named(key):
                book.secrets.learn(found)
        elif type(holder) is dict and key in holder:
            value = holder[key]
        info = Info(f"{where}[{key}]" if where else "", f"[{key}]", "value", place=place)
        info.placed, info.own, info.test = True, book.is_own(place), book.test
        for mocks in self._mocks:
            mock = mocks.below(value)
            if mock is not None:
                self._put_mock(mocks, mock, info.target, key, None, place, False)
                return
        self._value(info, value)

    def _value(self, info: Info, value: object) -> None:
        record = self._book.record(info, info)
        if record is not None:
            record.value, record.has_value = self._book.flat.copy(value, 2), True

    def _whose(self, holder: object) -> str:
        """By which name of which project module a dictionary goes."""
        if holder is _ENVIRON[0]:
            return "os.environ"
        if holder is sys.modules:
            return "sys.modules"
        for module in list(sys.modules.values()):
            names = vars(module) if type(module) is ModuleType else {}
            file = names.get("__file__")
            if type(file) is str and self._book.sides[file] == PROJECT:
                for name, found in list(names.items()):
                    if found is holder:
                        return f"{names.get('__name__')}.{name}"
        return ""


_ENVIRON = (os.environ,)
_NOT_GIVEN = object()


def _given(target: Any, name: Any = None, value: Any = _NOT_GIVEN, raising: bool = True) -> Any:
    """The value among the arguments of ``MonkeyPatch.setattr``."""
    return name if value is _NOT_GIVEN else value


def _nothing(*args: Any, **kwargs: Any) -> Any:
    return _NOWHERE


def _file(place: Place) -> str:
    return place.code.co_filename if place.code is not None else ""


def _name_of(thing: object, name: str) -> str:
    inner: Any = thing.__func__ if type(thing) in (staticmethod, classmethod) else thing  # type: ignore[attr-defined]
    return inner.__name__ if type(inner) is FunctionType else name
