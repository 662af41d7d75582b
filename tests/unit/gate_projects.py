"""Projects with a gate, and what is measured and refused there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from refute.errors import RefuteError
from refute.gate import (
    GateResult,
    Line,
    Material,
    Unmeasured,
    Value,
    check,
    find_metric,
    read_gate,
    read_ratchet,
)
from refute.judgement import Acceptance, Judgement, Slug

DAY = "2027-01-31"


def project(folder: Path, table: str) -> Path:
    (folder / "pyproject.toml").write_text(table)
    return folder


def refusal(folder: Path, table: str) -> RefuteError:
    with pytest.raises(RefuteError) as caught:
        read_gate(project(folder, table))
    return caught.value


def held(folder: Path, lines: str, material: Material) -> GateResult:
    gate = read_gate(project(folder, f"[tool.refute.gate]\n{lines}\n"))
    return check(gate, read_ratchet(folder), material)


def one(folder: Path, lines: str, found: Judgement, **more: Any) -> Line:
    (line,) = held(folder, lines, Material(found, DAY, **more)).lines
    return line


def measured(name: str, found: Judgement, scope: str = "", **more: Any) -> Value | Unmeasured:
    metric = find_metric(name)
    assert metric is not None
    return metric.measure(Material(found, DAY, scope=scope, **more))


def accepting(found: Judgement, slug: Slug, until: str | None = None) -> Judgement:
    """The same, with all findings of a kind accepted."""
    mark = Acceptance("it may stay", until, "refute-accept.toml, no. 1")
    return replace(
        found,
        findings=tuple(
            replace(one, accepted=mark) if one.slug is slug else one for one in found.findings
        ),
    )
