"""What can be read from the frame of a function that begins: whose it is, what it was handed."""

from __future__ import annotations

from dis import opname
from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import CodeType, FrameType, FunctionType
from typing import Any

from .arguments import Head, Leaf
from .reals import lookup, mro_of, own_of
from .records import Book


def handed(
    book: Book, caller: FrameType, frame: FrameType, first: int
) -> tuple[list[Leaf], set[Head]]:
    """What the function was handed, by the form of the call."""
    code, values = frame.f_code, frame.f_locals
    site = book.sites.at(caller)
    total = code.co_argcount
    named = code.co_varnames[first:total]
    only = code.co_varnames[total : total + code.co_kwonlyargcount]
    rest = total + code.co_kwonlyargcount
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    if site is not None and site.positional >= 0:
        args = [values[name] for name in named[: site.positional] if name in values]
        by_name = [name for name in (*named, *only) if name in site.keywords]
    else:
        # Starred arguments hide how these came: only what can't be wrong is told.
        by_name = list(only)
        if named and code.co_flags & CO_VARARGS and values.get(code.co_varnames[rest]):
            args = [values[name] for name in named if name in values]
    kwargs.update((name, values[name]) for name in by_name if name in values)
    if code.co_flags & CO_VARARGS:
        if len(args) == len(named):
            # Without a name of its own, the object that the function belongs to is among these.
            args += values.get(code.co_varnames[rest], ())[max(0, first - total) :]
        rest += 1
    if code.co_flags & CO_VARKEYWORDS:
        kwargs.update(values.get(code.co_varnames[rest], {}))
    secret: set[Head] = {at for at, name in enumerate(named) if book.secrets.named(name)}
    return book.flat.call(args, kwargs), secret


def is_waiting(frame: FrameType) -> bool:
    """Whether a coroutine is left for a while only."""
    # From 3.13 on it stands already where it will go on.
    return opname[frame.f_code.co_code[frame.f_lasti]] in ("YIELD_VALUE", "RESUME")


def returns(frame: FrameType) -> bool:
    """Whether a frame that is left has come to a ``return``, and not to an exception."""
    return opname[frame.f_code.co_code[frame.f_lasti]] in ("RETURN_VALUE", "RETURN_CONST")


def in_class(code: CodeType) -> bool:
    """Whether a function was written in the body of a class."""
    outer = code.co_qualname.rpartition(".")[0]
    return bool(outer) and not outer.endswith("<locals>")


def class_of(frame: FrameType) -> type | None:
    """The class of a static method that begins, if the class has a name in its module."""
    code = frame.f_code
    first, *rest = code.co_qualname.split(".")[:-1]
    found: Any = frame.f_globals.get(first)
    for name in rest:
        found = own_of(found).get(name) if type in mro_of(found) else None
    return found if type in mro_of(found) and holds(found, code) else None


def holds(kind: type, code: CodeType) -> bool:
    """Whether a class has this very function."""
    found = lookup(kind, code.co_name)
    if type(found) in (staticmethod, classmethod):
        found = found.__func__  # type: ignore[attr-defined]
    return type(found) is FunctionType and found.__code__ is code
