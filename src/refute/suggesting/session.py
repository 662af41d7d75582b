"""`refute suggest` on one page: what is wanted, what could be seen, what was proven."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from refute import judgement
from refute.diary import Diary
from refute.errors import fail
from refute.events import Listener
from refute.interpreter import choose
from refute.judgement import Judgement
from refute.project import discover
from refute.settings import Settings
from refute.suggesting.observing import Function, Observing
from refute.suggesting.place import Place
from refute.suggesting.proving import Proving
from refute.suggesting.reasons import reasons
from refute.suggesting.targets import Target, Wanted, check_unchanged, find_targets
from refute.suggestions.candidates import spec
from refute.suggestions.choosing import Noticing, fewest
from refute.suggestions.patch import changed_files, diff
from refute.suggestions.values import Candidate, Manners, Nothing, Point, Suggestion, TestFile
from refute.trials.engine import Engine
from refute.trials.machine import choose_seal
from refute.trials.perturbed import Worlds
from refute.trials.scribe import Scribe
from refute.trials.seal import SealKind
from refute.trials.slot import Launch
from refute_child.operators.text import decode

ROUNDS = 3
"""So often others are tried for faults whose candidates were no good."""
LOOKED = 400
"""Faults that are looked at beside those that were asked for."""


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a session found."""

    asked: tuple[Target, ...]
    #: The fewest that are told all that can be told, those first that are told most.
    found: tuple[Suggestion, ...]
    nothing: tuple[Nothing, ...]
    #: All faults that were looked at, by id.
    targets: Mapping[str, Target]
    files: Mapping[str, TestFile]
    #: Test function -> all tests that run it.
    cases: Mapping[Function, Sequence[str]]
    #: How they were run.
    launch: Launch
    #: Candidates that were tried, and how many of them held.
    tried: int
    held: int
    seconds: float

    @property
    def told(self) -> frozenset[str]:
        """Faults that the suggestions together are told."""
        return frozenset(fault for one in self.found for fault in one.told)

    @property
    def refused(self) -> frozenset[str]:
        """Faults of which none is told, and that make a double refuse a call."""
        return frozenset(fault for one in self.found for fault in one.refused)

    def changed(self, chosen: Iterable[Suggestion]) -> dict[str, bytes]:
        """The content of each file with these in it."""
        return changed_files(self.files, [one.candidate for one in chosen])

    def patch(self, chosen: Iterable[Suggestion]) -> bytes:
        """These as a patch that `git apply` takes."""
        after = self.changed(chosen)
        return b"".join(diff(name, self.before(name), data) for name, data in after.items())

    def before(self, name: str) -> bytes:
        """A file's content as it was read."""
        file = self.files[name]
        return file.text.encode(file.encoding)


@dataclass(slots=True)
class _Session:
    place: Place
    wanted: Wanted
    files: dict[str, TestFile] = field(default_factory=dict)
    cases: dict[Function, list[str]] = field(default_factory=dict)

    @property
    def targets(self) -> dict[str, Target]:
        return {one.id: one for one in self.wanted.every}


def run(
    settings: Settings,
    last: Judgement,
    words: Sequence[str],
    console: Listener,
    *,
    since: str | None = None,
    all_of_them: bool = False,
) -> Suggestions:
    """Suggest changes for the faults that are meant; nothing is written.

    Raises RefuteError: no-seal, bad-report (files have changed), worker-died, and those of
    ``find_targets`` and of the choice of project and interpreter.
    """
    began = time.monotonic()
    diary = Diary(console.handle)
    wanted = find_targets(last, settings.root, words, since, all_of_them=all_of_them)
    wanted = Wanted(wanted.asked, wanted.others[:LOOKED])
    judgement.check_writable(settings.root)
    with _place(settings, last) as place:
        session = _Session(place, wanted)
        with diary.stage("reading", "test files"):
            _read(session, place.worlds.launch)
        _narrow(session)
        observing = Observing(place, session.files, session.cases)
        with diary.stage("observing", f"{len(session.targets)} faults"):
            _observe(observing, session)
        proving = Proving(place, session.files, session.cases, session.targets)
        with diary.stage("proving"):
            found = _prove(observing, proving, session)
    nothing = tuple(reasons(wanted.asked, found, observing, proving))
    held = len(proving.proven)
    return Suggestions(
        wanted.asked, found, nothing, session.targets, session.files, session.cases,
        place.worlds.launch, len(proving.ended), held, time.monotonic() - began,
    )  # fmt: skip


@contextmanager
def _place(settings: Settings, last: Judgement) -> Iterator[Place]:
    """Where trials take place, with all that the tests reach."""
    project = discover(settings)
    seal = choose_seal(settings, project)
    if seal.kind is SealKind.NONE:
        fail("no-seal", f"suggestions are tried under the seal: {seal.reason}.")
    with Engine(settings, project, choose(settings, project), seal) as engine:
        place = Place(
            Worlds(engine.launch, jobs=settings.jobs),
            settings.root,
            last,
            tuple(project.files),
            tuple(settings.pytest_args),
            settings.timeout_factor,
            settings.jobs,
        )
        if engine.launch.services:
            place.worlds.first()
        yield place


def again(
    settings: Settings, last: Judgement, found: Suggestions, one: Suggestion, says: str
) -> Suggestion | None:
    """Prove a suggestion whose assertion somebody has written otherwise; None if it does not
    hold, or is told nothing. Raises as ``run`` does.
    """
    edits = tuple(
        replace(edit, text=edit.text.replace(one.candidate.says, says))
        for edit in one.candidate.edits
    )
    changed = replace(one.candidate, edits=edits, says=says)
    with _place(settings, last) as place:
        place.worlds.launch = replace(
            place.worlds.launch,
            arguments=found.launch.arguments,
            cwd_on_path=found.launch.cwd_on_path,
        )
        proving = Proving(place, found.files, found.cases, found.targets)
        proving.run([Noticing(changed, {fault: (one.by[fault],) for fault in one.noticed})])
    return proving.proven[0] if proving.proven else None


def _read(session: _Session, launch: Launch) -> None:
    """The points of all functions whose tests may notice something."""
    place, last = session.place, session.place.last
    useful = {test for one in session.wanted.every for test in one.tests if not one.hopeless}
    functions: dict[Function, list[str]] = {}
    for test in last.tests:
        file, _, line = test.defined.rpartition(":")
        if file and line.isdigit() and test.outcome.value == "passed":
            functions.setdefault((file, int(line)), []).append(test.id)
    session.cases = {
        function: tests for function, tests in functions.items() if useful.intersection(tests)
    }
    wanted: dict[str, set[int]] = {}
    for file, begins in session.cases:
        wanted.setdefault(file, set()).add(begins)
    sources = [file for one in session.wanted.every if (file := one.where.partition(":")[0])]
    check_unchanged(last, place.root, [*wanted, *sources])
    scribe = Scribe()
    try:
        records = scribe.points(launch, wanted)
    finally:
        scribe.close()
    for name, record in records.items():
        text, encoding = decode((place.root / name).read_bytes())
        points = tuple(Point.from_record(name, point) for point in record["points"])
        session.files[name] = TestFile(name, text, encoding, points, Manners(**record["manners"]))
    seen = {point.place for file in session.files.values() for point in file.points}
    session.cases = {place: tests for place, tests in session.cases.items() if place in seen}


def _narrow(session: _Session) -> None:
    """Collect the files alone that are needed, where that changes no node id."""
    place = session.place
    names = sorted({file for file, _ in session.cases})
    ids = [test for tests in session.cases.values() for test in tests]
    if names and all(test.partition("::")[0] in names for test in ids):
        arguments = (*place.pytest_args, f"--rootdir={place.root}", *names)
        place.worlds.launch = replace(place.worlds.launch, arguments=arguments)


def _observe(observing: Observing, session: _Session) -> None:
    if session.cases:
        observing.unchanged()
    if observing.trouble:
        fail("nothing-judged", f"The tests can't be observed: {observing.trouble}.")
    if observing.usual:
        observing.under(session.wanted.every)


def _prove(observing: Observing, proving: Proving, session: _Session) -> tuple[Suggestion, ...]:
    """Try the fewest candidates for what was asked, then others in the place of bad ones."""
    options = observing.options()
    asked = {one.id for one in session.wanted.asked}
    for _ in range(ROUNDS):
        told = {fault for one in proving.proven for fault in one.told}
        left = [one for one in options if one.candidate.key not in proving.ended]
        held = [one.candidate for one in proving.proven]
        chosen = fewest(left, asked - told, held)
        if not chosen:
            break
        proving.run(chosen)
    found = reduced(proving.proven, asked)
    return (*found, *_specs(proving, session, {fault for one in found for fault in one.told}))


def _specs(proving: Proving, session: _Session, told: Collection[str]) -> tuple[Suggestion, ...]:
    """Doubles that refuse what the real thing would, for faults of which no assertion is told."""
    options: list[Noticing] = []
    points = [p for file in session.files.values() for p in file.points if p.kind == "patch"]
    for point in points:
        cases = set(session.cases.get(point.place, ()))
        faults = {
            one.id: tests
            for one in session.wanted.asked
            if one.id not in told and not one.hopeless
            and (tests := tuple(test for test in one.tests if test in cases))
        }  # fmt: skip
        if faults:
            options.append(Noticing(spec(point), faults))
    known = len(proving.proven)
    if options:
        proving.run(options)
    found, left = list[Suggestion](), set[str]()
    for one in sorted(proving.proven[known:], key=lambda one: -len(one.refused)):
        if not left.issuperset(one.refused):
            found.append(one)
            left.update(one.refused)
    return tuple(found)


def reduced(proven: Sequence[Suggestion], asked: Iterable[str]) -> tuple[Suggestion, ...]:
    """Of what was proven the fewest that are told all that was asked for, the best first."""
    left, found = set(asked), list[Suggestion]()
    rest = list(proven)
    while rest and left:
        best = min(rest, key=lambda one: _order(one.candidate, len(left.intersection(one.told))))
        rest.remove(best)
        if left.isdisjoint(best.told):
            continue
        found.append(best)
        left.difference_update(best.told)
    return tuple(sorted(found, key=lambda one: -len(one.told)))


def _order(found: Candidate, new: int) -> tuple[bool, float, int]:
    return not new, 0.5 * found.rank - min(new, 6), len(found.says)
