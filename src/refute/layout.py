"""Find a project's own code without configuration, and say in words what was chosen and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from refute.errors import fail
from refute.hints import IMPORT_ROOTS, Hint, Hints, read_hints
from refute.settings import Settings, read_toml
from refute.sources import (
    NO_TOP_LEVEL,
    SourceRoot,
    Walk,
    clashes,
    has_python,
    import_root,
    imported_by_tests,
    is_foreign,
    is_test_file,
    is_test_folder,
    join,
)

MEMBER_FOLDERS = ("packages", "libs", "projects", "components", "services", "apps", "plugins")
"""Folders that by custom hold the projects of a repository with several."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a project's code lies."""

    sources: tuple[SourceRoot, ...]
    #: Compiled modules, which can't be judged.
    compiled: tuple[str, ...]
    notes: tuple[str, ...]


def find(settings: Settings) -> Layout:
    """Find the sources. Raises RefuteError: no-sources, several-projects, name-clash."""
    places = _configured(settings) if settings.source else _discovered(settings.root)
    walk = Walk(settings.root, settings.exclude)
    roots: dict[str, list[str]] = {}
    notes: list[str] = []
    for place in places:
        before = len(walk.files)
        for top in _tops(settings.root, place):
            if (settings.root / top).is_dir():
                walk.folder(top)
            else:
                walk.file(top)
        if fresh := list(walk.files)[before:]:
            roots.setdefault(place.base, []).extend(fresh)
            notes.append(_chosen(place, fresh))
    if not roots:
        _no_sources(settings)
    sources = tuple(SourceRoot(base, tuple(sorted(files))) for base, files in roots.items())
    _refuse_clashes(sources)
    compiled = tuple(walk.compiled)
    if compiled:
        notes.append(f"Not judged, because compiled: {_some(compiled)}.")
    return Layout(sources, compiled, tuple(notes))


def _configured(settings: Settings) -> list[Hint]:
    """The places that the user named with ``source``."""
    places = []
    for path in settings.source:
        folder = settings.root / path
        if ".." in Path(path).parts or not folder.is_relative_to(settings.root):
            fail("bad-setting", f"source: {path} lies outside of the project {settings.root}.")
        inside = folder.relative_to(settings.root).as_posix()
        package = folder.is_file() or (folder / "__init__.py").exists()
        # A namespace package looks like a folder that imports start from; the tests know.
        namespace = folder.name not in IMPORT_ROOTS and inside != "."
        if package or (namespace and folder.name in imported_by_tests(settings.root)):
            base = import_root(settings.root, inside)
            below = inside if base == "." else inside.removeprefix(f"{base}/")
            places.append(Hint(base, (below.removesuffix(".py"),), "`source`"))
        else:
            places.append(Hint(inside, (), "`source`"))
    return places


def _discovered(root: Path) -> list[Hint]:
    """The places that the configuration files, the layout and the members of a root show."""
    own = _places_of(root, read_hints(root))
    members = _members(root)
    if not members or (own and not _is_workspace(root)):
        return own
    if not own and not _has_pytest_config(root) and not _is_workspace(root):
        if len(members) > 1:
            fail(
                "several-projects",
                f"{root} holds {len(members)} projects and no pytest configuration of its own.",
                detail=[f"refute run {root / member}" for member in members],
            )
        fail(
            "no-sources",
            f"{root} itself holds no code; its project lies in {members[0]}.",
            remedy=f"Type: refute run {root / members[0]}",
        )
    for member in members:
        for place in _places_of(root / member, read_hints(root / member)):
            base = member if place.base == "." else f"{member}/{place.base}"
            own.append(Hint(base, place.names, f"{place.said_by}, in {member}"))
    return own


def _places_of(root: Path, hints: Hints) -> list[Hint]:
    """The places of one project: what its build tool is told, else what its layout shows."""
    told = [place for place in hints.places if any(True for _ in _tops(root, place))]
    if told:
        return told
    source = root / "src"
    if source.is_dir() and not (source / "__init__.py").exists() and has_python(source):
        return [Hint("src", (), "the src layout")]
    names, said = _flat(root, hints.name)
    return [Hint(".", names, said)] if names else []


def _flat(root: Path, project_name: str | None) -> tuple[tuple[str, ...], str]:
    """Packages and modules that lie in the root itself, and what shows that they are code."""
    folders = [path for path in sorted(root.iterdir()) if path.is_dir() and _may_be_code(path)]
    packages = [path.name for path in folders if (path / "__init__.py").exists()]
    namespaces = [path.name for path in folders if path.name not in packages and has_python(path)]
    modules = [
        path.stem
        for path in sorted(root.glob("*.py"))
        if path.stem not in NO_TOP_LEVEL
        and path.stem.isidentifier()
        and not is_test_file(path.name)
    ]
    named = _module_name(project_name)
    if not namespaces and not modules:
        return tuple(packages), "the packages in the root"
    imported = imported_by_tests(root) | {named}
    seen = [name for name in namespaces + modules if name in imported]
    if packages or seen:
        return (*packages, *seen), "the packages in the root and what the tests import"
    return tuple(modules), "the modules in the root"


def _may_be_code(path: Path) -> bool:
    return (
        path.name.isidentifier()
        and path.name not in NO_TOP_LEVEL
        and not is_foreign(path)
        and not is_test_folder(path)
        # A package that holds tests alone, under a name of its own, has none to judge.
        and not path.name.startswith("test_")
        and not path.name.endswith(("_test", "_tests"))
    )


def _module_name(project_name: str | None) -> str:
    """The import name that a distribution's name suggests."""
    return (project_name or "").lower().replace("-", "_").replace(".", "_")


def _tops(root: Path, place: Hint) -> Iterator[str]:
    """The packages and modules of a place that exist, as paths relative to the root."""
    base = root / place.base
    if not base.is_dir():
        return
    if place.names:
        for name in place.names:
            inner = join(place.base, name)
            if (root / inner).is_dir() and not is_test_folder(root / inner):
                yield inner
            elif (root / f"{inner}.py").is_file():
                yield f"{inner}.py"
        return
    for path in sorted(base.iterdir()):
        if path.is_dir():
            # Beside the packages of the root lie its tools; a src folder holds code alone.
            if _may_be_code(path) if place.base == "." else _may_be_package(path):
                yield join(place.base, path.name)
        elif path.suffix == ".py" and not is_test_file(path.name):
            if place.base != "." or path.stem not in NO_TOP_LEVEL:
                yield join(place.base, path.name)


def _may_be_package(path: Path) -> bool:
    return path.name.isidentifier() and not is_foreign(path) and not is_test_folder(path)


def _members(root: Path) -> list[str]:
    """Folders with a project of their own, relative to the root."""
    patterns = ["*", *(f"{folder}/*" for folder in MEMBER_FOLDERS)]
    workspace = _workspace(root)
    patterns += [text for text in workspace.get("members", []) if isinstance(text, str)]
    left_out = [text for text in workspace.get("exclude", []) if isinstance(text, str)]
    found: dict[str, None] = {}
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            relative = path.relative_to(root)
            if (
                path.is_dir()
                and any((path / name).exists() for name in ("pyproject.toml", "setup.py"))
                and not any(is_foreign(Path(part)) for part in relative.parts)
                and not NO_TOP_LEVEL.union({"test", "tests"}).intersection(relative.parts)
                and not any(relative.match(text) for text in left_out)
            ):
                found[relative.as_posix()] = None
    return list(found)


def _workspace(root: Path) -> dict[str, list[object]]:
    tool = read_toml(root / "pyproject.toml").get("tool", {})
    workspace = tool.get("uv", {}).get("workspace", {}) if isinstance(tool, dict) else {}
    return workspace if isinstance(workspace, dict) else {}


def _is_workspace(root: Path) -> bool:
    return bool(_workspace(root)) or any((root / folder).is_dir() for folder in MEMBER_FOLDERS[:1])


def _has_pytest_config(root: Path) -> bool:
    """Tell whether pytest, started in the root, has reason to take it for its root."""
    if any((root / name).exists() for name in ("pytest.ini", ".pytest.ini", "conftest.py")):
        return True
    if read_toml(root / "pyproject.toml").get("tool", {}).get("pytest") is not None:
        return True
    sections = {"tox.ini": "[pytest]", "setup.cfg": "[tool:pytest]"}
    return any(
        section in (root / name).read_text(encoding="utf-8", errors="replace")
        for name, section in sections.items()
        if (root / name).is_file()
    )


def _refuse_clashes(sources: Iterable[SourceRoot]) -> None:
    for module, first, second in clashes(sources):
        fail("name-clash", f"{first} and {second} would both be imported as `{module}`.")


def _no_sources(settings: Settings) -> None:
    if settings.source:
        fail("no-sources", f"No Python source files in {', '.join(settings.source)}.")
    fail("no-sources", f"No Python sources found in {settings.root}.")


def _chosen(place: Hint, files: list[str]) -> str:
    what = _some(tuple(join(place.base, name) for name in place.names)) or place.base
    plural = "file" if len(files) == 1 else "files"
    return f"Sources: {what} ({len(files)} {plural}), by {place.said_by}."


def _some(names: tuple[str, ...], most: int = 5) -> str:
    """Names in a row; the rest as a number."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
