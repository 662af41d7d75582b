"""`refute chaos` on one page: links, tests that use them, one cell after the other, the result."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from refute import __version__, judgement
from refute.chaos import document, rules
from refute.chaos.links import links_of, used, users
from refute.chaos.values import Cell, Chaos, Link, Verdict
from refute.console import Console
from refute.diary import Diary
from refute.errors import fail
from refute.faults.toxic import NAMES, Bad, amounts, bad
from refute.interpreter import Interpreter, choose
from refute.project import Project, discover
from refute.settings import Settings
from refute.trials.brokered import owners
from refute.trials.engine import Engine
from refute.trials.machine import choose_seal
from refute.trials.seal import Seal, SealKind
from refute.trials.strained import Call, Lines, Order, Seen

LIMIT = 120.0
"""Seconds that a run may take beside the calls: to start, to collect, to set up."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks for."""

    seed: int = 1
    #: So many seeds for each cell.
    seeds: int = 1
    deadline: float | None = None
    #: ``module:function``, or empty.
    invariant: str = ""
    #: Names of toxics with amounts, if they are given; empty: all.
    toxics: tuple[tuple[str, dict[str, int]], ...] = ()
    #: Names of links; empty: all.
    links: tuple[str, ...] = ()
    #: One test to be run, printing what pytest prints.
    only: str = ""


@dataclass(slots=True)
class _State:
    """What is known so far."""

    wish: Wish
    lines: Lines
    options: Sequence[str]
    links: tuple[Link, ...] = ()
    #: Each test's call over good links, alone.
    usual: dict[str, Call] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    cells: list[Cell] = field(default_factory=list)


def run(settings: Settings, wish: Wish, options: Sequence[str], console: Console) -> Chaos:
    """Find out what becomes of tests over bad links. Saves the result.

    ``options`` are those of the command line that a command has to repeat. Raises RefuteError:
    no-seal, no-links, no-such-link, collection-failed, and those of the choice of project and
    interpreter. Ctrl-C, or a budget that is spent, ends in a partial result.
    """
    began = time.monotonic()
    diary = Diary(console.handle)
    project, interpreter, seal = _place(settings)
    judgement.check_writable(settings.root)
    diary.setting(project, interpreter, seal)
    with Engine(settings, project, interpreter, seal) as engine:
        state = _State(wish, Lines(engine.launch, wish.invariant, LIMIT), options)
        with diary.stage("baseline", "the suite over good links"):
            pairs = _baseline(state)
        plan = _plan(wish, pairs)
        end = began + settings.budget if settings.budget is not None else None
        untried, partial = 0, False
        with diary.stage("links", f"{len(plan)} trials"):
            try:
                for done, (test, link, name, seed) in enumerate(plan):
                    if end is not None and time.monotonic() > end:
                        untried = len(plan) - done
                        break
                    diary.progress(done, len(plan), "trials")
                    _try(state, test, link, name, seed)
            except KeyboardInterrupt:
                partial, untried = True, len(plan) - len(state.cells)
    found = Chaos(
        version=__version__,
        python=interpreter.version,
        seed=wish.seed,
        deadline=wish.deadline,
        invariant=wish.invariant,
        links=state.links,
        tests=tuple(dict.fromkeys(test for test, _ in pairs)),
        aside=state.aside,
        cells=tuple(state.cells),
        untried=untried,
        partial=partial,
        runs=state.lines.runs,
        seconds=time.monotonic() - began,
    )
    document.save(found, settings.root)
    return found


def repeat(settings: Settings, wish: Wish) -> list[Cell]:
    """Run one test over bad links, printing what pytest prints; what it came to over each.

    Raises RefuteError as ``run`` does, and unknown-test.
    """
    project, interpreter, seal = _place(settings)
    with Engine(settings, project, interpreter, seal) as engine:
        state = _State(wish, Lines(engine.launch, wish.invariant, LIMIT), ())
        state.lines.launch = replace(
            state.lines.launch, arguments=(*settings.pytest_args, wish.only)
        )
        pairs = [(test, link) for test, link in _baseline(state) if test == wish.only]
        if not pairs:
            fail("unknown-test", f"{wish.only} does not pass over good links, or uses none.")
        for test, link, name, seed in _plan(wish, pairs):
            _try(state, test, link, name, seed, shown=True)
        return state.cells


def _place(settings: Settings) -> tuple[Project, Interpreter, Seal]:
    project = discover(settings)
    seal = choose_seal(settings, project)
    if seal.kind is SealKind.NONE:
        fail("no-seal", f"links are made bad by the seal's relay: {seal.reason}.")
    return project, choose(settings, project), seal


def _baseline(state: _State) -> list[tuple[str, Link]]:
    """Which tests use which links. Raises RefuteError no-links, no-such-link, collection-failed."""
    lines, wish = state.lines, state.wish
    if not lines.launch.services:
        fail("no-links", "Nothing listens on this machine's loopback.")
    seen = lines.first()
    if not seen.calls:
        fail("collection-failed", "pytest ran no test.", detail=seen.trouble.splitlines())
    for test, call in seen.calls.items():
        if call.outcome not in ("passed", "skipped"):
            state.aside[test] = f"it fails over good links: {_said(call)}"
        elif call.invariant is False:
            state.aside[test] = f"the invariant does not hold over good links: {call.words}"
    address = _broker(lines)
    broker = int(address.split(":")[1]) if address else None
    known = owners(address) if address else {}
    links = links_of(seen.reached, lines.launch.brokered, broker, known)
    state.links = tuple(link for link in links if not wish.links or link.name in wish.links)
    unknown = set(wish.links) - {link.name for link in links}
    if unknown:
        names = ", ".join(link.name for link in links) or "none"
        fail("no-such-link", f"No test uses {sorted(unknown)[0]}.", remedy=f"Links: {names}.")
    calls = {test: call for test, call in seen.calls.items() if test not in state.aside}
    pairs = users(calls, state.links)
    if not pairs:
        fail("no-links", "No test that passes uses a service on this machine's loopback.")
    state.links = tuple(link for link in state.links if any(link is one for _, one in pairs))
    return pairs


def _broker(lines: Lines) -> str:
    """The broker's address; empty if there is none."""
    return lines.launch.environment.get("REFUTE_REAL_BROKER", "") if lines.launch.brokered else ""


def _plan(wish: Wish, pairs: Sequence[tuple[str, Link]]) -> list[tuple[str, Link, str, int]]:
    """All cells: the most telling toxics first, tests in an order fixed by hashes."""

    def key(pair: tuple[str, Link]) -> bytes:
        return sha256(f"{pair[0]}\0{pair[1].name}".encode()).digest()

    names = [name for name, _ in wish.toxics] or list(NAMES)
    return [
        (test, link, name, seed)
        for seed in range(wish.seed, wish.seed + wish.seeds)
        for name in names
        for test, link in sorted(pairs, key=key)
    ]


def _try(
    state: _State, test: str, link: Link, name: str, seed: int, *, shown: bool = False
) -> None:
    """One cell, with a look at the test over good links before its first and after a failure."""
    usual = state.usual.get(test)
    if usual is None and test not in state.aside:
        usual = _alone(state, test)
        if not rules.is_well(usual):
            state.aside[test] = f"alone it fails over good links: {_said(usual)}"
        state.usual[test] = usual
    flow = used(usual, link) if usual is not None else None
    if usual is None or flow is None or test in state.aside:
        words = state.aside.get(test, "alone the test does not use the link while it is called")
        given = bad(name, seed, {})
        _note(state, test, link, given, (Verdict.UNTRIED, words, 0.0, False))
        return
    each = max(1, flow.connections)
    chosen = dict(state.wish.toxics).get(name) or amounts(
        name, seed, flow.sent // each, flow.received // each
    )
    given = bad(name, seed, chosen)
    allowed = rules.deadline(state.wish.deadline, usual.seconds)
    seen = state.lines.run(Order((test,), given, link.services, allowed, shown))
    call = _of(seen, test)
    met = given.down or used(call, link) is not None
    verdict, words = rules.judge(call, allowed, used=met)
    left = False
    if verdict not in (Verdict.TOLERATED, Verdict.UNMET):
        verdict, words, left = rules.spoilt(verdict, words, _afterwards(state, test))
        if left:
            state.aside[test] = "it fails over good links since a trial over a bad one"
    _note(state, test, link, given, (verdict, words, call.seconds, left))


def _alone(state: _State, test: str) -> Call:
    return _of(state.lines.run(Order((test,))), test)


def _afterwards(state: _State, test: str) -> Call:
    """How the test fares over good links again. One that fails by chance is no evidence."""
    after = _alone(state, test)
    return after if rules.is_well(after) else _alone(state, test)


def _of(seen: Seen, test: str) -> Call:
    return seen.calls.get(test) or Call("died", words=seen.trouble or "pytest did not run it")


def _said(call: Call) -> str:
    if call.error is not None:
        return f"{call.error.type}: {call.error.message}"
    return call.words or call.outcome


def _note(
    state: _State, test: str, link: Link, given: Bad, came: tuple[Verdict, str, float, bool]
) -> None:
    verdict, words, seconds, left = came
    line = ["--only", test, "--link", link.name, "--toxic", given.spec, "--seed", str(given.seed)]
    if state.wish.deadline is not None:
        line += ["--deadline", f"{state.wish.deadline:g}"]
    if state.wish.invariant:
        line += ["--invariant", state.wish.invariant]
    again = shlex.join(["refute", "chaos", *state.options, *line])
    state.cells.append(Cell(test, link.name, given, verdict, words, seconds, left, again))
