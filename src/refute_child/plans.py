"""What is to be compared for a mutant, where, and from which values: decided from two trees."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from .bindings import Bindings, Place, Unplaced
from .diffs import (
    Pair,
    changed_arguments,
    conditional,
    difference,
    equal,
    gone_operand,
    head,
    in_truth,
    interrupted,
    loaded,
    occurrences,
    operands,
    opposite,
    suspends,
    wrappable,
)
from .purity import stored
from .shadows import Reader, Shadow, Unreadable, key_of, mangled
from .units import FunctionNode


@dataclass(frozen=True, slots=True)
class Plan:
    """One probe.

    ``where`` is ``before`` for a hook ahead of the expression ``anchor``, ``statement`` for one
    ahead of a statement, ``after`` for one that gets the value of ``anchor`` and hands it on.
    ``captured`` are the parts whose values it gets, in the order of their evaluation, the last
    of which is the anchor. ``slots`` are its inputs: those parts, then names. ``levels`` are
    the shadows of the original and the mutated expression, the smallest first: a mutant whose
    values are the same at one of them does not differ. No levels: it differs when evaluated.
    ``truly`` says that only the truth of the last values matters.
    """

    where: str
    anchor: ast.AST
    captured: tuple[ast.expr, ...] = ()
    slots: dict[str, int] = field(default_factory=dict)
    levels: tuple[tuple[Shadow, Shadow], ...] = ()
    truly: bool = False


class Planner:
    """Makes the plans for the mutants of one unit."""

    def __init__(self, unit: FunctionNode, bindings: Bindings, owner: str | None) -> None:
        self._unit = unit
        self._bindings = bindings
        self._owner = owner
        self._slots: dict[tuple[str, int, tuple[int, ...]], dict[str, int]] = {}

    def plan(self, mutated: FunctionNode, first: int, last: int) -> Plan | None:
        """How to probe the mutant that turns the unit into ``mutated``, by an edit of the lines
        from ``first`` to ``last``; None if not at all."""
        path = difference(self._unit, mutated, first, last)
        before, after = path[-1]
        if isinstance(before, ast.comprehension) and isinstance(after, ast.comprehension):
            return self._filter(path, before, after)
        try:
            if isinstance(before, ast.stmt):
                return self._statement([pair[0] for pair in path], before, after)
            if isinstance(before, ast.Slice):
                path.pop()
            if any(suspends(node) for node in path[-1]):
                return None
            return self._compared(path) or self._evaluated(path)
        except Unplaced:
            return None

    def _filter(
        self, path: list[Pair], before: ast.comprehension, after: ast.comprehension
    ) -> Plan | None:
        """A filter of a comprehension that goes: as if it were always true."""
        gone = [
            test
            for place, test in enumerate(before.ifs)
            if equal([*before.ifs[:place], *before.ifs[place + 1 :]], after.ifs)
        ]
        kept = equal([before.target, before.iter], [after.target, after.iter])
        if not gone or not kept or suspends(before):
            return None
        try:
            return self._compared([*path, (gone[0], ast.Constant(value=True))])
        except Unplaced:
            return None

    def _evaluated(self, path: list[Pair]) -> Plan | None:
        """A probe that only tells whether the place was reached; None where the line tells."""
        nodes = [pair[0] for pair in path]
        if not any(isinstance(node, ast.stmt) for node in nodes[1:]):
            return None
        for end in range(len(nodes), 0, -1):
            if not conditional(nodes[:end]):
                return None
            if wrappable(nodes[end - 1], nodes[end - 2]):
                self._bindings.at(nodes[:end])
                return Plan("before", nodes[end - 1])
        return None

    def _compared(self, path: list[Pair]) -> Plan | None:
        """A probe that compares the largest expression it can."""
        place = self._bindings.at([pair[0] for pair in path])
        before, after = path[-1]
        if not isinstance(before, ast.expr) or not isinstance(after, ast.expr):
            return None
        swapped = self._swapped(path, place)
        if swapped is not None or opposite(before, after):
            return swapped
        gone = gone_operand(before, after)
        if gone is not None and wrappable(gone[0], before):
            # The others decide as before, whatever its value, if its truth lets them.
            plan = self._made("before", gone[0], (), [gone], place, truly=True)
            if plan is not None:
                return plan
        early = self._shared(before, after, place)
        tops = [(path[-1], early)]
        position = len(path) - 1
        while (grown := self._grown(path, position, tops[-1][1])) is not None:
            position, early = grown
            tops.append((path[position], early))
        for count in range(len(tops), 0, -1):
            chosen = [pair for pair, _ in tops[:count]]
            if count == 1 and isinstance(before, ast.Constant) and isinstance(after, ast.Constant):
                return None
            top = next(i for i, pair in enumerate(path) if pair[0] is chosen[-1][0])
            plan = self._attempt(path[: top + 1], chosen, tops[count - 1][1], place)
            if plan is not None:
                return plan
        return None

    def _calm(self, node: ast.expr, place: Place) -> bool:
        """Whether an operand can be read again later, with the same result."""
        if isinstance(node, ast.Name):
            return node.id in place.plain or (
                node.id in self._bindings.builtins and node.id in place.readable
            )
        return isinstance(node, ast.Constant)

    def _shared(self, before: ast.expr, after: ast.expr, place: Place) -> list[ast.expr]:
        """What both versions evaluate first, in the same order, before any operation."""
        mine, theirs = operands(before), operands(after)
        if mine is not None and type(before) is type(after) and equal(mine, theirs):
            return mine
        if isinstance(before, ast.BoolOp):
            first = head(before)
            return [first] if equal(first, head(after)) else []
        if mine is not None:
            for operand in mine:
                if equal(operand, after):
                    rest = [other for other in mine if other is not operand]
                    loads = (
                        self._calm(other, place)
                        or (isinstance(other, ast.Name) and other.id in place.readable)
                        for other in rest
                    )
                    return mine if all(loads) else []
        if theirs is not None:
            rest = [operand for operand in theirs if not equal(operand, before)]
            if len(rest) < len(theirs) and all(self._calm(other, place) for other in rest):
                return [before]
        if mine and isinstance(before, ast.Subscript) and isinstance(after, ast.Subscript):
            # Bounds of a slice come or go.
            calm = all(self._calm(other, place) for other in mine[1:])
            return mine[:1] if calm and equal(before.value, after.value) else []
        return []

    def _grown(
        self, path: list[Pair], position: int, early: list[ast.expr]
    ) -> tuple[int, list[ast.expr]] | None:
        """The next larger expression, and what is evaluated early in it; None at the top."""
        child = path[position][0]
        position -= 1
        if isinstance(path[position][0], ast.Slice):
            position -= 1
        parts = operands(path[position][0])
        if parts is None:
            return None
        index = next((i for i, part in enumerate(parts) if part is child), None)
        return None if index is None else (position, [*parts[:index], *early])

    def _attempt(
        self, path: list[Pair], chosen: list[Pair], early: list[ast.expr], place: Place
    ) -> Plan | None:
        top, mutated = chosen[-1]
        captured = [part for part in early if not self._calm(part, place)]
        if suspends(top) or suspends(mutated) or (len(captured) > 1 and not place.temps):
            return None
        for part in captured:
            # The same form twice may have two values.
            if occurrences(top, part) != 1 or occurrences(mutated, part) > 1:
                return None
        if interrupted(top, captured):
            return None
        anchor: ast.AST = captured[-1] if captured else top
        if not captured and not wrappable(anchor, path[-2][0]):
            return None
        truly = in_truth([pair[0] for pair in path])
        return self._made("after" if captured else "before", anchor, captured, chosen, place, truly)

    def _made(
        self,
        where: str,
        anchor: ast.AST,
        captured: Sequence[ast.expr],
        levels: Sequence[Pair],
        place: Place,
        truly: bool = False,
    ) -> Plan | None:
        site = (where, id(anchor), tuple(map(id, captured)))
        known = self._slots.get(site)
        slots = dict(known) if known else {key_of(part): i for i, part in enumerate(captured)}
        reader = Reader(slots, place.readable.__contains__, self._owner)
        made: list[tuple[Shadow, Shadow]] = []
        try:
            for one, other in levels:
                assert isinstance(one, ast.expr)
                assert isinstance(other, ast.expr)
                made.append((reader.shadow(one), reader.shadow(other)))
        except Unreadable:
            return None
        self._slots[site] = slots
        return Plan(where, anchor, tuple(captured), slots, tuple(made), truly)

    def _swapped(self, path: list[Pair], place: Place) -> Plan | None:
        """Several arguments of a call that are all names or constants."""
        before, after = path[-1]
        changed = changed_arguments(before, after)
        if not changed:
            return None
        if not all(self._calm(node, place) for pair in changed for node in pair):
            return None
        if not wrappable(before, path[-2][0]):
            return None
        ones = ast.Tuple(elts=[one for one, _ in changed], ctx=ast.Load())
        others = ast.Tuple(elts=[other for _, other in changed], ctx=ast.Load())
        return self._made("before", before, (), [(ones, others)], place)

    def _statement(self, path: list[ast.AST], before: ast.stmt, after: ast.AST) -> Plan | None:
        """An assignment that goes, or that combines in another way."""
        if isinstance(before, ast.Assign):
            target = before.targets[0] if len(before.targets) == 1 else None
            value: ast.expr | None = before.value
        elif isinstance(before, ast.AnnAssign | ast.AugAssign):
            target, value = before.target, before.value
        else:
            return None
        if value is None or suspends(before) or not isinstance(target, ast.Name | ast.Attribute):
            return None
        place = self._bindings.at([*path, value])
        old = loaded(target)
        new = value
        if isinstance(before, ast.AugAssign):
            new = ast.BinOp(left=old, op=before.op, right=value)
        if isinstance(target, ast.Name) and target.id not in place.readable:
            return None
        if isinstance(after, ast.Pass):
            return self._dropped(before, new, old, place)
        if not isinstance(before, ast.AugAssign):
            return None
        if isinstance(after, ast.AugAssign) and equal(
            [before.target, before.value], [after.target, after.value]
        ):
            other: ast.expr = ast.BinOp(left=old, op=after.op, right=value)
        elif isinstance(after, ast.Assign) and equal(
            [[before.target], before.value], [after.targets, after.value]
        ):
            other = value
        else:
            return None
        early = isinstance(target, ast.Name) and target.id in place.plain
        if early and not self._calm(value, place):
            plan = self._made("after", value, [value], [(new, other)], place)
            if plan is not None:
                return plan
        return self._made("statement", before, (), [(new, other)], place)

    def _dropped(
        self, statement: ast.stmt, new: ast.expr, old: ast.expr, place: Place
    ) -> Plan | None:
        """An assignment that goes: it matters unless it stores what is there already."""
        plan = self._made("statement", statement, (), [(new, old)], place)
        if plan is None or isinstance(old, ast.Name):
            return plan
        assert isinstance(old, ast.Attribute)
        reader = Reader(plan.slots, place.readable.__contains__, self._owner)
        thing, name = reader.shadow(old.value), mangled(old.attr, self._owner)
        level = (plan.levels[0][0], lambda values: stored(thing(values), name))
        return Plan("statement", statement, (), plan.slots, (level,))
