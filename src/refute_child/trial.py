"""What a trial's process does: arm one mutant, run the chosen tests, stop at the first kill."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from os.path import realpath as _realpath
from types import CodeType
from typing import Any

import pytest

from .callsites import (
    Disturbance,
    Place,
    Predicate,
    UnknownCall,
    armed_call,
    hooked_module,
    stands_in,
)
from .definitions import Default, Undo, apply_binding, apply_default, definition, owner_of
from .observe.raises import Raises
from .runner import Runner
from .sources import Sources
from .swap import LiveFunctions, Unswappable, restore
from .units import Module, UnknownUnit
from .watch import Board
from .wire import Record

Report = Callable[[Record], None]
Edit = tuple[int, int, str]
"""Characters of a file, from and up to, and what replaces them."""

KEPT = 4096
"""Mutants that are kept compiled."""


class Ticks:
    """Counts loop turns and function starts of the mutated function, for each test."""

    def __init__(self) -> None:
        self.count = 0
        self.limit = 0
        self.most = 0
        self._stop: Callable[[], None] | None = None

    def begin(self, limit: int, stop: Callable[[], None]) -> None:
        """Start counting; ``stop`` is called, and must not return, at ``limit``."""
        self.count, self.limit, self._stop = 0, limit, stop

    def next_test(self) -> None:
        """Count from nothing again."""
        self.most = max(self.most, self.count)
        self.count = 0

    def tick(self) -> None:
        """Called by armed code."""
        self.count += 1
        if self.count > self.limit and self._stop is not None:
            self._stop()


class Texts:
    """Project sources as text, parsed once for all mutants of a file."""

    def __init__(self) -> None:
        self._modules: dict[str, Module] = {}

    def module(self, path: str) -> Module:
        """The parsed file. Raises OSError and SyntaxError."""
        if path not in self._modules:
            from .mutants import decode

            with open(path, "rb") as file:
                text = decode(file.read())[0]
            self._modules[path] = Module(path, text)
        return self._modules[path]


@dataclass(frozen=True, slots=True)
class Armed:
    """A fault that is in: how many functions it changed, and how to take it out."""

    functions: int
    undo: Undo
    #: The hook of a double fault, which counts how often it took effect.
    hook: Disturbance | None = None


class Arming:
    """Everything needed to put one fault in, prepared before the fork.

    A mutant's record holds its edit as ``start``, ``end`` and ``text``; a double fault's holds
    ``double`` instead, with the place of the call, ``path`` and ``change``, and ``anyone`` if
    it takes effect whatever is called there.
    """

    def __init__(
        self, texts: Texts, ticks: Ticks, sources: Sources, is_double: Predicate = stands_in
    ) -> None:
        self._texts = texts
        self._ticks = ticks
        self._sources = sources
        self._is_double = is_double
        #: What was compiled before a fork, for this one and those to come.
        self._made: dict[tuple[str, str, int, Edit | None], CodeType] = {}

    def prepare(self, mutant: Record) -> None:
        """Parse the file, and compile original and mutant once, before any fork."""
        module = self._texts.module(mutant["path"])
        if mutant["unit"] is None:
            return
        with suppress(UnknownUnit, SyntaxError):
            module.original(mutant["unit"], mutant["unit_line"])
            if "double" not in mutant:
                if len(self._made) >= KEPT:
                    self._made.clear()
                self._code(module, mutant, (mutant["start"], mutant["end"], mutant["text"]))()

    def arm(
        self,
        mutant: Record,
        live: LiveFunctions,
        loaded: frozenset[str],
        hook: Disturbance | None = None,
    ) -> Armed:
        """Swap the fault in, and have it in force for imports to come. ``hook`` is one to put
        in at a double fault's place, instead of the fault's own. Raises Unswappable.
        """
        path = mutant["path"]
        module = self._texts.module(path)
        is_loaded = _realpath(path) in loaded
        if is_loaded and mutant["unit"] is None:
            raise Unswappable("it runs when its module is imported")
        if "double" in mutant:
            return self._at_call(module, mutant, live if is_loaded else None, hook)
        edit = (mutant["start"], mutant["end"], mutant["text"])
        armed = Armed(0, lambda: None)
        if is_loaded:
            armed = self._define(module, mutant, edit, live) or self._swap(
                module, mutant, self._code(module, mutant, edit), live
            )
            _somewhere(armed)
        self._sources.mutate(path, lambda: module.mutated_module(*edit))
        return armed

    def _at_call(
        self,
        module: Module,
        mutant: Record,
        live: LiveFunctions | None,
        hook: Disturbance | None,
    ) -> Armed:
        """A double fault, in live functions where there are any."""
        double = mutant["double"]
        place: Place = tuple(double[k] for k in ("line", "column", "end_line", "end_column"))
        whom = _anyone if double.get("anyone") else self._is_double
        at_fakes = hook is None and not double.get("anyone")
        hook = hook or Disturbance(double["path"], double["change"], whom)
        make = partial(hooked_module, module, place, hook)
        armed = Armed(0, lambda: None)
        if live is not None:
            key = mutant["unit"], mutant["unit_line"]
            code = partial(armed_call, module, *key, place, hook, self._ticks.tick)
            armed = self._swap(module, mutant, code, live)
            _somewhere(armed)
        else:
            try:
                make()
            except UnknownCall as error:
                raise Unswappable(str(error)) from error
        self._sources.mutate(module.path, make)
        if not at_fakes:
            return replace(armed, hook=hook)
        # It brings unittest.mock along, which a suite without doubles has no need of.
        from .observe.doubles import disturb

        calm = disturb(module.path, place[2], place[3], hook)

        def undo() -> None:
            calm()
            armed.undo()

        return Armed(armed.functions, undo, hook)

    def disarm(self, armed: Armed) -> None:
        """Take the mutant out again."""
        armed.undo()
        self._sources.restore()

    def _define(
        self, module: Module, mutant: Record, edit: Edit, live: LiveFunctions
    ) -> Armed | None:
        """A fault in the function's definition; None for one in its body."""
        unit, line = mutant["unit"], mutant["unit_line"]
        try:
            change = definition(module, unit, line, edit)
            if change is None:
                return None
            functions = live.of(module.original(unit, line))
        except (UnknownUnit, SyntaxError) as error:
            raise Unswappable(f"it can't be compiled alone: {error}") from error
        undo: Undo | None = None
        if isinstance(change, Default):
            undo = apply_default(change, functions)
        else:
            codes = frozenset(function.__code__ for function in functions)
            owner = owner_of(module.path, unit)
            if owner is not None:
                undo = apply_binding(change, owner, unit.rpartition(".")[2], codes)
        if undo is None:
            raise Unswappable("its definition in memory differs from its source")
        return Armed(len(functions), undo)

    def arm_original(self, mutant: Record, live: LiveFunctions) -> None:
        """Count the ticks of the unchanged function."""
        module = self._texts.module(mutant["path"])
        self._swap(module, mutant, self._code(module, mutant, None), live)

    def _code(self, module: Module, mutant: Record, edit: Edit | None) -> Callable[[], CodeType]:
        key = (module.path, mutant["unit"], mutant["unit_line"], edit)

        def make() -> CodeType:
            if key not in self._made:
                self._made[key] = module.armed(*key[1:], self._ticks.tick)
            return self._made[key]

        return make

    def _swap(
        self,
        module: Module,
        mutant: Record,
        make: Callable[[], CodeType],
        live: LiveFunctions,
    ) -> Armed:
        try:
            original: CodeType = module.original(mutant["unit"], mutant["unit_line"])
            swapped = live.swap(original, make())
            return Armed(len(swapped), lambda: restore(swapped))
        except (UnknownUnit, UnknownCall, SyntaxError) as error:
            raise Unswappable(f"it can't be compiled alone: {error}") from error


def _anyone(thing: object) -> bool:
    """What is called counts as a double, whatever it is."""
    return True


def _somewhere(armed: Armed) -> None:
    if not armed.functions:
        raise Unswappable("no function of that name is alive")


def _accidents(item: pytest.Item, runner: Runner, raises: Raises) -> list[str]:
    """What the failing test shows when it is run once more, observed this time."""
    raises.start()
    runner.run(item, None, detailed=False)
    raises.stop()
    return raises.take()


def run_tests(
    items: Sequence[pytest.Item],
    runner: Runner,
    board: Board,
    raises: Raises,
    ticks: Ticks,
    offset: int = 0,
) -> Record:
    """Run the items in order up to the first that notices; ``ran`` counts them."""
    for position, item in enumerate(items):
        board.start(position + offset)
        ticks.next_test()
        raises.take()
        following = items[position + 1] if position + 1 < len(items) else None
        record = runner.run(item, following, detailed=False)
        if record["outcome"] == "failed":
            failure: dict[str, Any] = record["failure"]
            failure["accidents"] = raises.take()
            if not raises.cheap and failure["by_test"]:
                failure["accidents"] = _accidents(item, runner, raises)
            return {
                "result": "failed",
                "ran": position + 1,
                "failure": failure,
                "seconds": record["seconds"],
            }
    ticks.next_test()
    return {"result": "passed", "ran": len(items), "ticks": ticks.most}
