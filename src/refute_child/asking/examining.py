"""Does the real function ever let this exception out? The judgement, from source and trials."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import CO_ASYNC_GENERATOR, CO_GENERATOR
from os.path import relpath as _relpath
from types import FunctionType
from typing import Any

from ..observe.lies import title
from ..observe.reals import Real, function_of, is_async, lookup, mro_of, own_of, refusal
from ..observe.shown import name_of
from .aside import aside
from .blank import instance_of
from .culprits import Callee, can_raise
from .functions import Functions, Site, owner_of
from .names import assigned, locals_of, names_of
from .openings import CALL, ITERATED, OWN, Opening, Reader
from .trying import OUT, PROJECT, VOID, Record, Trying

MOST_TRIES = 40
_DEEPEST = 3
"""Exceptions one after the other, each in the handler of the one before."""
_NESTED = 6
_LAZY = CO_GENERATOR | CO_ASYNC_GENERATOR

LIES, ESCAPES, UNCLEAR, OUTSIDE = "lies", "escapes", "not_examined", "outside"


class NotExamined(Exception):
    """It can't be said; the message says why."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The real function, as it is called."""

    function: FunctionType
    owner: type | None
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(slots=True)
class Examination:
    """One real function and one exception. ``root`` is the folder that paths are told from."""

    functions: Functions
    error: BaseException
    root: str
    _asked: object = None
    _plain: frozenset[str] = frozenset()
    _tried: dict[Site, Record] = field(default_factory=dict)
    _reached: dict[Site, dict[tuple[str, str, int], None]] = field(default_factory=dict)

    def verdict(
        self, real: Real | None, args: tuple[Any, ...], kwargs: dict[str, Any], *, later: bool
    ) -> Record:
        """``verdict`` (one of the words above), and ``why`` in words. ``later`` says that the
        double raised when it was awaited.
        """
        try:
            subject = self._subject(real, args, kwargs)
            if subject is None:
                return {"verdict": OUTSIDE, "why": ""}
            if later and not is_async(subject.function):
                raise NotExamined("it is awaited, and is no coroutine function")
            said = self._judge(subject)
            return {"verdict": said[0], "why": said[1], "real": title(subject.function)}
        except NotExamined as reason:
            return {"verdict": UNCLEAR, "why": str(reason)}

    def _judge(self, subject: Subject) -> tuple[str, str]:
        self._asked = subject.function
        code = subject.function.__code__
        names = code.co_varnames[: code.co_argcount]
        given = [*zip(names, subject.args, strict=False), *subject.kwargs.items()]
        self._plain = frozenset(name for name, value in given if type(value) in ITERATED)
        if self._own(self._openings(subject.function, subject.owner, 0)):
            return ESCAPES, "its own source raises it"
        if self._escapes(subject):
            return ESCAPES, "raised in the place of one of its calls, it comes out"
        left = list(self._openings(subject.function, subject.owner, 0))
        if self._own(left):
            return ESCAPES, "what it calls raises it"
        if not self._tried:
            raise NotExamined("no call that could raise it was reached")
        if left:
            raise NotExamined(f"it might get out at line {left[0].line}, which was not reached")
        return LIES, self._evidence(subject)

    def _own(self, openings: Any) -> bool:
        return any(one.kind == OWN for one in openings)

    def _escapes(self, subject: Subject) -> bool:
        """Call it with the exception in the place of each call that can be reached, one at a
        time; whether it comes out.
        """
        queue: list[tuple[Site, ...]] = [()]
        met: set[Site] = set()
        for number, sites in enumerate(iter(lambda: queue.pop(0) if queue else None, None)):
            if number >= MOST_TRIES:
                raise NotExamined("it makes too many calls")
            done = self._try(subject, sites)
            if done is None:
                continue
            if done["ended"] == OUT:
                return True
            if not sites and "reached" not in done:
                raise NotExamined(done["why"])
            if sites and done["thrown"] and done["ended"] != VOID:
                self._tried[sites[-1]] = done
            for path, span, callees in done.get("reached", ()):
                site = (path, tuple(span))
                known = self._reached.setdefault(site, {})
                known.update(dict.fromkeys(map(tuple, callees)))
                if site not in met and len(sites) < _DEEPEST and self._may_raise(known):
                    met.add(site)
                    queue.append((*sites, site))
        return False

    def _try(self, subject: Subject, sites: tuple[Site, ...]) -> Record | None:
        trying = Trying(self.functions, self.error, frozenset(sites))
        return aside(lambda: trying.run(subject.function, subject.args, subject.kwargs))

    def _may_raise(self, known: dict[tuple[str, str, int], None]) -> bool:
        words = [word for word, _, _ in known if word != PROJECT]
        return any(can_raise(Callee(word), type(self.error)) for word in words)

    def _openings(
        self, function: FunctionType, owner: type | None, depth: int
    ) -> Iterator[Opening]:
        """Where it could still get out, after what was tried so far."""
        code = function.__code__
        node = self.functions.node(code)
        if node is None or depth > _NESTED:
            yield Opening("unknown", (0, 0, 0, 0), code.co_firstlineno)
            return
        for one in self._reader(function, owner).openings(node):
            if one.kind != CALL:
                yield one
                continue
            site = (code.co_filename, one.span)
            # Of what is called from here it is not known by which way it was reached.
            if site in self._tried and not one.again and not depth:
                continue
            for callee in self._callees(one, self._reached.get(site)):
                if callee is None or not self.functions.is_project(callee):
                    yield one
                elif callee is not function:
                    inner = list(self._openings(callee, owner_of(callee), depth + 1))
                    yield from inner[:1]
                    yield from (found for found in inner[1:] if found.kind == OWN)

    def _callees(
        self, opening: Opening, known: dict[tuple[str, str, int], None] | None
    ) -> list[FunctionType | None]:
        """Functions of the project's that are called there; None for whatever else may raise."""
        if known is None:
            return [_function(opening.target)]
        if self._may_raise(known):
            return [None]
        places = [(file, line) for word, file, line in known if word == PROJECT and file]
        return [self.functions.at(place) for place in places]

    def _reader(self, function: FunctionType, owner: type | None) -> Reader:
        code = function.__code__
        node = self.functions.node(code)
        local = locals_of(node) if node is not None else frozenset()
        first = code.co_varnames[0] if owner is not None and code.co_argcount else ""
        names = names_of(function.__globals__)
        plain = self._plain if function is self._asked else frozenset()
        plain -= assigned(node) if node is not None else set()
        free = frozenset(code.co_freevars)
        return Reader(type(self.error), names, owner, first, local | free, plain)

    def _evidence(self, subject: Subject) -> str:
        lines: dict[str, None] = {}
        for done in self._tried.values():
            file, line, first = done.get("caught", ("", 0, 0))
            function = self.functions.at((file, first)) if file else None
            node = self.functions.node(function.__code__) if function is not None else None
            if function is not None and node is not None:
                handler = self._reader(function, None).caught(node, line)
                line = handler.lineno if handler is not None else line
                lines[f"{_relpath(file, self.root)}:{line}"] = None
        count = len(self._tried)
        ends = list(dict.fromkeys(done["what"] for done in self._tried.values()))
        each = "its one call that could" if count == 1 else f"each of its {count} calls that could"
        where = f" at {' and '.join(list(lines)[:3])}" if lines else ""
        come = "comes" if len(ends) == 1 else "come"
        return (
            f"raised in the place of {each}, it is caught{where}, and "
            f"{' or '.join(ends[:4])} {come} out"
        )

    def _subject(
        self, real: Real | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Subject | None:
        """What is to be called; None for what is no code of the project's."""
        found = function_of(real) if real is not None else None
        if found is None or real is None:
            return None
        function, bound = found
        if not self.functions.is_project(function):
            inner = _wrapped(function)
            if inner is not None and self.functions.is_project(inner):
                raise NotExamined("a decorator from elsewhere stands around it")
            return None
        if real.thing is not function and type in mro_of(real.thing):
            raise NotExamined("it is a class")
        if function.__code__.co_flags & _LAZY:
            raise NotExamined("it is a generator")
        owner = owner_of(function)
        if owner is None:
            return Subject(function, None, self._fitting(function, args, kwargs), kwargs)
        return self._method(function, owner, bound, args, kwargs)

    def _fitting(
        self, function: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[Any, ...]:
        if refusal(function, 0, len(args), tuple(kwargs)):
            raise NotExamined("it does not take the call that the double took")
        return args

    def _method(
        self,
        function: FunctionType,
        owner: type,
        bound: bool | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> Subject:
        name = function.__name__
        if any(name in own_of(one) for one in _below(owner)):
            raise NotExamined("a subclass has a method of its own for it")
        lying = lookup(owner, name)
        if type(lying) is staticmethod or (bound is False and type(lying) is not FunctionType):
            return Subject(function, None, self._fitting(function, args, kwargs), kwargs)
        there = bool(args) and (owner in mro_of(args[0]) or args[0] is owner)
        if not there:
            args = (self._first(owner, lying), *args)
        return Subject(function, owner, self._fitting(function, args, kwargs), kwargs)

    def _first(self, owner: type, lying: object) -> Any:
        if type(lying) is classmethod:
            return owner
        try:
            return instance_of(owner)
        except Exception as error:
            reason = f"no object of its class could be had ({name_of(type(error))})"
            raise NotExamined(reason) from error


def _function(target: Any) -> FunctionType | None:
    """The function behind what a name stands for, if it is one."""
    inner: Any = target.__func__ if type(target) in (staticmethod, classmethod) else target
    return inner if type(inner) is FunctionType else None


def _wrapped(function: FunctionType) -> FunctionType | None:
    """What a decorator's wrapper says that it wraps, to the innermost."""
    inner: Any = function
    for _ in range(10):
        if type(inner) is not FunctionType:
            return None
        further = inner.__dict__.get("__wrapped__")
        if further is None:
            return inner
        inner = further
    return None


def _below(kind: type) -> Iterator[type]:
    found: list[type] = type.__subclasses__(kind)
    for one in found:
        yield one
        yield from _below(one)
