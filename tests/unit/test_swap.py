"""Swapping code into live functions, or refusing to before anything is changed."""

from __future__ import annotations

import textwrap
import types
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from refute_child.swap import LiveFunctions, Swapped, Unswappable, restore
from refute_child.units import Module, units_of


class World:
    """A module that lives in this process, and its source."""

    def __init__(self, folder: Path, source: str, name: str = "code.py") -> None:
        self.source = textwrap.dedent(source)
        self.path = folder / name
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(self.source)
        self.module = Module(str(self.path), self.source)
        self.space = ModuleType("code_under_test")
        exec(compile(self.source, str(self.path), "exec", dont_inherit=True), vars(self.space))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.space, name)

    def live(self, *others: World) -> LiveFunctions:
        """All that lives of this world's and the others' files."""
        files = {str(world.path) for world in (self, *others)}
        return LiveFunctions(files.__contains__)

    def swap(
        self,
        unit: str,
        before: str,
        after: str,
        live: LiveFunctions | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> Swapped:
        """Put the edit into the unit."""
        assert self.source.count(before) == 1
        start = self.source.index(before)
        line = next(node.lineno for name, node, _ in units_of(self.module.tree) if name == unit)
        edit = (start, start + len(before), after)
        original = self.module.original(unit, line)
        code = self.module.armed(unit, line, edit, tick)
        return (live or self.live()).swap(original, code)


Make = Callable[..., World]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda *words: World(tmp_path, *words)


def test_a_function_and_back(make: Make) -> None:
    world = make("def f(x):\n    return x + 1\n")
    known = world.f
    before = known.__code__
    swapped = world.swap("f", "x + 1", "x - 1")
    assert (known(5), len(swapped)) == (4, 1)
    restore(swapped)
    assert known(5) == 6
    assert known.__code__ is before


def test_ticks_are_told(make: Make) -> None:
    world = make("def f(n):\n    while n:\n        n -= 1\n")
    turns: list[int] = []
    world.swap("f", "n -= 1", "n -= 2", tick=lambda: turns.append(1))
    world.f(4)
    assert len(turns) == 1 + 2


def test_defaults_names_and_docs_stay(make: Make) -> None:
    world = make("def f(x=3, *, y=4):\n    '''Doc.'''\n    return x + y\n")
    world.swap("f", "x + y", "x - y")
    assert (world.f(), world.f.__doc__, world.f.__name__) == (-1, "Doc.", "f")


def test_closures_that_were_made_before(make: Make) -> None:
    world = make(
        """\
        def make_adder(step, extra):
            def adder(number):
                return number + step + extra
            return adder
        one, two = make_adder(1, 0), make_adder(2, 0)
        """
    )
    swapped = world.swap("make_adder", "number + step + extra", "number - step")
    assert (world.one(5), world.two(5), len(swapped)) == (4, 3, 3)
    assert world.make_adder(3, 9)(5) == 2
    restore(swapped)
    assert (world.one(5), world.two(5), world.make_adder(3, 1)(5)) == (6, 7, 9)


def test_decorated_functions_are_found_behind_their_wrappers(make: Make) -> None:
    world = make(
        """\
        import functools

        @functools.lru_cache
        def cached(x):
            return x * x

        class A:
            @property
            def size(self):
                return 1
            @classmethod
            def named(cls):
                return cls.__name__
        """
    )
    world.swap("cached", "x * x", "x / x")
    world.swap("A.size", "return 1", "return 2")
    world.swap("A.named", "cls.__name__", "cls.__qualname__ * 2")
    assert (world.cached(4), world.A().size, world.A.named()) == (1, 2, "AA")


def test_super_and_private_names(make: Make) -> None:
    world = make(
        """\
        class Base:
            def f(self):
                return 1
        class A(Base):
            __more = 10
            def f(self):
                return super().f() + self.__more
        """
    )
    world.swap("A.f", "+ self.__more", "- self.__more")
    assert world.A().f() == -9


@pytest.mark.parametrize("name", ["copied", "original"])
def test_a_copy_by_replace_is_not_what_the_source_says(make: Make, name: str) -> None:
    world = make("def original(x):\n    return x - 3\n")
    changed = world.original.__code__.replace(co_name=name, co_consts=(None, 3, "more"))
    vars(world.space)["copied"] = types.FunctionType(changed, vars(world.space))
    with pytest.raises(Unswappable, match="differs from its source"):
        world.swap("original", "x - 3", "x + 3")
    assert (world.original(5), world.copied(5)) == (2, 2)


def test_a_copy_with_the_same_code_is_swapped_too(make: Make) -> None:
    world = make("def original(x):\n    return x - 3\n")
    vars(world.space)["copied"] = types.FunctionType(world.original.__code__.replace(), {})
    assert len(world.swap("original", "x - 3", "x + 3")) == 2
    assert (world.original(5), world.copied(5)) == (8, 8)


def test_a_function_that_was_recompiled_differs(make: Make) -> None:
    world = make("def f(x):\n    return x - 3\n")
    other = compile("def f(x):\n    return x - 3 + 0\n", str(world.path), "exec")
    exec(other, vars(world.space))
    with pytest.raises(Unswappable, match="differs"):
        world.swap("f", "x - 3", "x + 3")


def test_namesakes_of_other_files_are_left_alone(tmp_path: Path) -> None:
    source = "def f(x):\n    return x - 3\n"
    one, two = World(tmp_path, source, "a/code.py"), World(tmp_path, source, "b/code.py")
    swapped = one.swap("f", "x - 3", "x + 3", one.live(two))
    assert (one.f(5), two.f(5), len(swapped)) == (8, 2, 1)


def test_other_files_with_another_function_there_are_no_hindrance(tmp_path: Path) -> None:
    one = World(tmp_path, "def f(x):\n    return x - 3\n", "a/code.py")
    two = World(tmp_path, "def f(x):\n    return x * 3\n", "b/code.py")
    assert len(one.swap("f", "x - 3", "x + 3", one.live(two))) == 1


def test_a_file_under_another_name_is_the_same_file(tmp_path: Path) -> None:
    one = World(tmp_path, "def f(x):\n    return x - 3\n", "real/code.py")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    by_link = str(tmp_path / "link" / "code.py")
    space: dict[str, Any] = {}
    exec(compile(one.source, by_link, "exec", dont_inherit=True), space)
    live = LiveFunctions({str(one.path), by_link}.__contains__)
    assert len(one.swap("f", "x - 3", "x + 3", live)) == 2
    assert (one.f(5), space["f"](5)) == (8, 8)


@pytest.mark.parametrize(("before", "after"), [("x + 1", "x + 10"), ("x + 2", "x + 20")])
def test_two_lambdas_on_a_line(make: Make, before: str, after: str) -> None:
    world = make("def f(): return (lambda x: x + 1), (lambda x: x + 2)\none, two = f()\n")
    world.swap("f", before, after)
    expected = (11, 3) if before == "x + 1" else (2, 21)
    assert (world.one(1), world.two(1)) == tuple(expected)
    assert tuple(made(1) for made in world.f()) == tuple(expected)


@pytest.mark.parametrize("which", [0, 1])
def test_two_equal_lambdas_on_a_line(make: Make, which: int) -> None:
    world = make("def f(): return (lambda x: x + 1), (lambda x: x +  1)\none, two = f()\n")
    before, after = (("x + 1", "x + 5"), ("x +  1", "x + 5"))[which]
    try:
        world.swap("f", before, after)
    except Unswappable:
        return  # where code objects don't know their columns, nobody can tell which is which
    found = [world.one(1), world.two(1)]
    assert found == ([6, 2] if which == 0 else [2, 6])


def test_lambdas_in_decorators_and_defaults_stand_beside(make: Make) -> None:
    world = make(
        """\
        def keep(*lambdas):
            return lambda function: (kept.extend(lambdas), function)[1]
        kept = []
        @keep(lambda x: x + 1)
        def f(x, key=lambda x: x):
            return key(x) - 3
        def g(x, key=lambda x: x):
            return key(x) - 4
        """
    )
    assert len(world.swap("f", "key(x) - 3", "key(x) + 3")) == 1
    assert len(world.swap("g", "key(x) - 4", "key(x) + 4")) == 1
    assert (world.f(5), world.g(5), world.kept[0](1)) == (8, 9, 2)


def test_a_suspended_generator(make: Make) -> None:
    world = make("def f():\n    yield 1\n    yield 2\n")
    running = world.f()
    assert next(running) == 1
    with pytest.raises(Unswappable, match="suspended"):
        world.swap("f", "yield 2", "yield 3")
    assert list(running) == [2]
    # One that has ended is no hindrance.
    assert len(world.swap("f", "yield 2", "yield 3")) == 1
    assert list(world.f()) == [1, 3]


def test_a_suspended_coroutine_and_async_generator(make: Make) -> None:
    world = make(
        """\
        import types
        @types.coroutine
        def pause():
            yield
        async def f():
            await pause()
            return 1
        async def g():
            await pause()
            yield 1
        """
    )
    coroutine, steps = world.f(), world.g()
    step = steps.__anext__()
    coroutine.send(None)
    step.send(None)
    for unit, before in (("f", "return 1"), ("g", "yield 1")):
        with pytest.raises(Unswappable, match="suspended"):
            world.swap(unit, before, before.replace("1", "2"))
    coroutine.close()
    step.close()


def test_a_suspended_generator_expression_inside(make: Make) -> None:
    world = make("def f(): return (x + 1 for x in 'ab')\nrunning = f()\n")
    with pytest.raises(Unswappable, match="suspended"):
        world.swap("f", "x + 1", "x + 2")
    world.running.close()


def test_free_variables_that_change(make: Make) -> None:
    world = make(
        """\
        def outer(a):
            b = 2
            def inner():
                return a
            return inner
        made = outer(1)
        """
    )
    with pytest.raises(Unswappable, match="free variables"):
        world.swap("outer", "return a\n", "return a + b\n")
    assert world.made() == 1


def test_a_function_that_the_mutant_does_away_with(make: Make) -> None:
    world = make("def outer():\n    def inner(): return 1\n    return inner\nmade = outer()\n")
    with pytest.raises(Unswappable, match="does away"):
        world.swap("outer", "def inner(): return 1\n    return inner", "return None")
    assert world.made() == 1


def test_nothing_is_changed_when_one_of_several_can_not(make: Make) -> None:
    world = make(
        """\
        def outer(a):
            def inner():
                return a
            return inner
        made, other = outer(1), outer(2)
        """
    )
    world.other.__code__ = world.other.__code__.replace(co_consts=("changed",))
    codes = [f.__code__ for f in (world.outer, world.made, world.other)]
    with pytest.raises(Unswappable):
        world.swap("outer", "return a\n", "return -a\n")
    assert [f.__code__ for f in (world.outer, world.made, world.other)] == codes


def test_nothing_alive_is_no_swap(make: Make) -> None:
    world = make("def f(x):\n    return x - 3\ndel f\n")
    assert world.swap("f", "x - 3", "x + 3") == []


def test_of_finds_those_with_exactly_this_code(make: Make) -> None:
    world = make("def f(x):\n    return x - 3\ndef g(x):\n    return x - 3\n")
    live = world.live()
    assert live.of(world.module.original("f", 1)) == [world.f]
    assert {code.co_name for code in live.codes()} == {"f", "g"}
