"""Original functions that tell, while the tests run them, which mutants would have differed.

A *probe* compares, beside the program, the values of an expression and of its mutated form. It
reads names, and results of operands that the program has evaluated anyway, and computes the
rest itself (see ``shadows``); where that can't be done surely, the mutant counts as infected.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from types import CodeType
from typing import Any

from .bindings import Bindings, names_of
from .computing import Doubt
from .plans import Plan, Planner
from .purity import same, truth
from .shadows import Shadow
from .units import Module, nested_codes, pairs, plant

Note = Callable[[int], None]

INFECTED = 1
"""The value in ``seen`` of mutants that have been noted."""
_ALIKE = 2
_PATIENCE = 64
"""So often is a mutant compared within one test, once it differed in another one."""
_LONG_PATIENCE = 50_000
"""So often is one that never differed: where it differs nowhere, no test has to be run."""
_MARK = "\0refute-probe-{}\0"
_FAILURES = (
    Doubt, ArithmeticError, LookupError, TypeError, ValueError, AttributeError, NameError,
    RecursionError, MemoryError,
)  # fmt: skip
"""What computing a value can end in; not what a signal's handler may raise meanwhile."""


def probe_unit(
    module: Module,
    unit: str,
    unit_line: int,
    mutants: Sequence[dict[str, Any]],
    note: Note,
    seen: bytearray | None = None,
) -> tuple[CodeType, frozenset[int]]:
    """The unit's code with probes compiled in, and the positions in ``mutants`` of those that
    are probed. Of the others nothing is known: wherever their lines run they may differ.

    The code behaves like ``module.original(unit, unit_line)`` and can be swapped in for it. It
    calls ``note(position)`` when a mutant would have differed; once, until its byte in ``seen``
    is cleared. So clear all bytes between tests: ``seen[:] = bytes(len(seen))``. A byte is
    ``INFECTED`` once the mutant is noted, and another than 0 once it was compared. In a very
    long loop a mutant is held to be infected rather than compared for ever.

    ``mutants`` are records of ``find_mutants``; those of other units are left alone. Raises
    UnknownUnit.
    """
    key = (unit, unit_line)
    original = module.original(unit, unit_line)
    tree = module.node(key)
    classes = module.classes(key)
    owner = classes[-1].name if classes else None
    planner = Planner(tree, Bindings(tree, names_of(module.tree)), owner)
    sites: dict[tuple[str, int, tuple[int, ...]], list[tuple[int, Plan]]] = {}
    for position, mutant in enumerate(mutants):
        if (mutant["unit"], mutant["unit_line"]) != key:
            continue
        edit = (mutant["start"], mutant["end"], mutant["replacement"])
        try:
            mutated = module.node(key, edit)
            plan = planner.plan(mutated, mutant["line"], mutant["end_line"])
        except (SyntaxError, RecursionError):
            continue
        if plan is not None:
            place = (plan.where, id(plan.anchor), tuple(map(id, plan.captured)))
            sites.setdefault(place, []).append((position, plan))
    probed = frozenset(position for found in sites.values() for position, _ in found)
    if not probed:
        return original, probed
    states = seen if seen is not None else bytearray(len(mutants))
    rewriter = _Rewriter()
    for found in sites.values():
        rewriter.add([plan for _, plan in found], _hook(found, note, states))
    rewritten = ast.fix_missing_locations(rewriter.visit(tree))
    code = plant(module.compiled(unit, unit_line, rewritten, key), rewriter.hooks)
    return (code, probed) if _fits(original, code) else (original, frozenset())


def _fits(original: CodeType, code: CodeType) -> bool:
    """Whether the live functions of one code can be given the other."""
    matched = list(pairs(original, code))
    return len(matched) == len(list(nested_codes(original))) and all(
        (one.co_freevars, one.co_cellvars, one.co_flags)
        == (other.co_freevars, other.co_cellvars, other.co_flags)
        for one, other in matched
    )


def _hook(found: list[tuple[int, Plan]], note: Note, seen: bytearray) -> Callable[..., Any]:
    """The function that is called at one place for all mutants that differ there."""
    checks = [(position, plan.levels, plan.truly) for position, plan in found]
    first = found[0][1]
    place = len(first.captured) - 1
    earliest = checks[0][0]
    turns = 0
    differed: set[int] = set()

    def before(*values: Any) -> None:
        nonlocal turns
        turns = turns + 1 if seen[earliest] else 1
        for position, levels, truly in checks:
            if seen[position] == INFECTED:
                continue
            patience = _PATIENCE if position in differed else _LONG_PATIENCE
            if turns <= patience and levels and _alike(levels, truly, values):
                seen[position] = _ALIKE
            else:
                seen[position] = INFECTED
                differed.add(position)
                note(position)

    def after(*values: Any) -> Any:
        for position, _, _ in checks:
            if seen[position] != INFECTED:
                before(*values)
                break
        return values[place]

    return after if first.where == "after" else before


def _alike(levels: tuple[tuple[Shadow, Shadow], ...], truly: bool, values: Sequence[Any]) -> bool:
    """Whether the original and the mutant surely go on in the same way."""
    try:
        for original, mutated in levels:
            one, other = original(values), mutated(values)
            if same(one, other):
                return True
        return truly and truth(one) is truth(other)
    except _FAILURES:
        # What can't be computed may differ.
        return False


class _Rewriter(ast.NodeTransformer):
    """Puts calls of hooks into a unit's tree."""

    def __init__(self) -> None:
        self.hooks: dict[str, Callable[..., Any]] = {}
        self._wraps: dict[int, list[Callable[[ast.expr], ast.expr]]] = {}
        self._statements: dict[int, list[ast.expr]] = {}
        self._temps = 0

    def add(self, plans: list[Plan], hook: Callable[..., Any]) -> None:
        """Have the hook called where the plans, which are all at one place, want it."""
        mark = _MARK.format(len(self.hooks))
        self.hooks[mark] = hook
        plan = plans[0]
        longest = max((p.slots for p in plans), key=lambda slots: len(slots))
        names = list(longest)[len(plan.captured) :]
        inputs: list[ast.expr] = [ast.Name(id=name, ctx=ast.Load()) for name in names]
        function = ast.Constant(value=mark)
        if plan.where == "statement":
            call = ast.Call(func=function, args=inputs, keywords=[])
            self._statements.setdefault(id(plan.anchor), []).append(call)
            return
        if plan.where == "before":
            call = ast.Call(func=function, args=inputs, keywords=[])
            self._wrap(plan.anchor, lambda node: ast.BoolOp(op=ast.Or(), values=[call, node]))
            return
        temps: list[str] = []
        for part in plan.captured[:-1]:
            # A name that no source can have.
            temps.append(f"refute {self._temps}")
            self._temps += 1
            self._wrap(part, _capture(temps[-1]))
        before: list[ast.expr] = [ast.Name(id=name, ctx=ast.Load()) for name in temps]
        # Nothing is kept alive for longer than the call.
        cleared: list[ast.expr] = [
            ast.NamedExpr(target=ast.Name(id=n, ctx=ast.Store()), value=ast.Constant(value=None))
            for n in temps
        ]
        self._wrap(
            plan.anchor,
            lambda node: ast.Call(
                func=function, args=[*before, node, *inputs, *cleared], keywords=[]
            ),
        )

    def _wrap(self, node: ast.AST, how: Callable[[ast.expr], ast.expr]) -> None:
        self._wraps.setdefault(id(node), []).append(how)

    def visit(self, node: ast.AST) -> Any:
        """The node with the hooks in and around it."""
        wraps = self._wraps.get(id(node), ())
        calls = self._statements.get(id(node), ())
        new = self.generic_visit(node)
        for wrap in wraps:
            assert isinstance(new, ast.expr)
            new = _located(wrap(new), node)
        return [*(_located(ast.Expr(call), node) for call in calls), new] if calls else new


def _capture(name: str) -> Callable[[ast.expr], ast.expr]:
    return lambda node: ast.NamedExpr(target=ast.Name(id=name, ctx=ast.Store()), value=node)


def _located(new: Any, old: ast.AST) -> Any:
    """The new nodes at the place of the old one."""
    pending = [new]
    while pending:
        node = pending.pop()
        if not hasattr(node, "lineno"):
            ast.copy_location(node, old)
            pending.extend(ast.iter_child_nodes(node))
    return new
