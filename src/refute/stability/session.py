"""`refute stability` on one page: sweep, search, rewrites, counts, report."""

from __future__ import annotations

import shlex
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from refute import __version__, judgement
from refute.console import Console
from refute.diary import Diary
from refute.errors import ExitCode, RefuteError, fail
from refute.faults.perturbation import Kind, Perturbation, plan, rewritten
from refute.interpreter import Interpreter, choose
from refute.metrics.stability import Kills, counts_of, kills_of
from refute.project import Project, discover
from refute.settings import Settings
from refute.stability import document
from refute.stability.brittle import Brittle
from refute.stability.search import Search
from refute.stability.sweep import Stopped, Sweep, sweep
from refute.stability.values import CAUSES, Commands, Stability, Unstable
from refute.trials.engine import Engine
from refute.trials.machine import choose_seal
from refute.trials.perturbed import Answer, Ask, Worlds, rewrites
from refute.trials.seal import Seal, SealKind

LOOKED_INTO = 40
"""So many tests are looked into one by one; of the others there is what the sweep saw."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asks of one test."""

    test: str
    after: tuple[str, ...] = ()
    perturbation: Perturbation = field(default_factory=lambda: Perturbation(Kind.NOTHING))
    whole: bool = False
    rewrite: str = ""
    #: Run it until it fails, and at most so many times.
    runs: int = 1


@dataclass(slots=True)
class _Place:
    """What a session runs in."""

    settings: Settings
    project: Project
    interpreter: Interpreter
    seal: Seal
    worlds: Worlds


def run(
    settings: Settings, runs: int, seed: int, number: int, options: Sequence[str], console: Console
) -> Stability:
    """Find out how stable the suite is: so many runs, and ``number`` rewrites.

    ``options`` are those of the command line that a command has to repeat. Saves the result.
    Raises RefuteError: no-seal, collection-failed, no-tests, and those of the choice of project
    and interpreter. Ctrl-C after the first run of the suite ends in a partial result, which
    names the tests that had failed by then.
    """
    began = time.monotonic()
    diary = Diary(console.handle)
    place = _place(settings)
    judgement.check_writable(settings.root)
    diary.setting(place.project, place.interpreter, place.seal)
    command = _commands(options)
    partial = False
    found: list[Unstable] = []
    notes: list[str] = []
    tried = 0
    with diary.stage("sweep", f"{runs} runs of the suite"):
        try:
            seen = sweep(place.worlds, plan(runs, seed), settings.timeout_factor, diary)
        except Stopped as stopped:
            seen, partial = stopped.found, True
    if not partial:
        try:
            with diary.stage("search", f"{len(seen.suspects)} suspects"):
                _search(place.worlds, seen, command, found, notes, diary)
            with diary.stage("rewrites"):
                tried = _brittle(place, seen, (number, seed), command, found, notes, diary)
        except KeyboardInterrupt:
            partial = True
    known = {one.test for one in found}
    found += [
        _as_seen(test, failing[0], command)
        for test, failing in seen.suspects.items()
        if partial and test not in known
    ]
    return _result(place, seed, seen, found, tried, notes, partial, time.monotonic() - began)


def repeat(settings: Settings, wish: Wish) -> ExitCode:
    """Run one test as it is wished, printing what pytest prints; FINDINGS when it fails.

    Raises RefuteError: no-seal, unknown-test, unknown-fault, and those of ``run``.
    """
    place = _place(settings)
    worlds = place.worlds
    files = {}
    if wish.rewrite:
        _need_full_seal(place.seal)
        known = rewrites(worlds.launch, place.project.files)
        chosen = [one for one in known if one.id == wish.rewrite]
        if not chosen:
            fail("unknown-fault", f"There is no rewrite {wish.rewrite} in the code as it is now.")
        files = rewritten(settings.root, chosen[:1])
    kind = wish.perturbation.kind
    # In another order it is those that come before it which count.
    whole = wish.whole or kind is Kind.ORDER
    last = None if kind is Kind.AGAIN else wish.test
    tests = None if whole else (*wish.after, wish.test)
    ask = Ask(wish.perturbation, tests, last if whole else None, files)
    for _ in range(wish.runs):
        answer = worlds.shown(ask)
        if wish.test not in answer.outcomes and not answer.order and not worlds.launch.cwd_on_path:
            worlds.launch = replace(worlds.launch, cwd_on_path=True)
            answer = worlds.shown(ask)
        if wish.test not in answer.outcomes:
            fail("unknown-test", f"pytest did not run {wish.test}.")
        if answer.failed(wish.test):
            return ExitCode.FINDINGS
    return ExitCode.OK


def _place(settings: Settings) -> _Place:
    project = discover(settings)
    seal = choose_seal(settings, project)
    if seal.kind is SealKind.NONE and not settings.unsealed:
        fail("no-seal", f"tests are run in changed worlds under the seal: {seal.reason}.")
    interpreter = choose(settings, project)
    launch = Engine(settings, project, interpreter, seal).launch
    return _Place(settings, project, interpreter, seal, Worlds(launch, jobs=settings.jobs))


def _need_full_seal(seal: Seal) -> None:
    if seal.kind is SealKind.NONE:
        fail("no-seal", f"rewrites are mounted in the place of files: {seal.reason}.")


def _commands(options: Sequence[str]) -> Commands:
    def command(own: list[str]) -> str:
        return shlex.join(["refute", "stability", *options, *own])

    return command


def _search(
    worlds: Worlds,
    seen: Sweep,
    command: Commands,
    found: list[Unstable],
    notes: list[str],
    diary: Diary,
) -> None:
    stills = sum(change.kind is Kind.NOTHING for change, _ in seen.answers)
    search = Search(worlds, seen.tests, command, stills, notes)
    suspects = list(seen.suspects.items())
    for done, (test, failing) in enumerate(suspects):
        if done < LOOKED_INTO:
            found += search.look(test, failing)
        else:
            found.append(_as_seen(test, failing[0], command))
        diary.progress(done + 1, len(suspects), "suspects")


def _as_seen(test: str, failing: tuple[Perturbation, Answer], command: Commands) -> Unstable:
    """A test that failed in the sweep, and was not looked into."""
    change, answer = failing
    words = answer.failures.get(test, "")
    line = ["--only", test, "--whole", "--perturb", change.kind.value]
    again = command([*line, "--seed", str(change.seed)])
    return Unstable(test, CAUSES[change.kind], change, words, 1, 1, again, confirmed=False)


def _brittle(
    place: _Place,
    seen: Sweep,
    size: tuple[int, int],
    command: Commands,
    found: list[Unstable],
    notes: list[str],
    diary: Diary,
) -> int:
    """Try rewrites; returns how many."""
    number, seed = size
    if not number:
        return 0
    if place.seal.kind is SealKind.NONE:
        notes.append("Rewrites were not tried: there is no seal to mount them in.")
        return 0
    known = rewrites(place.worlds.launch, place.project.files)
    aside = {*seen.red, *seen.suspects}
    one = Brittle(place.worlds, place.settings.root, aside, command, diary, 0, found, notes)
    one.run(known, number, seed)
    return one.tried


def _result(
    place: _Place,
    seed: int,
    seen: Sweep,
    found: list[Unstable],
    tried: int,
    notes: list[str],
    partial: bool,
    seconds: float,
) -> Stability:
    aside = len(seen.red) + len(seen.skipped)
    judged = len(seen.tests) - aside
    pairs = [(one.test, one.cause) for one in found]
    notes += [
        f"A run under {change} did not come to its end: {answer.trouble}."
        for change, answer in seen.answers
        if answer.trouble
    ]
    result = Stability(
        version=__version__,
        python=place.interpreter.version,
        seal=place.seal.kind.value,
        seed=seed,
        runs=seen.runs,
        tests=seen.tests,
        red=seen.red,
        counts=counts_of(judged, len(seen.red), len(seen.skipped), pairs),
        found=tuple(found),
        rewrites=tried,
        kills=_kills(place.settings),
        notes=tuple(notes),
        partial=partial,
        total_runs=place.worlds.runs,
        seconds=seconds,
    )
    document.save(result, place.settings.root)
    return result


def _kills(settings: Settings) -> Kills | None:
    """How the kills of the last run were made, if there was one that can be read."""
    try:
        return kills_of(judgement.load(settings.root).judged)
    except RefuteError:
        return None
