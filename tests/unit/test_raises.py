"""Accidents: exceptions in project code that no ``raise`` of the project's made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.interpreters import run, ways

WAYS = pytest.mark.parametrize(("version", "mechanism"), ways())

CODE = """\
import json

def accident(x):
    return x["missing"]

def deliberate(x):
    raise ValueError(x)

def outer(x):
    return inner(x)

def inner(x):
    return 1 / x

def caught(x):
    try:
        return 1 / x
    except ZeroDivisionError:
        return 0

def again(x):
    try:
        return 1 / x
    except ZeroDivisionError:
        raise

def chained(x):
    try:
        return 1 / x
    except ZeroDivisionError as error:
        raise ValueError("bad") from error

def library(text):
    return json.loads(text)

def cleaned(x):
    try:
        raise KeyError(x)
    finally:
        x = None

def managed(manager):
    with manager:
        raise KeyError("x")

def asserts(x):
    assert x

def steps(n):
    yield from range(n)

def looping():
    return [x for x in steps(2)], next(iter("a"))

async def later(x):
    return await soon(x)

async def soon(x):
    return x + "1"

def passes_on(function):
    return function()
"""

HEAD = """
import asyncio, contextlib, os, sys
from refute_child.observe.raises import Raises
path = os.path.join(os.getcwd(), "code.py")
space = {"__name__": "code"}
exec(compile(open(path).read(), path, "exec"), space)
raises = Raises(lambda name: name == path)
raises.start()
def seen(name, *arguments):
    with contextlib.suppress(Exception, SystemExit):
        space[name](*arguments)
    return [word.replace(path, "") for word in raises.take()]
"""


def seen(version: str, mechanism: str, folder: Path, *calls: str) -> list[Any]:
    """Accidents of each call."""
    (folder / "code.py").write_text(CODE)
    program = HEAD + "found = [" + ", ".join(f"seen({call})" for call in calls) + "]"
    found: list[Any] = run(version, mechanism, program, folder)
    return found


@WAYS
def test_accident_or_deliberate(version: str, mechanism: str, tmp_path: Path) -> None:
    found = seen(
        version, mechanism, tmp_path, "'accident', {}", "'deliberate', 1", "'accident', {}"
    )
    assert found == [[":accident:KeyError"], [], [":accident:KeyError"]]


@WAYS
def test_it_is_noted_once_and_where_it_first_shows(
    version: str, mechanism: str, tmp_path: Path
) -> None:
    found = seen(version, mechanism, tmp_path, "'outer', 0", "'caught', 0", "'outer', 'x'")
    assert found == [
        [":inner:ZeroDivisionError"],
        [":caught:ZeroDivisionError"],
        [":inner:TypeError"],
    ]


@WAYS
def test_raised_again_and_chained(version: str, mechanism: str, tmp_path: Path) -> None:
    found = seen(version, mechanism, tmp_path, "'again', 0", "'chained', 0", "'chained', 1")
    assert found == [[":again:ZeroDivisionError"], [":chained:ZeroDivisionError"], []]


@WAYS
def test_a_library_s_exception_shows_in_the_function_that_called_it(
    version: str, mechanism: str, tmp_path: Path
) -> None:
    found = seen(version, mechanism, tmp_path, "'library', '{'", "'library', None")
    assert found == [[":library:JSONDecodeError"], [":library:TypeError"]]


@WAYS
def test_leaving_by_finally_or_with_is_no_accident(
    version: str, mechanism: str, tmp_path: Path
) -> None:
    found = seen(
        version,
        mechanism,
        tmp_path,
        "'cleaned', 1",
        "'managed', contextlib.nullcontext()",
        "'managed', contextlib.suppress(KeyError)",
        "'asserts', 0",
    )
    assert found == [[], [], [], []]


@WAYS
def test_the_end_of_an_iteration_is_no_accident(
    version: str, mechanism: str, tmp_path: Path
) -> None:
    assert seen(version, mechanism, tmp_path, "'looping',") == [[]]


@WAYS
def test_coroutines(version: str, mechanism: str, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(CODE)
    program = (
        HEAD
        + """
space["run"] = lambda x: asyncio.run(space["later"](x))
found = [seen("run", 1), seen("run", "1")]
"""
    )
    assert run(version, mechanism, program, tmp_path) == [[":soon:TypeError"], []]


@WAYS
def test_what_a_test_raises_itself_is_an_accident_of_the_code_that_passes_it_on(
    version: str, mechanism: str, tmp_path: Path
) -> None:
    # A test's double that refuses: the controller sees the same without the fault.
    (tmp_path / "code.py").write_text(CODE)
    program = (
        HEAD
        + """
def refuse():
    raise ConnectionError
found = [seen("passes_on", refuse)]
"""
    )
    assert run(version, mechanism, program, tmp_path) == [[":passes_on:ConnectionError"]]


@WAYS
def test_a_test_that_loops_stays_bounded(version: str, mechanism: str, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(CODE)
    program = (
        HEAD
        + """
def refuse(number):
    raise type(f"Error{number}", (Exception,), {})
for number in range(1000):
    with contextlib.suppress(Exception):
        space["passes_on"](lambda: refuse(number))
found = len(raises.take())
"""
    )
    assert run(version, mechanism, program, tmp_path) == 200


@WAYS
def test_what_the_tests_own_code_raises_is_no_accident(
    version: str, mechanism: str, tmp_path: Path
) -> None:
    (tmp_path / "code.py").write_text(CODE)
    (tmp_path / "fakes.py").write_text("def checks():\n    assert 0\n")
    program = (
        f"{HEAD}\nsys.path.insert(0, os.getcwd())\nimport fakes, json\n"
        "found = [seen('passes_on', fakes.checks), seen('passes_on', json.loads)]"
    )
    assert run(version, mechanism, program, tmp_path) == [[], [":passes_on:TypeError"]]
