"""What tests say they are against what they cross: empty claims, and leaks."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from refute.baseline import Baseline, TestOutcome
from refute.observed import Crossing, Observed, Seen
from refute.theatre.crossings import (
    doubles_in_place,
    is_loopback,
    is_served,
    real,
    real_kinds,
    stands_between,
    stands_for_boundary,
)
from refute.theatre.identity import double_id

_INTEGRATION = frozenset({"integration", "e2e", "end_to_end", "endtoend", "end2end"})
"""Said anywhere, these words speak of the test itself."""
_MEDIA = frozenset({"database", "db", "postgres", "postgresql", "network", "live"})
"""Said as a folder, a file or a marker, or at the head of a name, these do; else they are
mostly a part of the subject."""
_SUBJECTS_WORDS = """
    uri url dsn config configuration settings name names error errors exception failure failed
    fails unavailable down timeout offline lost policy policies model models reload update
    updates status version type mode
"""
_SUBJECTS = frozenset(_SUBJECTS_WORDS.split())
"""A medium with one of these behind it is the subject of a test, or is absent from it."""
_UNIT = frozenset({"unit", "units", "unittest", "unittests", "unit_test", "unit_tests"})
"""Folders and markers of unit tests. Elsewhere in names ``unit`` is mostly a part of the subject,
but for the first word: ``test_unit_order``."""
_REMOTE_WORDS = """
    kubectl helm docker podman aws az gcloud gsutil terraform tofu pulumi ansible
    ansible-playbook ssh scp rsync sftp curl wget psql pg_dump mysql mongo mongosh redis-cli
    systemctl sudo vault consul nomad flyctl heroku doctl eksctl kustomize argocd
"""
_REMOTE = frozenset(_REMOTE_WORDS.split())
"""Programs that reach, by a configured context, what belongs to somebody."""

_UNIT_OF = (["price"], ["prices"], ["cost"], ["costs"], ["of"], ["conversion"], ["name"], ["id"])
"""What follows where a unit is a subject: ``test_unit_price``."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A test that says it is more than a unit test, and what it really crosses."""

    test: int
    #: The words that say so: ``integration``, ``e2e``, ``database``, ...
    claims: tuple[str, ...]
    #: Kinds of real boundary that it crosses: ``process``, ``connect``, ``listen``,
    #: ``database``, ``files``.
    crosses: tuple[str, ...]
    #: Names of the doubles that took the boundaries' place.
    doubles: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """True when it crosses nothing real."""
        return not self.crosses


@dataclass(frozen=True, slots=True)
class Leak:
    """A test that looks isolated, and crosses a real boundary through project code."""

    test: int
    kind: str
    #: The program, address, database or path.
    what: str
    #: The project's line that crosses.
    file: str
    line: int
    #: Why the test looks isolated, in words.
    looks: str
    #: Ids of the doubles that stand around it and did not cover this.
    doubles: tuple[str, ...]
    #: True when it reaches what lies outside of the machine, or is likely to.
    remote: bool

    @property
    def words(self) -> str:
        """``process kubectl``, ``connect 10.0.0.1:5432``."""
        return f"{self.kind} {self.what}".strip()


def find_claims(
    baseline: Baseline, observed: Observed, defined: Iterable[str] = ()
) -> tuple[Claim, ...]:
    """All tests that claim something, in the order of the tests. ``defined`` are qualified names
    of the project's functions.
    """
    subjects = _subjects(baseline, defined)
    found: list[Claim] = []
    for test, seen in _passed(baseline, observed):
        words = claimed(baseline.tests[test].id, seen.markers, subjects)
        if words:
            crosses = real_kinds(seen.crossings)
            names = (one.target or one.name for one in doubles_in_place(seen))
            doubles = () if crosses else tuple(dict.fromkeys(filter(None, names)))
            found.append(Claim(test, words, crosses, doubles))
    return tuple(found)


def claimed(
    id: str, markers: Collection[str], subjects: Collection[str] = frozenset()
) -> tuple[str, ...]:
    """The words by which a test claims to be more than a unit test.

    ``subjects`` are names of the project's own: a medium that is one of them, or the head of one
    (``network_watchdog``), is what the test is about, unless a marker says it.
    """
    path, _, rest = id.partition("[")[0].partition("::")
    segments = [_phrase(part) for part in PurePosixPath(path).with_suffix("").parts]
    names = [_phrase(part) for part in rest.split("::") if part]
    found: dict[str, None] = {}
    for marker in map(_phrase, markers):
        found.update(dict.fromkeys(_said(marker, _INTEGRATION | _MEDIA)))
    for phrase in (*segments, *names):
        found.update(dict.fromkeys(_said(phrase, _INTEGRATION)))
    for phrase in segments:
        found.update(dict.fromkeys(w for w in _MEDIA & {phrase} if w not in subjects))
    for phrase in names:
        first, _, behind = phrase.partition("_")
        known = first in subjects or any(
            one.startswith(f"{first}_") and f"{phrase}_".startswith(f"{one}_") for one in subjects
        )
        if first in _MEDIA and not known and _SUBJECTS.isdisjoint(behind.split("_")):
            found[first] = None
    return tuple(found)


def find_leaks(
    baseline: Baseline, observed: Observed, defined: Iterable[str] = ()
) -> tuple[Leak, ...]:
    """All leaks: those that reach beyond the machine first, then in the order of the tests.
    ``defined`` is as for claims.
    """
    subjects = _subjects(baseline, defined)
    found: list[Leak] = []
    for test, seen in _passed(baseline, observed):
        id = baseline.tests[test].id
        looks = _looks_isolated(id, seen, subjects)
        if not looks or claimed(id, seen.markers, subjects):
            continue
        around = tuple(dict.fromkeys(double_id(o) for o in seen.doubles if stands_between(o)))
        for crossing in _leaking(seen):
            kind, what = crossing.kind, crossing.what
            place = (crossing.file, crossing.line)
            remote = _is_remote(crossing)
            found.append(Leak(test, kind, what, *place, looks, around, remote))
    return tuple(sorted(found, key=lambda one: not one.remote))


def _leaking(seen: Seen) -> Iterator[Crossing]:
    """Crossings by project code that no test of this look would mean to make."""
    # Whoever listens by itself, in the test's own code, means to be connected to.
    serves = any(one.kind == "listen" and not one.file for one in seen.crossings)
    for crossing in seen.crossings:
        if not crossing.file or real(crossing) in ("", "listen"):
            continue
        if crossing.kind == "database" and not is_served(crossing):
            continue
        if crossing.kind == "connect" and serves and is_loopback(crossing.what):
            continue
        yield crossing


def _is_remote(crossing: Crossing) -> bool:
    if crossing.kind == "connect":
        return not is_loopback(crossing.what)
    program = PurePosixPath(crossing.what.split(" ")[0]).name
    return crossing.kind == "process" and program in _REMOTE


def _looks_isolated(id: str, seen: Seen, subjects: Collection[str]) -> str:
    """Why a reader would take the test for an isolated one; empty when nobody would."""
    if _is_called_unit(id, seen.markers, subjects):
        return "it is called a unit test"
    boundary = next((one for one in seen.doubles if stands_for_boundary(one)), None)
    if boundary is not None:
        return f"{boundary.target or boundary.name} is replaced"
    number = sum(map(stands_between, seen.doubles))
    return f"{number} doubles stand around it" if number >= 2 else ""


def _is_called_unit(id: str, markers: Collection[str], subjects: Collection[str]) -> bool:
    path, _, rest = id.partition("[")[0].partition("::")
    place = PurePosixPath(path)
    if not _UNIT.isdisjoint(name.lower() for name in (*place.parent.parts, *markers)):
        return True
    # In first place it says what kind of test it is, where nothing of the project is called so.
    phrases = [_phrase(part).split("_") for part in (place.stem, *rest.split("::"))]
    for first, *more in phrases:
        if first == "unit" and "unit" not in subjects and more[:1] not in _UNIT_OF:
            return True
    stem = place.stem.lower()
    named = f"{stem}::{rest.lower()}"
    return stem.endswith("_unit") or "unit_test" in named or "unittest" in named


def _phrase(name: str) -> str:
    """A name in small letters with ``_`` between its words, without ``test``."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).lower()
    words = [word for word in spaced.split("_") if word not in ("", "test", "tests")]
    return "_".join(words)


def _said(phrase: str, words: Collection[str]) -> list[str]:
    return sorted(word for word in words if f"_{word}_" in f"_{phrase}_")


def _subjects(baseline: Baseline, defined: Iterable[str]) -> frozenset[str]:
    """Names of the project's files and folders, and those of its classes and functions that are
    of several words: a function ``database`` says nothing of ``test_database_saves``.
    """
    coverage = baseline.coverage
    parts = {_phrase(part) for name in set(defined) for part in name.split(".")}
    return frozenset(part for part in parts if "_" in part) | frozenset(
        _phrase(part)
        for file in (*coverage.by_line, *coverage.at_import)
        for part in PurePosixPath(file).with_suffix("").parts
    )


def _passed(baseline: Baseline, observed: Observed) -> Iterator[tuple[int, Seen]]:
    for test, seen in sorted(observed.tests.items()):
        if baseline.tests[test].outcome is TestOutcome.PASSED:
            yield test, seen
