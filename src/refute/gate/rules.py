"""``[tool.refute.gate]`` of pyproject.toml: floors and ceilings, by path where wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from refute.errors import fail, nearest
from refute.gate.registry import METRICS, find_metric
from refute.gate.values import Bound, Metric
from refute.settings import read_toml

TABLE = "[tool.refute.gate]"
_BOUNDS = ("min", "max")


@dataclass(frozen=True, slots=True)
class Imports:
    """Files of other tools, from the project's root; None or empty: not given."""

    benchmark: str | None = None
    benchmark_baseline: str | None = None
    sarif: tuple[str, ...] = ()
    coverage: str | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One metric and its bound, for files below a glob; empty: all."""

    metric: Metric
    scope: str
    bound: Bound


@dataclass(frozen=True, slots=True)
class Gate:
    """The whole configuration."""

    rules: tuple[Rule, ...] = ()
    imports: Imports = field(default_factory=Imports)


def read_gate(root: Path, given: Mapping[str, Any] | None = None) -> Gate:
    """The gate of a project; ``given`` are fields of Imports that win over the file's.

    Raises RefuteError unknown-setting, bad-setting.
    """
    path = root / "pyproject.toml"
    table = read_toml(path).get("tool", {}).get("refute", {})
    table = table.get("gate", {}) if isinstance(table, dict) else {}
    if not isinstance(table, dict):
        fail("bad-setting", f"{TABLE} in {path} is not a table.")
    rules: list[Rule] = []
    sections: list[Rule] = []
    imports = Imports()
    for key, value in table.items():
        where = f"`{key}` in {TABLE} of {path}"
        if key == "imports":
            imports = _imports(value, f"[tool.refute.gate.imports] of {path}")
        elif (
            isinstance(value, dict)
            and find_metric(key) is None
            and not value.keys() <= set(_BOUNDS)
        ):
            sections += [_rule(name, bound, key, path) for name, bound in value.items()]
        else:
            _known(key, where, ("imports", *METRICS))
            rules.append(_rule(key, value, "", path))
    chosen = {name: value for name, value in (given or {}).items() if value}
    imports = replace(imports, **chosen)
    if (imports.benchmark is None) != (imports.benchmark_baseline is None):
        fail(
            "bad-setting",
            "A slowdown needs two files: `benchmark` and `benchmark-baseline`; one was given.",
        )
    return Gate((*rules, *sections), imports)


def _known(name: str, where: str, known: tuple[str, ...]) -> None:
    if name not in known and find_metric(name) is None:
        fail("unknown-setting", f"{where}: {nearest(name, known)}")


def _rule(name: str, value: object, scope: str, path: Path) -> Rule:
    where = f"`{name}` in " + (f'[tool.refute.gate."{scope}"]' if scope else TABLE) + f" of {path}"
    _known(name, where, tuple(METRICS))
    metric = find_metric(name)
    assert metric is not None
    if scope and not metric.by_path:
        fail("bad-setting", f"{where}: this is known for the whole project only.")
    if isinstance(value, dict):
        for key in value:
            if key not in _BOUNDS:
                fail("unknown-setting", f"`{key}` of {where}: {nearest(key, _BOUNDS)}")
        if not value:
            fail("bad-setting", f"{where} needs a `min` or a `max`.")
        least, most = value.get("min"), value.get("max")
    else:
        least, most = (value, None) if metric.good == "more" else (None, value)
    bound = Bound(
        None if least is None else _number(least, metric, where, floor=True),
        None if most is None else _number(most, metric, where, floor=False),
    )
    if bound.least is not None and bound.most is not None and bound.least > bound.most:
        fail("bad-setting", f"{where}: min is above max, so that nothing could pass.")
    return Rule(metric, scope, bound)


def _number(value: object, metric: Metric, where: str, *, floor: bool) -> float:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
        fail("bad-setting", f"{where} must be a number from 0 up, not {value!r}.")
    if metric.unit == "percent":
        if value > 100:
            fail("bad-setting", f"{where} is a percentage, and {value:g} is above 100.")
        # 0.8 would hold nothing: whoever writes it means 80 percent.
        if 0 < value < 1 or (floor and value == 1):
            fail(
                "bad-setting",
                f"{where} is a percentage: write {100 * value:g} for {100 * value:g}%.",
            )
    return float(value)


def _imports(table: object, where: str) -> Imports:
    keys = {
        "benchmark": "benchmark",
        "benchmark-baseline": "benchmark_baseline",
        "sarif": "sarif",
        "coverage": "coverage",
    }
    if not isinstance(table, dict):
        fail("bad-setting", f"{where} is not a table.")
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key not in keys:
            fail("unknown-setting", f"`{key}` in {where}: {nearest(key, keys)}")
        if key == "sarif":
            value = (value,) if isinstance(value, str) else value
            texts = isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value)
            if not texts:
                fail("bad-setting", f"`{key}` in {where} must be a list of paths, not {value!r}.")
            found[keys[key]] = tuple(value)
        elif isinstance(value, str) and value:
            found[keys[key]] = value
        else:
            fail("bad-setting", f"`{key}` in {where} must be a path, not {value!r}.")
    return Imports(**found)
