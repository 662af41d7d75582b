"""What a hooked call hands back is changed: values, exceptions, what is awaited."""

from __future__ import annotations

import asyncio
import types
from collections.abc import Iterator
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest
from tests.unit.hooks import Hooked

from refute_child.callsites import RETURNS


@pytest.mark.parametrize(
    ("change", "before", "after"),
    [
        ("emptied", "text", ""),
        ("emptied", [1], []),
        ("other_value", 0, 1),
        ("other_value", True, False),
        ("none", types.SimpleNamespace(), None),
    ],
)
def test_a_result_is_changed(change: str, before: Any, after: Any) -> None:
    hooked = Hooked("def f(run):\n    return run(1)\n", "run(1)", RETURNS, change)
    run = Mock(return_value=before)
    assert hooked(run) == after
    run.assert_called_once_with(1)
    assert hooked.hook.effects == 1


@pytest.mark.parametrize("double", [Mock(return_value=1), Mock(side_effect=KeyError("x"))])
def test_a_result_that_raises(double: Mock) -> None:
    hooked = Hooked("def f(run):\n    return run(1)\n", "run(1)", RETURNS, "raises")
    with pytest.raises(RuntimeError, match="injected by refute"):
        hooked(double)
    double.assert_called_once_with(1)
    assert hooked.hook.effects == 1


def test_an_exception_that_does_not_come() -> None:
    hooked = Hooked("def f(run):\n    return run(1)\n", "run(1)", RETURNS, "none")
    assert hooked(Mock(side_effect=KeyError("x"))) is None
    assert hooked.hook.effects == 1


def test_an_exception_that_the_change_does_not_concern() -> None:
    hooked = Hooked("def f(run):\n    return run(1)\n", "run(1)", RETURNS, "emptied")
    with pytest.raises(KeyError):
        hooked(Mock(side_effect=KeyError("x")))
    assert hooked.hook.effects == 0


def numbers() -> Iterator[int]:
    yield 1


class Session:
    """Entered by ``async with``."""

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, *error: object) -> None:
        """Nothing to be ended."""


@pytest.mark.parametrize("value", [numbers(), Session()])
def test_generators_and_what_is_entered_are_handed_on(value: Any) -> None:
    hooked = Hooked("def f(run):\n    return run()\n", "run()", RETURNS, "none")
    assert hooked(Mock(return_value=value)) is value
    assert hooked.hook.effects == 0


AWAITS = {
    "at once": "async def f(run):\n    return await run('one')\n",
    "later": "async def f(run):\n    late = run('one')\n    return await late\n",
    "gathered": (
        "async def f(run):\n    import asyncio\n    return (await asyncio.gather(run('one')))[0]\n"
    ),
    "as a task": (
        "async def f(run):\n    import asyncio\n    return await asyncio.create_task(run('one'))\n"
    ),
}


@pytest.mark.parametrize("source", AWAITS.values(), ids=AWAITS)
def test_an_awaited_value_is_changed(source: str) -> None:
    hooked = Hooked(source, "run('one')", RETURNS, "other_value")
    run = AsyncMock(return_value=3)
    assert asyncio.run(hooked(run)) == 4
    run.assert_awaited_once_with("one")
    assert hooked.hook.effects == 1


@pytest.mark.parametrize("source", AWAITS.values(), ids=AWAITS)
@pytest.mark.parametrize("double", [{"return_value": 3}, {"side_effect": KeyError}])
def test_an_awaited_value_that_raises(source: str, double: dict[str, Any]) -> None:
    hooked = Hooked(source, "run('one')", RETURNS, "raises")
    run = AsyncMock(**double)
    with pytest.raises(RuntimeError, match="injected"):
        asyncio.run(hooked(run))
    run.assert_awaited_once_with("one")


def test_an_argument_of_an_awaited_call() -> None:
    hooked = Hooked(AWAITS["at once"], "run('one')")
    run = AsyncMock(return_value=3)
    assert asyncio.run(hooked(run)) == 3
    run.assert_awaited_once_with("oen")


@pytest.mark.parametrize(("source", "after"), [(AWAITS["at once"], 4), (AWAITS["later"], 3)])
def test_a_future_is_changed_only_where_nothing_but_its_value_is_used(
    source: str, after: int
) -> None:
    hooked = Hooked(source, "run('one')", RETURNS, "other_value")

    async def main() -> Any:
        future = asyncio.get_running_loop().create_future()
        future.set_result(3)
        return await hooked(Mock(return_value=future))

    assert asyncio.run(main()) == after
