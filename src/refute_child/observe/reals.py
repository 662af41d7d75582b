"""What can be known of the real things that doubles stand for, without running their code.

Only dictionaries of modules, classes and functions are read, by way of the built-in types.
Whatever a class could do at run time (``__getattr__``, a metaclass of its own) makes the answer
"unknown", which is never a lie.
"""

from __future__ import annotations

import abc
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from inspect import CO_ASYNC_GENERATOR, CO_COROUTINE, CO_GENERATOR

from inspect import CO_VARARGS, CO_VARKEYWORDS  # isort: skip
from types import (
    CodeType,
    FunctionType,
    GetSetDescriptorType,
    MemberDescriptorType,
    MethodType,
    ModuleType,
)
from typing import Any

_mro: Any = vars(type)["__mro__"].__get__
_dict_of_class: Any = vars(type)["__dict__"].__get__
_find_spec = PathFinder.find_spec
_DYNAMIC = frozenset({"setattr", "__dict__", "__setattr__", "vars", "update"})
"""Names that a class uses which gives its instances attributes by other ways than assignment."""
_HEAP = 1 << 9
"""The flag of classes that were not compiled into Python."""
_DESCRIPTORS = (GetSetDescriptorType, MemberDescriptorType)
_LAZY = frozenset({"__getattr__", "__getattribute__"})


@dataclass(frozen=True, slots=True)
class Real:
    """A real thing, or an instance of the class ``thing``."""

    thing: Any
    instance: bool = False
    #: A function whose first parameter is filled in by the object that it belongs to; None if
    #: that depends on how it is reached.
    bound: bool | None = False


def mro_of(thing: object) -> tuple[type, ...]:
    """The classes of an object, asked of ``type`` itself."""
    return _mro(type(thing))  # type: ignore[no-any-return]


def is_module(thing: object) -> bool:
    """Whether it is really a module, whatever it says of itself."""
    return ModuleType in mro_of(thing)


def instance_dict(thing: object) -> dict[str, Any]:
    """An instance's own attributes; empty where they can't be had without code of its class."""
    if type(lookup(type(thing), "__dict__")) not in _DESCRIPTORS:
        return {}
    found = object.__getattribute__(thing, "__dict__")
    return found if type(found) is dict else {}


def dotted(thing: object) -> str:
    """Where a module, class, function or object is at home, as a dotted path."""
    if thing is sys.modules.get("os.path"):
        return "os.path"
    if is_module(thing):
        return str(vars(thing).get("__name__", "?"))
    if type in mro_of(thing):
        kind: Any = thing
        module = own_of(kind).get("__module__")
        home = f"{module}." if type(module) is str else ""
        return home + str(vars(type)["__qualname__"].__get__(kind))
    if type(thing) is FunctionType:
        return f"{thing.__module__}.{thing.__qualname__}"
    return _known_instance(thing) or dotted(type(thing))


def _known_instance(thing: object) -> str:
    """An instance by the name that its class's own module has for it (``os.environ``)."""
    home = own_of(type(thing)).get("__module__")
    module = sys.modules.get(home) if type(home) is str else None
    if module is None or not is_module(module):
        return ""
    names = [name for name, value in list(vars(module).items()) if value is thing]
    public = [name for name in names if type(name) is str and name[:1] != "_"]
    return f"{home}.{min(public)}" if public else ""


def own_of(kind: type) -> Any:
    """A class's own dictionary, to be read."""
    return _dict_of_class(kind)


def lookup(kind: type, name: str) -> object | None:
    """What a class or its bases hold under a name, as it lies there."""
    for one in _mro(kind):
        found = own_of(one).get(name)
        if found is not None:
            return found  # type: ignore[no-any-return]
    return None


def attribute(real: Real, name: str) -> Real | None:
    """What stands behind an attribute (``()`` for what a call gives); None if not known."""
    thing = real.thing
    is_class = type in mro_of(thing)
    if name == "()":
        return Real(thing, instance=True) if is_class and not real.instance else None
    if is_module(thing) and not real.instance:
        found = thing.__dict__.get(name)
        return None if found is None else Real(found)
    on_instance = real.instance or not is_class
    if not is_class and not real.instance and name in (own := instance_dict(thing)):
        return Real(own[name])
    found = lookup(thing if is_class else type(thing), name)
    return _method(found, on_instance)


def raw(found: object, *, on_class: bool) -> Real | None:
    """What ``patch`` has replaced, as it lay in the dictionary of a module or class."""
    if not on_class:
        return Real(found)
    method = _method(found, True)
    if method is not None and method.bound and type(found) is FunctionType:
        return Real(method.thing, bound=None)
    return method


def _method(found: object, on_instance: bool) -> Real | None:
    if type(found) is FunctionType:
        return Real(found, bound=on_instance)
    if type(found) is staticmethod:
        return Real(found.__func__)
    if type(found) is classmethod:
        return Real(found.__func__, bound=True)
    return Real(found) if type in mro_of(found) else None


def lacks(real: Real, name: str) -> bool:
    """Whether the real thing surely has no such attribute."""
    thing = real.thing
    if is_module(thing) and not real.instance:
        names = thing.__dict__
        if name in names or "__getattr__" in names or type(thing) is not ModuleType:
            return False
        full = f"{names.get('__name__')}.{name}"
        if full in sys.modules or hasattr(ModuleType, name):
            return False
        path = names.get("__path__")
        return not path or (type(path) is list and _find_spec(full, path) is None)
    is_class = type in mro_of(thing)
    kind = thing if is_class else type(thing)
    if type(kind) not in (type, abc.ABCMeta) or not kind.__flags__ & _HEAP:
        # A metaclass of its own, or a class of C code, which may have more than it shows.
        return False
    if is_class and not real.instance:
        return not any(name in own_of(one) for one in (*_mro(kind), *_mro(type(kind))))
    if not is_class and name in instance_dict(thing):
        return False
    return not any(_may_have(one, name) for one in _mro(kind))


def _may_have(kind: type, name: str) -> bool:
    """Whether instances may have the attribute by what this one of their classes does."""
    if kind is object:
        return name in own_of(object)
    own = own_of(kind)
    if name in own or not _LAZY.isdisjoint(own) or name in _annotated(own):
        return True
    if not kind.__flags__ & _HEAP and kind not in (abc.ABC,):
        return True
    for found in list(own.values()):
        for code in _codes(found):
            if name in code.co_names or not _DYNAMIC.isdisjoint(code.co_names):
                return True
    return False


def _annotated(own: Any) -> set[str]:
    """Names that a class annotates; from 3.14 on read from the code that would evaluate them."""
    names: set[str] = set()
    found = own.get("__annotations__")
    if type(found) is dict:
        names.update(found)
    for key in ("__annotate__", "__annotate_func__"):
        if type(own.get(key)) is FunctionType:
            code = own[key].__code__
            names.update(const for const in code.co_consts if type(const) is str)
    return names


def _codes(found: object) -> Iterator[CodeType]:
    """The code of a class's member, with all that is nested in it."""
    if type(found) is property:
        pending = [f for f in (found.fget, found.fset) if type(f) is FunctionType]
    else:
        inner = found.__func__ if type(found) in (staticmethod, classmethod) else found  # type: ignore[attr-defined]
        pending = [inner] if type(inner) is FunctionType else []
    codes = [function.__code__ for function in pending]
    while codes:
        code = codes.pop()
        yield code
        codes.extend(const for const in code.co_consts if isinstance(const, CodeType))


def function_of(real: Real) -> tuple[FunctionType, bool | None] | None:
    """The function that runs when the real thing is called, and whether its first parameter
    is filled in; None if that is not known.
    """
    thing, bound = real.thing, real.bound
    if real.instance:
        return None
    if type(thing) is MethodType:
        thing, bound = thing.__func__, True
    if type(thing) is FunctionType:
        return thing, bound
    if type(thing) in (type, abc.ABCMeta):
        made, begun = lookup(thing, "__new__"), lookup(thing, "__init__")
        if type(begun) is FunctionType and made is object.__new__:
            return begun, True
    return None


def refusal(function: FunctionType, skip: int, count: int, names: tuple[str, ...]) -> str:
    """Why the function would not take a call with so many arguments by position and these by
    name; empty if it would.
    """
    code = function.__code__
    total = code.co_argcount
    positional = code.co_varnames[:total]
    by_name = set(positional[code.co_posonlyargcount :])
    only = code.co_varnames[total : total + code.co_kwonlyargcount]
    given = count + skip
    if given > total and not code.co_flags & CO_VARARGS:
        return f"takes {total - skip} arguments by position, not {count}"
    filled = set(positional[:given])
    for name in names:
        if name in filled and name in by_name:
            return f"gets {name!r} twice"
        if name not in by_name and name not in only and not code.co_flags & CO_VARKEYWORDS:
            return f"has no parameter {name!r}"
    defaults = len(function.__defaults__ or ())
    for name in positional[given : total - defaults]:
        if name not in names or name not in by_name:
            return f"needs {name!r}"
    for name in only:
        if name not in names and name not in (function.__kwdefaults__ or {}):
            return f"needs {name!r}"
    return ""


def is_async(function: FunctionType) -> bool:
    """Whether calling it gives a coroutine."""
    return bool(function.__code__.co_flags & CO_COROUTINE)


def is_simple(function: FunctionType) -> bool:
    """Whether it is what it looks like: no decorator's wrapper, generator or coroutine."""
    flags = function.__code__.co_flags
    lazy = flags & (CO_GENERATOR | CO_ASYNC_GENERATOR | CO_COROUTINE)
    return not lazy and "__wrapped__" not in function.__dict__


def parameters(function: FunctionType) -> tuple[str, ...]:
    """Names of the parameters that can be given by position."""
    return function.__code__.co_varnames[: function.__code__.co_argcount]
