"""Suggestions that were proven, kept beside the report that they are for.

`refute suggest` writes them, every renderer may show them. They are changes to test files as
these were when the report was made, and speak of its faults alone: beside another report they
are nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from refute.judgement.beside import save_document
from refute.judgement.document import REPORT, dumps
from refute.judgement.history import digest_of
from refute.judgement.place import FOLDER

FILE = "suggestions.json"
"""Name of the file in ``.refute``."""

SCHEMA = "refute-suggested/1"


@dataclass(frozen=True, slots=True)
class Replacement:
    """What becomes of a piece of a file: lines and columns count characters from 1, the end is
    exclusive; an empty piece is a place where text is put in.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


@dataclass(frozen=True, slots=True)
class Advice:
    """One change to one test, as it was proven."""

    id: str
    #: ``result``, ``double``, ``exception``, ``state`` and so on: what it asserts on.
    kind: str
    file: str
    #: The test function, with its class, and the line at which the change begins.
    function: str
    line: int
    assertion: str
    tests: tuple[str, ...]
    #: Ids of the faults that it was told in trials.
    told: tuple[str, ...]
    #: Runs of the unchanged code that it passed.
    passes: int
    #: For `git apply`, in the project's root.
    patch: str
    replacements: tuple[Replacement, ...]
    #: Ids of faults under which a double refuses the call: a crash, and none of these is told.
    refused: tuple[str, ...] = ()

    @property
    def noticed(self) -> tuple[str, ...]:
        """Faults that are noticed, in one way or the other."""
        return self.told + self.refused


@dataclass(frozen=True, slots=True)
class Suggested:
    """All that is known for one report."""

    advice: tuple[Advice, ...] = ()
    #: Fault -> why there is no suggestion for it.
    nothing: Mapping[str, str] = field(default_factory=dict)

    def noticing(self, faults: Collection[str]) -> tuple[Advice, ...]:
        """Those that notice any of these faults, the one that notices most of them first."""
        wanted = frozenset(faults)
        found = [one for one in self.advice if not wanted.isdisjoint(one.noticed)]
        return tuple(sorted(found, key=lambda one: -len(wanted.intersection(one.noticed))))

    def joined(self, other: Suggested) -> Suggested:
        """These and later ones: an earlier one stays where it is told what no later one is."""
        known = {fault for one in other.advice for fault in one.noticed}
        ids = {one.id for one in other.advice}
        kept = [
            one for one in self.advice if one.id not in ids and not known.issuperset(one.noticed)
        ]
        advice = (*kept, *other.advice)
        told = {fault for one in advice for fault in one.noticed}
        nothing = {**self.nothing, **other.nothing}
        return Suggested(
            tuple(sorted(advice, key=lambda one: (one.file, one.line, one.id))),
            {fault: why for fault, why in sorted(nothing.items()) if fault not in told},
        )


def save_suggested(root: Path, found: Suggested) -> Suggested:
    """Keep these beside the project's last report, with what was kept for the same report
    before; what is kept now.

    Raises OSError when there is no report, RefuteError read-only-tree.
    """
    report = root / FOLDER / REPORT
    whole = read_suggested(report).joined(found)
    document = {
        "schema": SCHEMA,
        "report": digest_of(report.read_bytes()),
        "advice": [asdict(one) for one in whole.advice],
        "nothing": dict(whole.nothing),
    }
    save_document(root, FILE, dumps(document))
    return whole


def read_suggested(report: Path) -> Suggested:
    """What is kept beside a report's file; nothing where it is of another report."""
    try:
        document = json.loads((report.parent / FILE).read_bytes())
        if document["schema"] != SCHEMA or document["report"] != digest_of(report.read_bytes()):
            return Suggested()
        return Suggested(tuple(_advices(document["advice"])), dict(document["nothing"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        # What was kept for convenience is worth no error: `refute suggest` writes it again.
        return Suggested()


def _advices(records: Iterable[Mapping[str, Any]]) -> Iterable[Advice]:
    for record in records:
        known = dict(record)
        known["replacements"] = tuple(Replacement(**one) for one in record["replacements"])
        known |= {key: tuple(record[key]) for key in ("tests", "told", "refused")}
        yield Advice(**known)
