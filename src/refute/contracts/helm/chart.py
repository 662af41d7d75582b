"""A chart as it lies in its folder: values, schema, templates, subcharts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from refute.errors import fail

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dependency:
    """What ``Chart.yaml`` says of a subchart."""

    name: str
    #: The name that its values stand under.
    alias: str
    condition: str = ""
    #: True when values of it are taken over into the parent's.
    imports: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart, and the subcharts in its ``charts`` folder."""

    path: Path
    name: str
    version: str
    app_version: str
    values: Values
    schema: dict[str, Any] | None
    #: Path below the chart's folder to text.
    templates: Mapping[str, str]
    dependencies: tuple[Dependency, ...] = ()
    #: By the name that their values stand under.
    subcharts: Mapping[str, Chart] = field(default_factory=dict)
    #: Dependencies that are named and not here, or packed.
    absent: tuple[str, ...] = ()
    library: bool = False


def load_helm_chart(path: str | Path) -> Chart:
    """Read the chart in a folder.

    Raises RefuteError ``bad-chart`` when there is none, or when a file of it can't be read, and
    ``contracts-extra`` when PyYAML is not installed.
    """
    folder = Path(path)
    if not (folder / "Chart.yaml").is_file():
        fail("bad-chart", f"{folder} is no chart: it has no Chart.yaml.")
    about = _mapping(folder / "Chart.yaml")
    schema = folder / "values.schema.json"
    dependencies = tuple(_dependencies(about))
    subcharts, absent = _subcharts(folder, dependencies)
    return Chart(
        path=folder,
        name=str(about.get("name", folder.name)),
        version=str(about.get("version", "")),
        app_version=str(about.get("appVersion", "")),
        values=_mapping(folder / "values.yaml") if (folder / "values.yaml").exists() else {},
        schema=_json(schema) if schema.exists() else None,
        templates=dict(_templates(folder)),
        dependencies=dependencies,
        subcharts=subcharts,
        absent=absent,
        library=about.get("type") == "library",
    )


def read_values(path: Path) -> Values:
    """The values in a file. Raises RefuteError ``bad-chart`` when it holds no mapping."""
    return _mapping(path)


def merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> Values:
    """Helm's way to lay values over others: by key, all the way down; null takes a key away."""
    found = deepcopy(dict(under))
    for key, value in over.items():
        below = found.get(key)
        if value is None and key in found:
            del found[key]
        elif isinstance(value, Mapping) and isinstance(below, Mapping):
            found[key] = merged(below, value)
        else:
            found[key] = deepcopy(value)
    return found


def _templates(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted((folder / "templates").rglob("*")):
        if path.is_file() and path.suffix in (".yaml", ".yml", ".tpl", ".txt", ".json"):
            yield path.relative_to(folder).as_posix(), _text(path)


def _dependencies(about: Mapping[str, Any]) -> Iterator[Dependency]:
    for one in about.get("dependencies") or ():
        if isinstance(one, Mapping) and "name" in one:
            name = str(one["name"])
            yield Dependency(
                name,
                str(one.get("alias") or name),
                str(one.get("condition") or ""),
                bool(one.get("import-values")),
            )


def _subcharts(
    folder: Path, dependencies: tuple[Dependency, ...]
) -> tuple[dict[str, Chart], tuple[str, ...]]:
    here = {}
    for below in sorted((folder / "charts").glob("*/Chart.yaml")):
        chart = load_helm_chart(below.parent)
        here[chart.name] = chart
    named = {one.alias: here[one.name] for one in dependencies if one.name in here}
    # A chart that lies there is used, whether or not it is named.
    spare = {name: chart for name, chart in here.items() if chart not in named.values()}
    absent = tuple(one.alias for one in dependencies if one.name not in here)
    packed = tuple(path.name for path in sorted((folder / "charts").glob("*.tgz")))
    return {**named, **spare}, absent or packed


def _mapping(path: Path) -> Values:
    try:
        import yaml
    except ImportError:
        fail("contracts-extra", f"Reading {path.name} needs PyYAML, which is not installed here.")
    try:
        found = yaml.safe_load(_text(path))
    except yaml.YAMLError as error:
        fail("bad-chart", f"{path} is not YAML: {' '.join(str(error).split())}", cause=error)
    if found is None:
        return {}
    if not isinstance(found, dict):
        fail("bad-chart", f"{path} holds no mapping.")
    plain: Values = _plain(found)
    return plain


def _plain(value: Any) -> Any:
    """What YAML holds as JSON would, as Helm does: keys and dates are texts."""
    if isinstance(value, dict):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def _key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path))
    except ValueError as error:
        fail("bad-chart", f"{path} is not JSON: {error}", cause=error)
    if not isinstance(found, dict):
        fail("bad-chart", f"{path} holds no schema.")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        fail("bad-chart", f"{path} can't be read: {error}", cause=error)
