"""Probes in modules of the standard library."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest
from tests.unit.probed import Call, mutants_of, outcome

from refute_child.probes import probe_unit
from refute_child.units import Module, nested_codes, pairs

T = "Hello there,   a long -- text with\ttabs and wordsthataretoolong.\n\n  Indented."
STANDARD: dict[str, list[Call]] = {
    "textwrap": [
        lambda m: m.wrap(T, 20),
        lambda m: m.fill(T, width=30, initial_indent="* ", subsequent_indent="  "),
        lambda m: m.shorten(T, 25),
        lambda m: m.dedent(T),
        lambda m: m.indent(T, "> "),
        lambda m: m.wrap(T, 12, break_long_words=False),
        lambda m: m.wrap(T, 40, max_lines=2, fix_sentence_endings=True),
        lambda m: m.wrap(T, 0),
        lambda m: m.wrap(5),
    ],
    "bisect": [
        lambda m: m.bisect_left([1, 2, 2, 3], 2),
        lambda m: m.bisect_right([1, 2, 2, 3], 2),
        lambda m: m.bisect_left([1], 1, -1),
        lambda m: m.bisect_right([3, 2, 1], -2, key=lambda x: -x),
    ],
    "graphlib": [
        lambda m: list(m.TopologicalSorter({"a": {"b"}, "b": {"c"}}).static_order()),
        lambda m: m.TopologicalSorter({"a": ["b"], "b": ["a"]}).prepare(),
    ],
    "string": [
        lambda m: m.Template("$a ${b} $$").substitute(a=1, b=2),
        lambda m: m.Template("$a $").safe_substitute(),
        lambda m: m.capwords("a b  c"),
        lambda m: m.Formatter().format("{0} {x!r:>5}", 1, x="a"),
        lambda m: m.Formatter().format("{} {1}", 1, 2),
    ],
}


def standard(name: str) -> tuple[str, Module, ModuleType]:
    """Source of a module of the standard library and a copy of it, without parts in C."""
    original = importlib.import_module(name)
    source = Path(str(original.__file__)).read_text(encoding="utf-8")
    source = source.replace("from _bisect import", "from _none import")
    copy = ModuleType(name)
    exec(compile(source, f"{name}.py", "exec", dont_inherit=True), copy.__dict__)
    return source, Module(f"{name}.py", source), copy


def functions_of(scope: dict[str, Any], path: str) -> list[FunctionType]:
    """The functions of a module and of its classes."""
    found = []
    for value in scope.values():
        members = vars(value).values() if isinstance(value, type) else [value]
        for member in members:
            function = getattr(member, "__func__", member)
            if isinstance(function, FunctionType) and function.__code__.co_filename == path:
                found.append(function)
    return found


@pytest.mark.parametrize("name", STANDARD)
def test_what_is_never_infected_changes_nothing(name: str) -> None:
    source, module, copy = standard(name)
    calls = STANDARD[name]
    expected = [outcome(call, copy) for call in calls]
    functions = {f.__qualname__: f for f in functions_of(vars(copy), module.path)}
    noted: set[str] = set()
    states: list[bytearray] = []
    probes: dict[str, tuple[FunctionType, dict[str, Any]]] = {}
    originals = {function: function.__code__ for function in functions.values()}
    for (unit, line), records in mutants_of(module.path, source).items():
        function = functions.get(unit)
        if function is None or function.__code__ != module.original(unit, line):
            continue
        states.append(bytearray(len(records)))

        def note(index: int, records: list[dict[str, Any]] = records) -> None:
            noted.add(records[index]["id"])

        code, probed = probe_unit(module, unit, line, records, note, states[-1])
        probes |= {records[index]["id"]: (function, records[index]) for index in probed}
        function.__code__ = code
    infected: list[set[str]] = []
    for call, result in zip(calls, expected, strict=True):
        assert outcome(call, copy) == result
        infected.append(set(noted))
        noted.clear()
        for state in states:
            state[:] = bytes(len(state))
    for function, original in originals.items():
        function.__code__ = original
    compared = 0
    for identity, (function, record) in probes.items():
        never = [index for index, found in enumerate(infected) if identity not in found]
        unit, line = record["unit"], record["unit_line"]
        function.__code__ = module.mutated(
            unit, line, record["start"], record["end"], record["replacement"]
        )
        for index in never:
            compared += 1
            assert outcome(calls[index], copy) == expected[index], record
        function.__code__ = originals[function]
    assert compared > 20


@pytest.mark.parametrize("name", ["textwrap", "queue", "shlex", "contextlib", "tempfile"])
def test_probed_code_fits_the_live_functions(name: str) -> None:
    source, module, _ = standard(name)
    probed_units = 0
    for key, records in mutants_of(module.path, source).items():
        original = module.original(*key)
        code, probed = probe_unit(module, *key, records, lambda _: None)
        probed_units += bool(probed)
        matched = list(pairs(original, code))
        assert len(matched) == len(list(nested_codes(original)))
        for one, other in matched:
            for field in ("freevars", "cellvars", "argcount", "kwonlyargcount", "flags", "name"):
                assert getattr(one, f"co_{field}") == getattr(other, f"co_{field}"), key
    assert probed_units > 3
