"""Scores of past runs of one tree, a line each, in ``.refute/history.jsonl``.

A line is small, so that years of runs fit: counts with their numerators and denominators, and
what the run was of. It names the report it was made from by a digest of its bytes, so that a
reader knows which line is the report's own. A damaged line is skipped: it is the memory of a
run, and nothing rests on it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from refute.judgement.beside import save_document
from refute.judgement.place import FOLDER
from refute.judgement.values import Judgement

HISTORY = "history.jsonl"

OF_A_PART = 200
MOST = 2000
"""Lines that are kept: of runs on the same part of the code, and in all."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered of one run."""

    #: When it ended, in UTC: ``2027-01-31T12:00:00Z``.
    at: str
    #: The report it made, as ``digest_of`` its bytes.
    report: str
    version: str
    commit: str | None
    dirty: bool | None
    #: Digest of the Python files of the tree.
    tree: str
    #: Which part of the code was asked for, in words; empty: all of it.
    part: str
    partial: bool
    #: Numerator and denominator of the score, and how many mutants ought to have one.
    noticed: int
    scored: int
    candidates: int
    survived: int
    no_coverage: int
    #: The score foretold, when only a part was tried.
    estimate: float | None = None
    #: How many tests got which verdict; empty where tests were not judged.
    tests: Mapping[str, int] = field(default_factory=dict)
    #: Seconds of the unchanged suite, and until the first failure is seen (a median).
    suite_seconds: float | None = None
    first_failure: float | None = None
    #: Failure texts that show both values, and those that were taken.
    clear: int | None = None
    taken: int | None = None


def digest_of(report: bytes) -> str:
    """The name of a report in the history."""
    return hashlib.sha256(report).hexdigest()[:16]


def past(judgement: Judgement, report: bytes, at: str) -> Past:
    """What to remember of a run whose report has these bytes."""
    counts, found, theatre = judgement.counts, judgement.estimate, judgement.theatre
    speed, clarity = judgement.speed, judgement.clarity
    first = None if speed is None or speed.first_failure is None else speed.first_failure.at_most
    verdicts = Counter(one.verdict.value for one in theatre.strengths) if theatre else Counter()
    return Past(
        at=at,
        report=digest_of(report),
        version=judgement.version,
        commit=judgement.environment.commit,
        dirty=judgement.environment.dirty,
        tree=judgement.environment.tree,
        part=judgement.selection.part,
        partial=judgement.partial,
        noticed=counts.detected,
        scored=counts.scored,
        candidates=counts.candidates,
        survived=counts.survived,
        no_coverage=counts.no_coverage,
        estimate=None if found is None else found.score,
        tests=dict(sorted(verdicts.items())),
        suite_seconds=None if speed is None else round(speed.suite_seconds, 6),
        first_failure=None if first is None else round(first, 6),
        clear=None if clarity is None else clarity.clear,
        taken=None if clarity is None else clarity.taken,
    )


def remember(judgement: Judgement, report: Path, root: Path) -> None:
    """Add a run that has just been saved to the history of its tree.

    Raises RefuteError read-only-tree when there is no right or no room to write.
    """
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = read_history(root / FOLDER)
    lines = kept([*known, past(judgement, report.read_bytes(), now)])
    text = "".join(json.dumps(asdict(one), separators=(",", ":")) + "\n" for one in lines)
    save_document(root, HISTORY, text.encode())


def kept(runs: Sequence[Past]) -> list[Past]:
    """The newest runs of each part, in the order of time; runs on other parts don't push out
    those of the whole.
    """
    seen: Counter[str] = Counter()
    found: list[Past] = []
    for one in reversed(runs):
        seen[one.part] += 1
        if seen[one.part] <= OF_A_PART:
            found.append(one)
    return found[:MOST][::-1]


def read_history(folder: Path) -> list[Past]:
    """The runs that a folder remembers, the oldest first; none where there is no history."""
    try:
        lines = (folder / HISTORY).read_bytes().splitlines()
    except OSError:
        return []
    return list(_read(lines))


def _read(lines: Iterable[bytes]) -> Iterable[Past]:
    known = Past.__dataclass_fields__
    for line in lines:
        try:
            record: Any = json.loads(line)
            found = Past(**{name: value for name, value in record.items() if name in known})
            _check(found)
        except (ValueError, TypeError, AttributeError, RecursionError):
            continue
        yield found


def _check(one: Past) -> None:
    """Raise TypeError where a value is of a kind that no run has."""
    counts = (one.noticed, one.scored, one.candidates, one.survived, one.no_coverage)
    numbers = (one.estimate, one.suite_seconds, one.first_failure, one.clear, one.taken)
    fine = all(isinstance(text, str) for text in (one.at, one.report, one.version, one.part))
    fine = fine and all(isinstance(number, int) for number in (*counts, *one.tests.values()))
    if not (fine and all(number is None or isinstance(number, int | float) for number in numbers)):
        raise TypeError("no line of a history")


def before(runs: Sequence[Past], report: str, part: str) -> Past | None:
    """The last run on the same part before the one that made this report.

    None where the history does not know the report: nothing then says what came before it.
    """
    same = [one for one in runs if one.part == part]
    own = [number for number, one in enumerate(same) if one.report == report]
    return same[own[-1] - 1] if own and own[-1] else None
