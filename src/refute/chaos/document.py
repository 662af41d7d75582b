"""The result as a JSON document, kept in ``.refute/chaos.json``.

The format is versioned and published as a JSON Schema (refute/schema/chaos-1.json).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from refute.chaos.values import Chaos, Verdict
from refute.faults.toxic import NAMES
from refute.judgement import dumps, save_document

SCHEMA = "refute-chaos/1"
"""Name and version of the format."""

NAME = "chaos.json"


def to_json(found: Chaos) -> dict[str, Any]:
    """The result as plain JSON values, in a fixed order."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "refute", "version": found.version},
        "environment": {"python": found.python},
        "seed": found.seed,
        "deadline": found.deadline,
        "invariant": found.invariant or None,
        "partial": found.partial,
        "untried": found.untried,
        "runs": found.runs,
        "seconds": round(found.seconds, 3),
        "counts": {verdict.value: found.count(verdict) for verdict in Verdict},
        "toxics": dict(NAMES),
        "links": [
            {"name": link.name, "addresses": [str(one) for one in link.services]}
            for link in found.links
        ],
        "tests": list(found.tests),
        "aside": dict(found.aside),
        "cells": [
            {
                "test": cell.test,
                "link": cell.link,
                "toxic": cell.bad.name,
                "amounts": dict(cell.bad.amounts),
                "seed": cell.bad.seed,
                "verdict": cell.verdict.value,
                "words": cell.words,
                "seconds": round(cell.seconds, 3),
                "left_behind": cell.left_behind,
                "reproduce": cell.reproduce,
            }
            for cell in found.cells
        ],
    }


def save(found: Chaos, root: Path) -> Path:
    """Write the result into the project's ``.refute`` folder, whole or not at all.

    Raises RefuteError read-only-tree when there is no right or no room to write.
    """
    return save_document(root, NAME, dumps(to_json(found)))
