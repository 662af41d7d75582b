"""Real dependencies in asynchronous tests: entered and left in a thread, so that nothing waits."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager
from typing import TypeVar

T = TypeVar("T")


@asynccontextmanager
async def in_thread(context: AbstractContextManager[T]) -> AsyncIterator[T]:
    """``async with in_thread(postgres()) as database``: the event loop goes on meanwhile.

    Raises what the context raises. Should the task be cancelled while the dependency starts,
    it is given back as soon as it has.
    """
    entering = asyncio.ensure_future(asyncio.to_thread(context.__enter__))
    try:
        value = await asyncio.shield(entering)
    except asyncio.CancelledError:
        entering.add_done_callback(lambda done: _leave(context, done))
        raise
    try:
        yield value
    except BaseException:
        if not await asyncio.to_thread(context.__exit__, *sys.exc_info()):
            raise
    else:
        await asyncio.to_thread(context.__exit__, None, None, None)


def _leave(context: AbstractContextManager[T], entered: asyncio.Future[T]) -> None:
    if not entered.cancelled() and entered.exception() is None:
        context.__exit__(None, None, None)
