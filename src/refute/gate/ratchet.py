"""The ratchet: what was reached once, in a small file that people review; it must not get worse.

Percentages are kept as numerator and denominator and compared without rounding.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from refute.errors import fail, nearest
from refute.gate.material import Material
from refute.gate.registry import METRICS, find_metric
from refute.gate.values import Metric, Unmeasured, Value

FILE = "refute-ratchet.toml"
VERSION = 1

_HEAD = """\
# What `refute gate` holds this project to: no value here may get worse.
# Written by `refute ratchet`; review it, and commit it. Shares are part and whole.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value that was reached."""

    metric: Metric
    scope: str
    value: Value

    @property
    def key(self) -> tuple[str, str]:
        """What it is about."""
        return self.scope, self.metric.name


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the file should hold now, and what to say of it."""

    entries: tuple[Entry, ...]
    #: Each change in words.
    changes: tuple[str, ...]
    #: What got worse and was left as it was, or could not be measured.
    left: tuple[str, ...]


def worse(metric: Metric, old: Value, new: Value) -> bool:
    """Tell whether a value is worse than another one, exactly."""
    return _compare(metric, new, old) < 0


def better(metric: Metric, old: Value, new: Value) -> bool:
    """Tell whether a value is better than another one, exactly."""
    return _compare(metric, new, old) > 0


def _compare(metric: Metric, one: Value, two: Value) -> int:
    a, b = one.number, two.number
    whole = (one.whole, two.whole)
    if metric.unit == "percent" and None not in (*whole, one.part, two.part):
        a, b = (one.part or 0) * (two.whole or 0), (two.part or 0) * (one.whole or 0)
    sign = (a > b) - (a < b)
    return sign if metric.good == "more" else -sign


def read_ratchet(root: Path) -> tuple[Entry, ...]:
    """The entries of the project's file; none without a file. Raises RefuteError bad-setting,
    unknown-setting.
    """
    path = root / FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        fail("bad-setting", f"{path} can't be read: {error}.", cause=error)
    if content.get("version") != VERSION:
        fail("bad-setting", f"{path}: `version` must be {VERSION}.")
    values = content.get("values", {})
    if not isinstance(values, dict):
        fail("bad-setting", f"{path}: `values` is not a table.")
    found = []
    for key, value in values.items():
        if (
            find_metric(key) is None
            and isinstance(value, dict)
            and value.keys() != {"part", "whole"}
        ):
            found += [_entry(name, one, key, path) for name, one in value.items()]
        else:
            found.append(_entry(key, value, "", path))
    return tuple(found)


def _entry(name: str, value: object, scope: str, path: Path) -> Entry:
    metric = find_metric(name)
    if metric is None:
        fail("unknown-setting", f"`{name}` in {path}: {nearest(name, METRICS)}")
    if metric.unit == "percent" and isinstance(value, Mapping):
        part, whole = value.get("part"), value.get("whole")
        if _count(part) and _count(whole) and isinstance(part, int) and isinstance(whole, int):
            if part <= whole > 0:
                return Entry(metric, scope, Value(100 * part / whole, part, whole))
    elif metric.unit == "count" and _count(value) and isinstance(value, int):
        return Entry(metric, scope, Value(value))
    like = "{ part = 4, whole = 5 }" if metric.unit == "percent" else "a whole number"
    fail("bad-setting", f"`{name}` in {path} must be like {like}, not {value!r}.")


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def ratchet_text(entries: Sequence[Entry]) -> str:
    """The file's text: whole project first, then by path, in the order of the docs."""
    lines = [_HEAD, f"version = {VERSION}"]
    order = list(METRICS)
    scopes = sorted({entry.scope for entry in entries})
    for scope in scopes:
        lines.append(f"\n[values{f'.{_quoted(scope)}' if scope else ''}]")
        held = [entry for entry in entries if entry.scope == scope]
        for entry in sorted(held, key=lambda one: (_place(order, one), one.metric.name)):
            lines.append(f"{_key(entry.metric.name)} = {_value(entry)}")
    return "\n".join(lines) + "\n"


def _place(order: Sequence[str], entry: Entry) -> int:
    return order.index(entry.metric.name) if entry.metric.name in order else len(order)


def _key(name: str) -> str:
    return name if name in METRICS else _quoted(name)


def _quoted(text: str) -> str:
    # What JSON leaves as it is TOML takes, but for this one character.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(entry: Entry) -> str:
    value = entry.value
    if entry.metric.unit == "percent":
        return f"{{ part = {value.part}, whole = {value.whole} }}"
    return f"{int(value.number)}"


def propose(
    old: Sequence[Entry],
    wanted: Sequence[tuple[Metric, str]],
    material: Callable[[str], Material],
    *,
    loosen: bool = False,
) -> Proposal:
    """What to write: what is wanted, as measured now, and what was held before.

    ``material`` gives what lies below a scope. A value that got worse stays as it was, unless
    ``loosen``: the file only ever tightens by itself.
    """
    entries = {entry.key: entry for entry in old}
    changes: list[str] = []
    left: list[str] = []
    for metric, scope in wanted:
        name = f"{metric.name} of {scope}" if scope else metric.name
        view = material(scope)
        value = (
            Unmeasured("the pattern meets no file of the report")
            if scope and view.empty
            else metric.measure(view)
        )
        if isinstance(value, Unmeasured):
            left.append(f"{name}: not measured, {value.reason}.")
            continue
        held, now = entries.get((scope, metric.name)), value.words(metric.unit)
        if held is None:
            changes.append(f"{name}: {now}, new.")
        elif worse(metric, held.value, value) and not loosen:
            left.append(
                f"{name}: {now} is worse than {held.value.words(metric.unit)}, which stays."
            )
            continue
        elif _compare(metric, value, held.value):
            way = "loosened" if worse(metric, held.value, value) else "tightened"
            changes.append(f"{name}: {way} from {held.value.words(metric.unit)} to {now}.")
        else:
            continue
        entries[scope, metric.name] = Entry(metric, scope, value)
    return Proposal(tuple(entries.values()), tuple(changes), tuple(left))
