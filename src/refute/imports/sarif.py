"""What scanners found, in SARIF 2.1.0 (bandit, semgrep, CodeQL, ruff and many more)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refute.imports.files import read_json, refuse

KIND = "SARIF"
LEVELS = ("error", "warning", "note", "none")


@dataclass(frozen=True, slots=True)
class Result:
    """One result: rule, level, and where, if that is known (line 0: not)."""

    rule: str
    level: str
    file: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Sarif:
    """The results that count; those that the tool itself marks as suppressed do not."""

    results: tuple[Result, ...] = ()
    suppressed: int = 0

    def __add__(self, other: Sarif) -> Sarif:
        """The results of two files together."""
        return Sarif(self.results + other.results, self.suppressed + other.suppressed)

    @property
    def by_level(self) -> Counter[str]:
        """How many results of each level."""
        return Counter(one.level for one in self.results)

    @property
    def by_rule(self) -> Counter[str]:
        """How many results of each rule."""
        return Counter(one.rule for one in self.results)


def read_sarif(path: Path) -> Sarif:
    """All results of all runs in a file. Raises RefuteError no-such-path, bad-import."""
    document = read_json(path, KIND)
    version, runs = document.get("version"), document.get("runs")
    if version != "2.1.0":
        refuse(path, KIND, f"its version is {version!r}; 2.1.0 is read")
    if not isinstance(runs, list):
        refuse(path, KIND, "it has no list `runs`")
    try:
        return sum((_run(run) for run in runs), Sarif())
    except (AttributeError, TypeError, ValueError, KeyError, IndexError) as error:
        refuse(path, KIND, f"a part of it is not as the standard says ({error})", error)


def _run(run: dict[str, Any]) -> Sarif:
    rules = [rule for part in _parts(run) for rule in part.get("rules") or []]
    defaults = {
        rule["id"]: (rule.get("defaultConfiguration") or {}).get("level", "warning")
        for rule in rules
    }
    found: list[Result] = []
    suppressed = 0
    # A run that could not produce results has null here; that is not the same as none found.
    ended = all(one.get("executionSuccessful", True) for one in run.get("invocations") or [])
    if run.get("results") is None or not ended:
        raise ValueError("a run without results: the tool did not come to its end")
    for record in run["results"]:
        if record.get("kind", "fail") != "fail":
            continue
        if any(_holds(one) for one in record.get("suppressions") or []):
            suppressed += 1
            continue
        found.append(_result(record, rules, defaults))
    return Sarif(tuple(found), suppressed)


def _parts(run: dict[str, Any]) -> Iterator[dict[str, Any]]:
    tool = run.get("tool") or {}
    yield tool.get("driver") or {}
    yield from tool.get("extensions") or []


def _holds(suppression: dict[str, Any]) -> bool:
    return bool(suppression.get("status", "accepted") == "accepted")


def _result(
    record: dict[str, Any], rules: list[dict[str, Any]], defaults: dict[str, str]
) -> Result:
    rule = record.get("ruleId") or (record.get("rule") or {}).get("id")
    index = record.get("ruleIndex", -1)
    if rule is None and isinstance(index, int) and 0 <= index < len(rules):
        rule = rules[index]["id"]
    # `rule/part` names a part of a rule, which has the rule's level.
    name = str(rule or "")
    level = record.get("level") or defaults.get(name) or defaults.get(name.partition("/")[0])
    level = str(level or "warning")
    if level not in LEVELS:
        raise ValueError(f"a result of the level {level!r}")
    places = record.get("locations") or [{}]
    place = places[0].get("physicalLocation") or {}
    return Result(
        rule=name,
        level=level,
        file=str((place.get("artifactLocation") or {}).get("uri", "")),
        line=int((place.get("region") or {}).get("startLine", 0)),
        message=str((record.get("message") or {}).get("text", "")),
    )
