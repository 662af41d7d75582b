"""What the build tools' configuration says about where a project's code lies.

Only files are read: pyproject.toml and setup.cfg. setup.py is a program, and refute runs none.
"""

from __future__ import annotations

import configparser
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refute.settings import read_toml


@dataclass(frozen=True, slots=True)
class Hint:
    """One place of code, as some build tool is told of it.

    ``base`` is the folder that imports start from, ``names`` are the top-level packages and
    modules below it (empty: all that are there). Both are relative to the project's root.
    """

    base: str
    names: tuple[str, ...]
    #: Where it is written, for the reader.
    said_by: str


@dataclass(frozen=True, slots=True)
class Hints:
    """All that the configuration files of one folder say."""

    name: str | None
    places: tuple[Hint, ...]


def read_hints(root: Path) -> Hints:
    """Read pyproject.toml and setup.cfg of a folder. Raises RefuteError bad-setting."""
    pyproject = read_toml(root / "pyproject.toml")
    setup_cfg = _read_cfg(root / "setup.cfg")
    tool = _table(pyproject, "tool")
    places = [
        *_setuptools(_table(tool, "setuptools")),
        *_setup_cfg(setup_cfg),
        *_hatch(_table(tool, "hatch")),
        *_poetry(_table(tool, "poetry")),
        *_flit(_table(tool, "flit")),
        *_pdm(_table(tool, "pdm")),
        *_uv(_table(tool, "uv")),
    ]
    names = (
        _table(pyproject, "project").get("name"),
        _table(tool, "poetry").get("name"),
        setup_cfg.get("metadata", {}).get("name"),
    )
    name = next((text for text in names if isinstance(text, str) and text), None)
    return Hints(name, tuple(places))


def _table(parent: dict[str, Any], *keys: str) -> dict[str, Any]:
    """A nested table, or an empty one where anything on the way is not a table."""
    found: Any = parent
    for key in keys:
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, (list, tuple)):
        return tuple(item for item in value if isinstance(item, str))
    return ()


def _tops(names: Iterable[str]) -> tuple[str, ...]:
    """The top-level part of dotted names, each once, in their order."""
    return tuple(dict.fromkeys(name.split(".")[0] for name in names if name))


def _clean(path: str) -> str:
    """A folder of a configuration file in our form: no leading ``./``, ``.`` for the root."""
    return path.strip().removeprefix("./").strip("/") or "."


def _setuptools(table: dict[str, Any]) -> Iterator[Hint]:
    said = "[tool.setuptools] in pyproject.toml"
    base = _clean(str(_table(table, "package-dir").get("", ".")))
    packages = table.get("packages")
    if isinstance(packages, dict):
        for where in _strings(_table(packages, "find").get("where")):
            yield Hint(_clean(where), (), said)
    elif _strings(packages):
        yield Hint(base, _tops(_strings(packages)), said)
    elif base != ".":
        yield Hint(base, (), said)
    if modules := _strings(table.get("py-modules")):
        yield Hint(base, _tops(modules), said)


def _setup_cfg(sections: dict[str, dict[str, str]]) -> Iterator[Hint]:
    said = "[options] in setup.cfg"
    options = sections.get("options", {})
    base = "."
    for line in options.get("package_dir", "").splitlines():
        package, is_mapping, folder = line.partition("=")
        if is_mapping and not package.strip():
            base = _clean(folder)
    packages = options.get("packages", "").strip()
    if packages.startswith("find"):
        where = sections.get("options.packages.find", {}).get("where", base)
        if _clean(where) != ".":
            yield Hint(_clean(where), (), said)
    elif packages:
        yield Hint(base, _tops(packages.replace(",", " ").split()), said)
    if modules := options.get("py_modules", "").replace(",", " ").split():
        yield Hint(base, _tops(modules), said)


def _hatch(table: dict[str, Any]) -> Iterator[Hint]:
    wheel = _table(table, "build", "targets", "wheel")
    paths = _strings(wheel.get("packages")) or _strings(wheel.get("only-include"))
    yield from _from_paths(paths, "[tool.hatch.build.targets.wheel] in pyproject.toml")


def _poetry(table: dict[str, Any]) -> Iterator[Hint]:
    packages = table.get("packages")
    for package in packages if isinstance(packages, list) else ():
        if isinstance(package, dict) and isinstance(package.get("include"), str):
            top = package["include"].split("/")[0].removesuffix(".py")
            base = _clean(str(package.get("from", ".")))
            if "*" not in top:
                yield Hint(base, (top,), "[tool.poetry] packages in pyproject.toml")


def _flit(table: dict[str, Any]) -> Iterator[Hint]:
    name = _table(table, "module").get("name")
    if isinstance(name, str):
        # Flit looks in src/ by itself; the place that exists is taken.
        for base in ("src", "."):
            yield Hint(base, _tops([name]), "[tool.flit.module] in pyproject.toml")


def _pdm(table: dict[str, Any]) -> Iterator[Hint]:
    said = "[tool.pdm.build] in pyproject.toml"
    build = _table(table, "build")
    includes = [path for path in _strings(build.get("includes")) if "*" not in path]
    if includes:
        yield from _from_paths(includes, said)
    elif isinstance(build.get("package-dir"), str):
        yield Hint(_clean(build["package-dir"]), (), said)


def _uv(table: dict[str, Any]) -> Iterator[Hint]:
    backend = _table(table, "build-backend")
    names = _strings(backend.get("module-name"))
    if names or "module-root" in backend:
        base = _clean(str(backend.get("module-root", "src")))
        yield Hint(base, _tops(names), "[tool.uv.build-backend] in pyproject.toml")


def _from_paths(paths: Iterable[str], said: str) -> Iterator[Hint]:
    """Places given as paths of packages: ``src/pkg`` is ``pkg`` below ``src``."""
    for path in paths:
        base, _, name = _clean(path).rpartition("/")
        # A bare `src` is a folder that imports start from, not a package of that name.
        if not base and name in IMPORT_ROOTS:
            yield Hint(name, (), said)
        else:
            yield Hint(base or ".", (name.removesuffix(".py"),), said)


IMPORT_ROOTS = ("src", "lib", "python", "source")
"""Folder names that by custom hold packages and are none themselves."""


def _read_cfg(path: Path) -> dict[str, dict[str, str]]:
    """The sections of setup.cfg, or nothing where there is none or it can't be read."""
    parser = configparser.RawConfigParser()
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError):
        # A hint is all we want from it; the project's own tools will complain.
        return {}
    return {section: dict(parser.items(section)) for section in parser.sections()}
