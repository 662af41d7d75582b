"""Would a chart take these values, and do they do what somebody thinks they do?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from refute.contracts.answers import meant
from refute.contracts.helm.chart import Chart, Values, merged
from refute.contracts.helm.standing import Path, Traced, Use, Value, dotted
from refute.contracts.helm.tracing import trace
from refute.errors import fail


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing about values that the chart would refuse, or that has no effect."""

    #: ``schema``, ``wrong-type``, ``unused-value``, ``required-value``, ``ungiven-value``,
    #: ``broken-path`` or ``chart-fails``.
    slug: str
    #: The value, as in ``image.tag``; empty for all of them.
    path: str
    message: str
    suggestion: str = ""
    #: The template and line that say so; empty and 0 where it is no template.
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        where = f" ({self.file}:{self.line})" if self.file else ""
        like = f": did you mean `{self.suggestion}`?" if self.suggestion else ""
        return f"{f'`{self.path}`: ' if self.path else ''}{self.message}{where}{like}"


@dataclass(frozen=True, slots=True)
class ValuesAnswer:
    """What is wrong with values, and what could not be looked at."""

    problems: tuple[Problem, ...]
    unchecked: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """True when nothing was found; ``unchecked`` says what that leaves out."""
        return not self.problems


def check_values(chart: Chart, values: Mapping[str, Any] | None = None) -> ValuesAnswer:
    """Hold values, or a chart's own if none are given, against the chart.

    They are held against ``values.schema.json``, against the types of the chart's own values,
    and against the templates: what is required, what no template uses, what templates use and
    nobody gives. Raises RefuteError ``contracts-extra`` when there is a schema and jsonschema is
    not installed.
    """
    given = dict(values or {})
    looked = given if values is not None else chart.values
    effective = merged(chart.values, given)
    problems = [*_schema(chart, effective), *_types(chart, given, ())]
    unchecked = [f"the subchart {name}, which is not unpacked here" for name in chart.absent]
    traced = _traced(chart, effective)
    unchecked += traced.unread
    problems += [
        Problem(one.slug, dotted(one.path), one.message, file=one.file, line=one.line)
        for one in traced.troubles.values()
    ]
    if traced.unread:
        unchecked.append("values that no template uses, as some templates can't be read")
    elif any(one.imports for one in chart.dependencies):
        unchecked.append("values that no template uses, as values of subcharts are imported")
    else:
        problems += _unused(chart, looked, traced)
    seen = dict.fromkeys(problems)
    return ValuesAnswer(tuple(seen), tuple(unchecked))


def _schema(chart: Chart, values: Values) -> Iterator[Problem]:
    if chart.schema is not None:
        try:
            import jsonschema
        except ImportError:
            fail("contracts-extra", "values.schema.json needs jsonschema, which is not installed.")
        kind = jsonschema.validators.validator_for(chart.schema, jsonschema.Draft7Validator)
        for error in sorted(kind(chart.schema).iter_errors(values), key=lambda one: one.json_path):
            path = ".".join(str(part) for part in error.absolute_path)
            yield Problem("schema", path, error.message, file="values.schema.json")
    for name, sub in chart.subcharts.items():
        inner = merged(sub.values, _part(values, name))
        for problem in _schema(sub, inner):
            yield Problem(
                problem.slug,
                f"{name}.{problem.path}" if problem.path else name,
                problem.message,
                file=problem.file,
            )


def _types(chart: Chart, given: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    """Values of another kind than the chart's own at the same place."""
    yield from _kinds(chart.values, given, at)
    for name, sub in chart.subcharts.items():
        if isinstance(given.get(name), Mapping):
            yield from _types(sub, given[name], (*at, name))


def _kinds(own: Mapping[str, Any], given: Mapping[str, Any], at: Path) -> Iterator[Problem]:
    for key, value in given.items():
        default = own.get(key)
        if isinstance(default, Mapping) and isinstance(value, Mapping):
            yield from _kinds(default, value, (*at, str(key)))
            continue
        wanted, kind = _kind(default), _kind(value)
        if "" in (wanted, kind) or wanted == kind or _fits(default, value):
            continue
        yield Problem(
            "wrong-type",
            dotted((*at, str(key))),
            f"the chart has {wanted} here, and this is {kind}",
        )


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    names: dict[type, str] = {dict: "a mapping", list: "a list", str: "a text"}
    return names.get(type(value), "")


def _fits(default: Any, value: Any) -> bool:
    """Tell whether a value of another kind does as well: 80 for "80", or a text by a number."""
    if isinstance(value, dict | list) or isinstance(default, dict | list):
        # Nothing yet: what comes later may be a list as well as a mapping.
        return not default and isinstance(default, dict | list) and isinstance(value, dict | list)
    if isinstance(default, bool) or isinstance(value, bool):
        return False
    if isinstance(default, str):
        return True
    try:
        float(value)
    except ValueError:
        # A port by its name, a percentage: a template alone decides.
        return str(value).rstrip("%").isdigit()
    return True


def _traced(chart: Chart, values: Values) -> Traced:
    """The walk through the chart's templates and its subcharts'."""
    everything = {**_library(chart), **chart.templates}
    found = trace(everything, _context(chart, values, ()))
    for name, sub in chart.subcharts.items():
        if sub.library:
            continue
        inner = merged(sub.values, _part(values, name))
        inner["global"] = merged(_part(inner, "global"), _part(values, "global"))
        shared = {**_shared(chart), **sub.templates, **_library(sub)}
        below = _traced_at(sub, shared, inner, (name,), _enabled(chart, name, values))
        found.uses.update(below.uses)
        found.unread += below.unread
        found.troubles.update(below.troubles)
    return found


def _traced_at(
    chart: Chart, templates: dict[str, str], values: Values, at: Path, enabled: bool
) -> Traced:
    below = trace(templates, _context(chart, values, at))
    if not enabled:
        below.troubles.clear()
    # Global values are the parent's as well.
    lifted = {
        (path[len(at) :], whole): Use(path[len(at) :], whole, use.file, use.line)
        for (path, whole), use in below.uses.items()
        if path[len(at) : len(at) + 1] == ("global",)
    }
    below.uses.update(lifted)
    return below


def _library(chart: Chart) -> dict[str, str]:
    """Templates of library charts, which define and render nothing."""
    return {
        f"charts/{name}/{file.replace('templates/', 'templates/_', 1)}": text
        for name, sub in chart.subcharts.items()
        for file, text in sub.templates.items()
        if sub.library
    }


def _shared(chart: Chart) -> dict[str, str]:
    """What a parent defines is known to its subcharts."""
    return {file: text for file, text in chart.templates.items() if "/_" in file} | _library(chart)


def _context(chart: Chart, values: Values, at: Path) -> Value:
    about = Value(
        parts={
            "Name": Value(known=True, data=chart.name),
            "Version": Value(known=True, data=chart.version),
            "AppVersion": Value(known=True, data=chart.app_version),
            "Annotations": Value(),
            "Type": Value(),
            "Dependencies": Value(),
            "Keywords": Value(),
            "Description": Value(),
            "Home": Value(),
            "Maintainers": Value(),
            "Sources": Value(),
            "Icon": Value(),
            "KubeVersion": Value(),
        }
    )
    opaque = ("Release", "Capabilities", "Files", "Template", "Subcharts")
    return Value(
        parts={
            "Values": Value(at, True, values),
            "Chart": about,
            **{name: Value() for name in opaque},
        }
    )


def _enabled(chart: Chart, name: str, values: Values) -> bool:
    """Tell whether a subchart is rendered: by the first condition that is given."""
    dependency = next((one for one in chart.dependencies if one.alias == name), None)
    for condition in (dependency.condition if dependency else "").split(","):
        value: Any = values
        for part in filter(None, condition.strip().split(".")):
            value = value.get(part) if isinstance(value, Mapping) else None
        if isinstance(value, bool):
            return value
    return True


def _unused(chart: Chart, looked: Values, traced: Traced) -> Iterator[Problem]:
    """Values that were given, and that nothing looks at."""
    uses = [use.path for use in traced.uses.values() if use.whole]
    tests = [use.path for use in traced.uses.values()]
    known = _conditions(chart)
    skipped = set(chart.absent) | {"tags"}
    for path in _leaves(looked, ()):
        if path[0] in skipped or path in known:
            continue
        whole = any(_begins(path, use) for use in uses)
        met = any(len(use) == len(path) and _begins(path, use) for use in tests)
        # What is used is below it: then it is of another kind, or empty.
        inside = any(_begins(use, path) for use in tests)
        if not (whole or met or inside):
            siblings = {use[len(path) - 1] for use in tests if _sibling(use, path)}
            yield Problem(
                "unused-value",
                dotted(path),
                "no template uses it",
                meant(path[-1], tuple(sorted(siblings))),
            )


def _conditions(chart: Chart) -> set[Path]:
    """Values that Helm itself looks at."""
    return {
        tuple(condition.strip().split("."))
        for dependency in chart.dependencies
        for condition in dependency.condition.split(",")
    }


def _leaves(values: Any, at: Path) -> Iterator[Path]:
    """The ends of a tree of values, elements of lists as ``*``."""
    if isinstance(values, Mapping) and values:
        for key, value in values.items():
            yield from _leaves(value, (*at, str(key)))
    elif isinstance(values, list) and any(isinstance(one, Mapping) for one in values):
        for value in values:
            yield from _leaves(value, (*at, "*"))
    elif at:
        # What a list of plain values holds is used with the list.
        yield at


def _begins(path: Path, start: Path) -> bool:
    return len(start) <= len(path) and all(
        "*" in (one, other) or one == other for one, other in zip(path, start, strict=False)
    )


def _sibling(use: Path, path: Path) -> bool:
    return len(use) >= len(path) and _begins(use, path[:-1]) and use[len(path) - 1] != "*"


def _part(values: Mapping[str, Any], name: str) -> Values:
    found = values.get(name)
    return dict(found) if isinstance(found, Mapping) else {}
