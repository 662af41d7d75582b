"""Single calls in project code, with a hook that sees what is called there.

``f(a, k=v)`` is compiled as ``HOOK(f)(a, k=v)``. For anything but a double the hook gives back
``f`` itself, so that a real function is called by the project's own frame, as ever; for a
double it gives a function that changes one argument, or what comes back. The double itself is
not touched.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Iterator
from types import AsyncGeneratorType, CodeType, CoroutineType, FunctionType, GeneratorType
from typing import Any

from .perturb import perturb, perturb_value
from .units import FunctionNode, Hooks, Module
from .units import units_of as _all_units

Place = tuple[int, int, int, int]
"""A call's line, column, last line and last column: from 1, in characters, ends exclusive."""
Predicate = Callable[[Any], bool]

RETURNS = "returns"
"""The path of what a double hands back; every other path is one argument's."""
INJECTED = "injected by refute"

_HOOK = "\0refute-call\0"

__tracebackhide__ = True
"""pytest's tracebacks end at the project's call, above our frames."""


class UnknownCall(LookupError):
    """The source holds no such call, or none that a hook could be put into."""


class Disturbance:
    """The hook at one call: changes what doubles are handed there, or what they hand back.

    ``path`` is an argument's (see ``perturb``) or ``RETURNS``. For a result ``change`` may also
    be ``raises``, and both that and ``none`` come in the place of an exception, too. Awaited
    values are changed when they are awaited; generators and what is entered by ``async with``
    are handed on as they are.
    """

    def __init__(self, path: str, change: str, is_double: Predicate) -> None:
        self.path = path
        self.change = change
        #: How often something was really changed.
        self.effects = 0
        #: Whether the call is the operand of an ``await``.
        self.awaited = False
        self._is_double = is_double

    def __call__(self, function: Any) -> Any:
        """What the project calls in the place of the function."""
        if not self._is_double(function):
            return function
        change = self._result if self.path == RETURNS else self._argument
        # Names of ours can't meet the call's keywords.
        return lambda *args, **kwargs: change(function, args, kwargs)

    def _argument(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        args, kwargs, done = perturb(args, kwargs, self.path, self.change)
        self.effects += done
        return function(*args, **kwargs)

    def _result(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        try:
            value = function(*args, **kwargs)
        except Exception:
            return self._in_place_of_exception()
        kind = type(value)
        if kind is CoroutineType or (self.awaited and hasattr(kind, "__await__")):
            return self._later(value)
        return self._changed(value)

    async def _later(self, awaitable: Any) -> Any:
        try:
            value = await awaitable
        except Exception:
            return self._in_place_of_exception()
        return self._changed(value)

    def _changed(self, value: Any) -> Any:
        if self.change == "raises":
            self.effects += 1
            raise RuntimeError(INJECTED)
        kind = type(value)
        if kind in (GeneratorType, AsyncGeneratorType) or hasattr(kind, "__aenter__"):
            return value
        value, done = perturb_value(value, self.change)
        self.effects += done
        return value

    def _in_place_of_exception(self) -> None:
        """Called while the double's own exception is handled."""
        if self.change not in ("raises", "none"):
            raise
        self.effects += 1
        if self.change == "raises":
            raise RuntimeError(INJECTED) from None


def is_mock(thing: Any) -> bool:
    """Whether a thing is one of ``unittest.mock``'s, or a function that stands before one."""
    mocks = sys.modules.get("unittest.mock")
    if mocks is None:
        return False
    if type(thing) is FunctionType:
        thing = thing.__dict__.get("mock")
    # By the type itself: a mock says of itself that it is what it stands for.
    return issubclass(type(thing), mocks.NonCallableMock)


def stands_in(thing: Any) -> bool:
    """Whether a thing is a double: a mock, or what the observer of doubles knows as one."""
    # It brings unittest.mock along, which a suite without doubles has no need of.
    from .observe.doubles import is_double

    return is_mock(thing) or is_double(thing)


def units_by_file(
    read: Callable[[str], Module], calls: dict[str, list[list[int]]]
) -> dict[str, list[tuple[str, int] | None]]:
    """The outermost functions around calls: path -> places, as (name, line) or None."""
    found: dict[str, list[tuple[str, int] | None]] = {}
    for path, places in calls.items():
        try:
            found[path] = units_of(read(path), map(_as_place, places))
        except (OSError, SyntaxError, ValueError):
            found[path] = [None] * len(places)
    return found


def _as_place(numbers: list[int]) -> Place:
    line, column, end_line, end_column = numbers
    return line, column, end_line, end_column


def units_of(module: Module, sites: Iterable[Place]) -> list[tuple[str, int] | None]:
    """For each call the outermost function that holds it in its body, by qualified name and
    line; None for code that runs at import, and where there is no call that can be hooked.
    """
    units = [(name, node) for name, node, _ in _all_units(module.tree)]
    found: list[tuple[str, int] | None] = []
    for place in sites:
        holders = (
            (name, node.lineno)
            for name, node in units
            if node.lineno <= place[0] <= (node.end_lineno or node.lineno)
            and _find(module, node, place) is not None
        )
        found.append(next(holders, None))
    return found


def armed_call(
    module: Module,
    unit: str,
    unit_line: int,
    place: Place,
    hook: Disturbance,
    tick: Callable[[], None],
) -> CodeType:
    """The unit's code as a trial runs it (see ``Module.armed``), with the hook at one call.

    Raises UnknownUnit, UnknownCall, SyntaxError.
    """
    return module.armed(unit, unit_line, None, tick, _put(module, place, hook))


def hooked_module(module: Module, place: Place, hook: Disturbance) -> CodeType:
    """The whole module's code with the hook at one call. Raises UnknownCall, SyntaxError."""
    return module.rewritten_module(_put(module, place, hook))


def _put(
    module: Module, place: Place, hook: Disturbance
) -> Callable[[FunctionNode | ast.Module], Hooks]:
    """What puts the hook into a tree."""

    def rewrite(tree: FunctionNode | ast.Module) -> Hooks:
        call = _find(module, tree, place)
        if call is None:
            raise UnknownCall(f"no call at line {place[0]}, column {place[1]} of {module.path}")
        hook.awaited = any(
            isinstance(node, ast.Await) and node.value is call for node in _inside(tree)
        )
        mark = ast.Constant(value=_HOOK)
        hooked = ast.Call(func=mark, args=[call.func], keywords=[])
        for node in (mark, hooked):
            ast.copy_location(node, call.func)
        call.func = hooked
        return {_HOOK: hook}

    return rewrite


def _find(module: Module, tree: FunctionNode | ast.Module, place: Place) -> ast.Call | None:
    """The one call there; None where there is none, or a bare ``super``, which looks at the
    frame that calls it.
    """
    try:
        start = _tree_column(module, place[0], place[1])
        end = _tree_column(module, place[2], place[3])
    except IndexError:
        return None
    calls = [node for node in _inside(tree) if isinstance(node, ast.Call)]
    span = (place[0], start, place[2], end)
    found = [
        call
        for call in calls
        if (call.lineno, call.col_offset, call.end_lineno, call.end_col_offset) == span
    ] or [call for call in calls if _begins_with_method(call, span)]
    if len(found) != 1:
        return None
    function = found[0].func
    return None if isinstance(function, ast.Name) and function.id == "super" else found[0]


def _begins_with_method(call: ast.Call, span: Place) -> bool:
    """Whether a running program takes the span for the call's place: where a method's name
    stands on another line than its object, the interpreter counts from that name on.
    """
    method = call.func
    if not isinstance(method, ast.Attribute) or method.end_lineno == call.lineno:
        return False
    start = (method.end_col_offset or 0) - len(method.attr)
    return (method.end_lineno, start, call.end_lineno) == span[:3]


def _inside(tree: FunctionNode | ast.Module) -> Iterator[ast.AST]:
    """All nodes of the body; a function's decorators and defaults run outside of it."""
    for statement in tree.body:
        yield from ast.walk(statement)


def _tree_column(module: Module, line: int, column: int) -> int:
    """The column in bytes from 0, as the tree counts, of one in characters from 1."""
    start = module.starts[line - 1]
    return len(module.source[start : start + column - 1].encode("utf-8", "surrogatepass"))
