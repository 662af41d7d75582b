"""What came of a gate, kept beside the report that it was held against.

A report that is rendered later shows it, as long as its file is the very same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from refute.gate.values import GateResult, Line, State
from refute.judgement import FOLDER, REPORT, dumps, save_document

FILE = "gate.json"
"""Name of the file in ``.refute``."""

SCHEMA = "refute-gate/1"


def gate_document(result: GateResult) -> dict[str, Any]:
    """The result as plain JSON values."""
    lines = [
        asdict(line) | {"state": line.state.value, "look": list(line.look)} for line in result.lines
    ]
    return {"holds": result.holds, "lines": lines, "notes": list(result.notes)}


def save_gate(root: Path, result: GateResult) -> Path:
    """Keep what came of the last run's gate in the project's ``.refute`` folder.

    Raises OSError when there is no report, RefuteError read-only-tree.
    """
    document = {"schema": SCHEMA, "report": _digest(root / FOLDER / REPORT)}
    return save_document(root, FILE, dumps(document | gate_document(result)))


def read_gate_result(report: Path) -> GateResult | None:
    """The result beside a report's file; None when there is none, or it is of another report."""
    try:
        document = json.loads((report.parent / FILE).read_bytes())
        if document["schema"] != SCHEMA or document["report"] != _digest(report):
            return None
        return GateResult(tuple(map(_line, document["lines"])), tuple(document["notes"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        # What was kept for convenience is worth no error: `refute gate` writes it again.
        return None


def _digest(report: Path) -> str:
    return hashlib.sha256(report.read_bytes()).hexdigest()


def _line(record: Mapping[str, Any]) -> Line:
    return Line(**{**record, "state": State(record["state"]), "look": tuple(record["look"])})
