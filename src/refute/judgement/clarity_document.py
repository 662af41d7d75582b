"""The clarity of failures as a member of the document, and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from refute.metrics.clarity import Clarity, Missing, Reading, Where
from refute.metrics.wording import Kind

Document = dict[str, Any]


def member(found: Clarity | None) -> Document | None:
    """The member ``metrics.clarity``."""
    if found is None:
        return None
    return {
        "assertions": found.assertions,
        "taken": found.taken,
        "clear": found.clear,
        "named": found.named,
        "far": found.far,
        "kinds": {kind.value: number for kind, number in found.kinds.items()},
        "median_lines": found.median_lines,
        "tripped": found.tripped,
        "crashed": found.crashed,
        "missing": [asdict(one) for one in found.missing],
        "texts": [_text(one) for one in found.texts],
    }


def _text(one: Reading) -> Document:
    return asdict(one) | {
        "kind": one.kind.value,
        "where": one.where.value,
        "quote": list(one.quote),
    }


def read(metrics: Mapping[str, Any]) -> Clarity | None:
    """The clarity that was written; None in a report that has none."""
    record = metrics.get("clarity")
    if record is None:
        return None
    return Clarity(
        assertions=record["assertions"],
        tripped=record["tripped"],
        crashed=record["crashed"],
        texts=tuple(_reading(one) for one in record["texts"]),
        missing=tuple(Missing(**one) for one in record["missing"]),
    )


def _reading(record: Mapping[str, Any]) -> Reading:
    own = {name: record[name] for name in Reading.__dataclass_fields__}
    return Reading(
        **{
            **own,
            "kind": Kind(record["kind"]),
            "where": Where(record["where"]),
            "quote": tuple(record["quote"]),
        }
    )
