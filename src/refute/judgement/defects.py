"""Past bugs judged, as one value, and its JSON document: ``.refute/defects.json``.

The format is versioned and published as a JSON Schema (refute/schema/defects-1.json).
"""

from __future__ import annotations

import difflib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from refute.errors import fail
from refute.faults.past import Altered, How, Unfit, Why
from refute.findings import Finding, Severity, Slug
from refute.judgement.beside import save_document
from refute.judgement.document import dumps
from refute.judgement.place import FOLDER
from refute.judgement.values import Environment, Remark, Stage
from refute.metrics.defects import DefectCounts
from refute.replayed import BugFate, Replayed
from refute.trials.outcome import Failure
from refute.verdicts import KillKind

__all__ = [
    "BugFate",
    "BugRecord",
    "DefectCounts",
    "Defects",
    "How",
    "KillKind",
    "Scope",
    "Unfit",
    "Why",
    "diff",
    "from_json",
    "load",
    "record",
    "save",
    "to_json",
]

SCHEMA = "refute-defects/1"
"""Name and version of the format."""

REPORT = "defects.json"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class BugRecord:
    """A past bug with its fate, as reports need it."""

    id: str
    #: Full hash of the fix, or the name of the patch in its catalogue.
    commit: str
    subject: str
    date: str
    why: Why
    fate: BugFate
    how: How | None = None
    #: Paths of the files that change, and the change from today's code to the buggy one.
    files: tuple[str, ...] = ()
    diff: str = ""
    detected_by: str | None = None
    kind: KillKind | None = None
    failure: Failure | None = None
    reaching: tuple[str, ...] = ()
    ran: int = 0
    seconds: float = 0.0
    unfit: Unfit | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which bugs were looked for, and what was left aside, in numbers."""

    #: The user's own rule, as text; empty for the usual one.
    pattern: str = ""
    since: str = ""
    limit: int = 0
    #: The folder of patches; empty for the history.
    catalogue: str = ""
    commits: int = 0
    sourceless: int = 0
    beyond: int = 0
    #: What git does not have here, in a sentence; empty if all is there.
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Defects:
    """Everything that one replay of past bugs found out."""

    version: str
    project: str
    environment: Environment
    scope: Scope
    #: Tests in the suite, and those set aside because they fail without any change.
    tests: int
    aside: int
    bugs: tuple[BugRecord, ...]
    counts: DefectCounts
    findings: tuple[Finding, ...] = ()
    notes: tuple[Remark, ...] = ()
    timing: tuple[Stage, ...] = field(default=())

    @property
    def partial(self) -> bool:
        """Whether the run was stopped before its end."""
        return self.counts.pending > 0


def record(one: Replayed) -> BugRecord:
    """The record of a bug that was judged."""
    bug = one.bug
    return BugRecord(
        id=bug.id,
        commit=bug.commit,
        subject=bug.subject,
        date=bug.date,
        why=bug.why,
        fate=one.fate,
        how=bug.how,
        files=tuple(file.path for file in bug.files),
        diff="".join(map(diff, bug.files)),
        detected_by=one.detected_by,
        kind=one.kind,
        failure=one.failure,
        reaching=one.reaching,
        ran=one.ran,
        seconds=one.seconds,
        unfit=one.unfit,
        reason=one.reason,
    )


def diff(file: Altered) -> str:
    """The change from today's file to the buggy one, as a patch that ``git apply`` takes."""
    old, new = f"a/{file.path}", f"b/{file.path}"
    lines = difflib.unified_diff(
        _lines(file.today),
        _lines(file.buggy),
        "/dev/null" if file.today is None else old,
        "/dev/null" if file.buggy is None else new,
    )
    whole = (
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )
    # Git takes /dev/null for a file's name unless it is told that the file comes or goes.
    mode = "new file mode 100644\n" if file.today is None else ""
    mode = "deleted file mode 100644\n" if file.buggy is None else mode
    return f"diff --git {old} {new}\n{mode}" + "".join(whole)


def _lines(content: bytes | None) -> list[str]:
    text = (content or b"").decode("utf-8", "replace")
    # Git's lines end at a line feed and nowhere else.
    return io.StringIO(text, newline="\n").readlines()


def to_json(defects: Defects) -> Document:
    """The value as plain JSON, in a fixed order."""
    names = list(dict.fromkeys(test for bug in defects.bugs for test in bug.reaching))
    positions = {name: number for number, name in enumerate(names)}
    counts = defects.counts
    return {
        "schema": SCHEMA,
        "tool": {"name": "refute", "version": defects.version},
        "project": defects.project,
        "environment": asdict(defects.environment),
        "scope": asdict(defects.scope),
        "partial": defects.partial,
        "suite": {"tests": defects.tests, "set_aside": defects.aside},
        "metrics": {
            "defects": {
                "detected": counts.detected,
                "missed": counts.missed,
                "replayed": counts.replayed,
                "rate": counts.rate,
                "pending": counts.pending,
                "not_replayable": {reason.value: number for reason, number in counts.unfit.items()},
            }
        },
        "findings": [_finding(one) for one in defects.findings],
        "tests": names,
        "bugs": [_bug(bug, positions) for bug in defects.bugs],
        "notes": [asdict(note) for note in defects.notes],
        "timing": [asdict(one) | {"seconds": round(one.seconds, 6)} for one in defects.timing],
    }


def _finding(one: Finding) -> Document:
    # Findings of this command are not accepted one by one, so that nothing is said of it.
    fields = asdict(one) | {"evidence": list(one.evidence)}
    del fields["accepted"]
    return fields


def _bug(bug: BugRecord, positions: Mapping[str, int]) -> Document:
    return asdict(bug) | {
        "files": list(bug.files),
        "reaching": [positions[test] for test in bug.reaching],
        "seconds": round(bug.seconds, 6),
    }


def from_json(document: Document) -> Defects:
    """The value that a document was made of. Raises RefuteError bad-report."""
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        fail("bad-report", f"The file is no {SCHEMA}.", remedy="Run `refute defects` again.")
    try:
        names = document["tests"]
        bugs = tuple(_read_bug(fields, names) for fields in document["bugs"])
        found = document["metrics"]["defects"]
        return Defects(
            version=document["tool"]["version"],
            project=document["project"],
            environment=Environment(**document["environment"]),
            scope=Scope(**document["scope"]),
            tests=document["suite"]["tests"],
            aside=document["suite"]["set_aside"],
            bugs=bugs,
            counts=DefectCounts(
                found["detected"],
                found["missed"],
                found["pending"],
                {Unfit(reason): number for reason, number in found["not_replayable"].items()},
            ),
            findings=tuple(_read_finding(fields) for fields in document["findings"]),
            notes=tuple(Remark(**fields) for fields in document["notes"]),
            timing=tuple(Stage(**fields) for fields in document["timing"]),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        fail("bad-report", f"The report of past bugs is damaged: {error!r}.", cause=error)


def _read_bug(fields: Document, names: Sequence[str]) -> BugRecord:
    chosen = {
        "why": Why,
        "fate": BugFate,
        "how": How,
        "kind": KillKind,
        "unfit": Unfit,
    }
    read = {key: None if fields[key] is None else kind(fields[key]) for key, kind in chosen.items()}
    failure = fields["failure"]
    return BugRecord(
        **fields
        | read
        | {
            "files": tuple(fields["files"]),
            "reaching": tuple(names[number] for number in fields["reaching"]),
            "failure": None if failure is None else Failure(**failure),
        }
    )


def _read_finding(fields: Document) -> Finding:
    return Finding(
        **fields
        | {
            "slug": Slug(fields["slug"]),
            "severity": Severity(fields["severity"]),
            "evidence": tuple(fields["evidence"]),
        }
    )


def save(defects: Defects, root: Path) -> Path:
    """Write the document, whole or not at all. Raises RefuteError read-only-tree."""
    return save_document(root, REPORT, dumps(to_json(defects)))


def load(root: Path) -> Defects:
    """What the last `refute defects` found. Raises RefuteError no-report, bad-report."""
    path = root / FOLDER / REPORT
    remedy = "Run `refute defects` first."
    try:
        document = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError) as error:
        fail("no-report", f"No past bugs were replayed in {root} yet.", remedy=remedy, cause=error)
    except (OSError, ValueError) as error:
        fail("bad-report", f"{path} can't be read: {error}.", remedy=remedy, cause=error)
    return from_json(document)
