"""Choose the Python that judges: the project's own, found and tried before anything is run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from refute.errors import RefuteError, fail
from refute.project import Project, git_top
from refute.settings import Settings

MINIMUM_PYTHON = (3, 11)
MINIMUM_PYTEST = (8, 0)

_PROBE_SECONDS = 60
_PROBE = """
import hashlib, json, os, sys
sys.path = [entry for entry in sys.path if entry]
found = {"version": ".".join(map(str, sys.version_info[:3])), "name": sys.implementation.name}
installed = hashlib.sha256()
for entry in sys.path:
    for name in sorted(os.listdir(entry)) if os.path.isdir(entry) else ():
        if name.endswith((".dist-info", ".egg-info", ".egg-link", ".pth")):
            installed.update(name.encode("utf-8", "surrogateescape") + b"\\0")
            try:
                with open(os.path.join(entry, name, "RECORD"), "rb") as record:
                    installed.update(record.read())
            except OSError:
                pass
found["packages"] = installed.hexdigest()
try:
    import pytest
    found["pytest"] = pytest.__version__
except BaseException as error:
    found["reason"] = "%s: %s" % (type(error).__name__, error)
sys.stdout.write("\\n" + json.dumps(found))
"""
"""Written so that any Python 3 can run it; the project's own folder can't shadow pytest."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """The interpreter that the suite runs under. The path is not resolved: a virtual
    environment is known by the link in it."""

    path: Path
    #: Why this one, as the end of a sentence.
    reason: str
    #: Versions of Python and pytest, as ``3.12.1`` and ``9.0.2``.
    version: str
    pytest: str
    #: A digest of what is installed beside pytest: names, versions, and lists of files.
    packages: str = ""


def choose(settings: Settings, project: Project) -> Interpreter:
    """The interpreter for a project, with the reason. Raises as ``choose_for`` does."""
    return choose_for(project.root, settings.python, os.environ)


def as_before(settings: Settings, last: str) -> Settings:
    """The settings with the interpreter of the last run, so that what it found is repeated as it
    was. ``last`` is its path: empty, or gone (a report from another machine), changes nothing.
    """
    return replace(settings, python=last) if last and Path(last).is_file() else settings


def choose_for(root: Path, named: str | None, variables: Mapping[str, str]) -> Interpreter:
    """The interpreter for a root, in an environment with these variables.

    What the user named is taken or refused. Else the first that has pytest of: refute's own
    environment (unless a tool manager made it), the active one, ``.venv`` or ``venv`` in the
    root or above it in the same repository, and ``python3`` on PATH.

    Raises RefuteError: no-python, no-pytest, old-python, old-pytest.
    """
    if named is not None:
        path = _named(named, root, variables)
        return _try(path, "named by --python or `python`", root)
    refused: list[RefuteError] = []
    tried: set[str] = set()
    for path, reason in _candidates(root, variables):
        if str(path) not in tried:
            tried.add(str(path))
            try:
                return _try(path, reason, root)
            except RefuteError as error:
                refused.append(error)
    if not refused:
        fail("no-python", "No Python interpreter was found for the project.")
    # The first candidate is the one that the user most likely meant.
    worst = refused[0]
    fail(worst.slug, worst.message, detail=[error.message for error in refused[1:]])


def _named(text: str, root: Path, variables: Mapping[str, str]) -> Path:
    """The interpreter that a path, a version such as 3.12, or a command name stands for."""
    searched = variables.get("PATH", os.defpath)
    if re.fullmatch(r"3(\.\d+){0,2}", text):
        found = shutil.which(f"python{'.'.join(text.split('.')[:2])}", path=searched)
        if found is None:
            fail("no-python", f"No python{text} on PATH.")
        return Path(found)
    path = Path(text).expanduser()
    for candidate in (path, root / path):
        if (candidate / "pyvenv.cfg").exists():
            return _python_of(candidate).absolute()
        if candidate.is_file():
            return candidate.absolute()
    found = shutil.which(text, path=searched) if path.name == text else None
    if found is None:
        fail("no-python", f"--python names {text}, and there is no such interpreter.")
    return Path(found)


def _candidates(root: Path, variables: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Interpreters in the order of preference, each with the reason to take it."""
    if not is_tool(Path(sys.prefix), variables):
        yield Path(sys.executable), "refute is installed beside pytest in this environment"
    for variable in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        if (prefix := variables.get(variable)) and not is_tool(Path(prefix), {}):
            if (path := _python_of(Path(prefix))).exists():
                yield path, f"the active environment ({variable})"
    for folder in _upwards(root):
        for name in (".venv", "venv"):
            if (path := _python_of(folder / name)).exists():
                where = "the project" if folder == root else str(folder)
                yield path, f"{name} in {where}"
    for name in ("python3", "python"):
        if found := shutil.which(name, path=variables.get("PATH", os.defpath)):
            yield Path(found), f"{name} on PATH, since no environment has pytest"


def is_tool(prefix: Path, variables: Mapping[str, str]) -> bool:
    """Tell whether an environment was made for a single command (pipx, uv tool).

    Such an environment may hold pytest by accident, and never what the project needs.
    """
    if any((prefix / name).exists() for name in ("pipx_metadata.json", "uv-receipt.toml")):
        return True
    if tools := variables.get("UV_TOOL_DIR"):
        if prefix.is_relative_to(tools):
            return True
    parts = prefix.parts
    pairs = set(pairwise(parts))
    return bool(pairs & {("pipx", "venvs"), ("uv", "tools")})


def _upwards(root: Path) -> Iterator[Path]:
    """The root, and the folders above it up to the top of its git work tree."""
    yield root
    top = git_top(root)
    if top is not None and root.is_relative_to(top):
        for folder in root.parents:
            if folder.is_relative_to(top):
                yield folder


def _python_of(prefix: Path) -> Path:
    """Where an environment keeps its interpreter."""
    if os.name == "nt":
        return prefix / "Scripts" / "python.exe"
    return prefix / "bin" / "python"


def _try(path: Path, reason: str, root: Path) -> Interpreter:
    """Run an interpreter once, and take it if it can run the suite."""
    found = _probe(path, root)
    version, pytest = found["version"], found.get("pytest")
    if found["name"] != "cpython":
        fail("old-python", f"{path} is {found['name']}; refute needs CPython.")
    if _numbers(version) < MINIMUM_PYTHON:
        fail("old-python", f"{path} is Python {version}; refute needs 3.11 or newer.")
    if pytest is None:
        fail("no-pytest", f"{path} can't import pytest ({found['reason']}).")
    if _numbers(pytest) < MINIMUM_PYTEST:
        fail("old-pytest", f"{path} has pytest {pytest}; refute needs 8.0 or newer.")
    return Interpreter(path, reason, version, pytest, found.get("packages", ""))


def _probe(path: Path, root: Path) -> dict[str, str]:
    try:
        done = subprocess.run(
            [str(path), "-c", _PROBE],
            capture_output=True,
            text=True,
            errors="replace",
            cwd=root,
            timeout=_PROBE_SECONDS,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            check=False,
        )
        # Start-up hooks (sitecustomize, .pth files) may print first; the last line is ours.
        found = json.loads(done.stdout.strip().rpartition("\n")[2])
        return {str(key): str(value) for key, value in found.items()}
    except subprocess.TimeoutExpired as error:
        fail("no-python", f"{path} did not start within {_PROBE_SECONDS} seconds.", cause=error)
    except OSError as error:
        fail("no-python", f"{path} does not start: {error.strerror}.", cause=error)
    except (ValueError, AttributeError) as error:
        last = done.stderr.strip().splitlines()[-5:]
        fail("no-python", f"{path} does not start as a Python.", detail=last, cause=error)


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: ``9.1.0.dev3`` is (9, 1, 0)."""
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(int(part) for part in match[0].split(".")) if match else ()
