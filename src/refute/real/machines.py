"""Status machines under random requests: a Hypothesis state machine that checks what always holds.

A service makes things (orders, clusters, payments) that go from status to status. Declare which
ways there are, how one is asked for and how all are looked at; then any number of requests,
many at a time, over links that go bad and well again, must never give an id twice, take a way
that is not declared, or leave anything behind where a request failed.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
import threading
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import settings, strategies
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import SearchStrategy

from refute.real.toxiproxy.links import Effect, Toxiproxy

GONE = None
"""The status of what is no longer there; declare it as any other."""

_SWITCH_SECONDS = 1e-5
"""So often threads take turns while requests are under way; races are sooner met."""

Status = str | None


class BrokenPromise(AssertionError):
    """Something that should always hold does not."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What one of several requests came to: an id, or a failure."""

    arguments: Mapping[str, Any]
    id: Hashable = None
    failure: BaseException | None = None


class StatusMachine(RuleBasedStateMachine):
    """Base of a status machine; see the module. ``Orders.check()`` runs it.

    To be declared: ``initial``, ``transitions``, ``create``, ``observe``. Rules and invariants
    of your own can be added as in any Hypothesis state machine.
    """

    #: The statuses in which a thing may begin.
    initial: ClassVar[Collection[str]] = ()
    #: Where each status may lead to.
    transitions: ClassVar[Mapping[str, Collection[Status]]] = {}
    #: What ``create`` takes, each drawn anew for each request.
    arguments: ClassVar[Mapping[str, SearchStrategy[Any]]] = {}
    #: Errors that a request may fail with; any other ends the test.
    failures: ClassVar[tuple[type[BaseException], ...]] = ()
    #: Ways in which ``links`` are made bad: keywords of ``Toxiproxy.toxic``.
    toxics: ClassVar[Sequence[Mapping[str, Any]]] = ()
    #: So many requests are made at a time, at the most.
    concurrency: ClassVar[int] = 4
    #: Set in ``begin``, if there are any: links that the service or its client uses.
    links: Toxiproxy | None = None

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[Hashable, Status] = {}
        self._given: set[Hashable] = set()
        self._bad: Effect | None = None
        self._failed = False

    def begin(self) -> None:
        """Start from nothing; called before each example."""

    def end(self) -> None:
        """Clear up; called after each example."""

    def create(self, **arguments: Any) -> Any:
        """Ask for one thing, and return its id; may be ``async``."""
        raise NotImplementedError

    def observe(self) -> Mapping[Any, str]:
        """The status of every thing, by its id; by a way that is not made bad."""
        raise NotImplementedError

    def leftovers(self) -> Iterable[object]:
        """What is there and belongs to no thing; asked after requests that failed."""
        return ()

    @classmethod
    def check(cls, **given: Any) -> None:
        """Run it, with these settings of Hypothesis. Raises what a broken promise raises."""
        chosen = settings(**{"deadline": None, **given})
        run_state_machine_as_test(cls, settings=chosen)

    @initialize()
    def _begin(self) -> None:
        self.begin()

    @rule(data=strategies.data())
    def request(self, data: strategies.DataObject) -> None:
        """Several requests at the same time."""
        count = data.draw(strategies.integers(1, self.concurrency), label="requests at a time")
        wishes = [
            {name: data.draw(each, label=name) for name, each in self.arguments.items()}
            for _ in range(count)
        ]
        for reply in together(self.create, wishes):
            self._note(reply)

    @precondition(lambda self: self.toxics and self.links is not None and self._bad is None)
    @rule(data=strategies.data())
    def go_bad(self, data: strategies.DataObject) -> None:
        """Make the links bad."""
        assert self.links is not None
        toxic = data.draw(strategies.sampled_from(list(self.toxics)), label="toxic")
        effect = self.links.toxic(**toxic)
        effect.start()
        self._bad = effect

    @precondition(lambda self: self._bad is not None)
    @rule()
    def go_well(self) -> None:
        """Make the links well again."""
        bad, self._bad = self._bad, None
        if bad is not None:
            bad.stop()

    @invariant()
    def _only_declared_ways(self) -> None:
        """After each step: every thing went where it may go."""
        if not self.transitions:
            return
        seen: dict[Hashable, Status] = dict(self.observe())
        for name in self.known.keys() | seen.keys():
            before, now = self.known.get(name, GONE), seen.get(name, GONE)
            fresh = name not in self.known
            if fresh and not any(now == one or self._leads(one, now) for one in self.initial):
                raise BrokenPromise(f"{name!r} began as {now!r}")
            if not fresh and before != now and not self._leads(before, now):
                raise BrokenPromise(f"{name!r} went from {before!r} to {now!r}")
        self.known = {**dict.fromkeys(self.known, GONE), **seen}

    @invariant()
    def _nothing_left_behind(self) -> None:
        """After requests that failed: nothing is there that nobody knows of."""
        if self._failed:
            self._failed = False
            left = list(self.leftovers())
            if left:
                raise BrokenPromise(f"left behind by a request that failed: {left!r}")

    def teardown(self) -> None:
        """The links are made well, whatever happened."""
        try:
            self.go_well()
        finally:
            self.end()

    def _note(self, reply: Reply) -> None:
        if reply.failure is not None:
            if not isinstance(reply.failure, self.failures):
                raise reply.failure
            self._failed = True
        elif reply.id in self._given:
            raise BrokenPromise(f"the id {reply.id!r} was given twice")
        else:
            self._given.add(reply.id)

    def _leads(self, before: Status, now: Status) -> bool:
        """Whether there is a way; a look may miss the statuses between."""
        reached: set[Status] = set()
        following: list[Status] = [before]
        while following:
            status = following.pop()
            for each in self.transitions.get(status, ()) if status is not None else ():
                if each not in reached:
                    reached.add(each)
                    following.append(each)
        return now in reached


def together(create: Callable[..., Any], wishes: Sequence[Mapping[str, Any]]) -> list[Reply]:
    """Make these requests at the same time: in threads, or in one event loop if it is ``async``.

    All have begun before any is waited for; what each came to is in the order of the wishes.
    """
    if inspect.iscoroutinefunction(create):
        return asyncio.run(_gathered(create, wishes))
    gate = threading.Barrier(len(wishes))

    def one(wish: Mapping[str, Any]) -> Reply:
        gate.wait()
        try:
            return Reply(wish, create(**wish))
        except Exception as error:  # judged by the machine
            return Reply(wish, failure=error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        with ThreadPoolExecutor(len(wishes)) as pool:
            return list(pool.map(one, wishes))
    finally:
        sys.setswitchinterval(before)


async def _gathered(create: Callable[..., Any], wishes: Sequence[Mapping[str, Any]]) -> list[Reply]:
    found = await asyncio.gather(*(create(**wish) for wish in wishes), return_exceptions=True)
    return [
        Reply(wish, failure=came) if isinstance(came, BaseException) else Reply(wish, came)
        for wish, came in zip(wishes, found, strict=True)
    ]
