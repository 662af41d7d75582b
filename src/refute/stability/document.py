"""The result as a JSON document, kept in ``.refute/stability.json``.

The format is versioned and published as a JSON Schema (refute/schema/stability-1.json).
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

from refute.judgement import dumps, save_document
from refute.metrics.stability import Cause
from refute.stability.values import Stability, Unstable

SCHEMA = "refute-stability/1"
"""Name and version of the format."""

NAME = "stability.json"


def to_json(found: Stability) -> dict[str, Any]:
    """The result as plain JSON values, in a fixed order."""
    counts = found.counts
    return {
        "schema": SCHEMA,
        "tool": {"name": "refute", "version": found.version},
        "environment": {"python": found.python, "seal": found.seal},
        "seed": found.seed,
        "partial": found.partial,
        "seconds": round(found.seconds, 3),
        "total_runs": found.total_runs,
        "counts": {
            "tests": len(found.tests),
            "judged": counts.judged,
            "stable": counts.stable,
            "unstable": counts.unstable,
            "red": counts.red,
            "skipped": counts.skipped,
            "causes": {cause.value: counts.of(cause) for cause in Cause},
        },
        "kills": None
        if found.kills is None
        else {**asdict(found.kills), "total": found.kills.total},
        "rewrites": found.rewrites,
        "red": list(found.red),
        "notes": list(found.notes),
        "findings": [_finding(one) for one in found.found],
        "runs": [
            {
                "perturbation": one.perturbation.kind.value,
                "seed": one.perturbation.seed,
                "words": str(one.perturbation),
                "tests": one.tests,
                "failed": list(one.failed),
                "seconds": round(one.seconds, 3),
                "trouble": one.trouble,
            }
            for one in found.runs
        ],
    }


def _finding(one: Unstable) -> dict[str, Any]:
    text = "\0".join((one.test, one.cause, one.rewrite.id if one.rewrite else ""))
    return {
        "id": "f-" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8],
        "test": one.test,
        "cause": one.cause.value,
        "perturbation": one.perturbation.kind.value,
        "seed": one.perturbation.seed,
        "words": str(one.perturbation),
        "confirmed": one.confirmed,
        "failed": one.failed,
        "tried": one.tried,
        "failure": one.failure,
        "after": list(one.after),
        "needs": list(one.needs),
        "left": list(one.left),
        "rewrite": None if one.rewrite is None else asdict(one.rewrite),
        "reproduce": one.reproduce,
    }


def save(found: Stability, root: Path) -> Path:
    """Write the result into the project's ``.refute`` folder, whole or not at all.

    Raises RefuteError read-only-tree when there is no right or no room to write.
    """
    return save_document(root, NAME, dumps(to_json(found)))
