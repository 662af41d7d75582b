"""Workflow files and the pre-commit hook: those of docs/ci, made to fit the project."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from refute.git import ask_git
from refute.project import git_top
from refute.settings import read_toml
from refute.starting.writing import Change

GITHUB = Path(".github/workflows/refute.yml")
GITLAB = Path(".gitlab-ci.yml")
GITLAB_BESIDE = Path(".gitlab/refute.yml")
PRE_COMMIT = Path(".pre-commit-config.yaml")

WORDS = ("true", "false", "yes", "no", "on", "off", "null", "y", "n")
"""Scalars that YAML takes for something else than text."""

EXTRAS = ("test", "tests", "testing", "dev")
"""Names that by custom hold what tests need, the first that a project has."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a project lies in its repository, and what a workflow has to know of it."""

    #: The repository's top folder; without git, the project's root.
    top: Path
    #: The project's folder within it, ``.`` for the top itself.
    folder: str
    branch: str
    python: str
    #: What pip is told to install, as a line of shell.
    install: str


def place_of(root: Path, python: str) -> Place:
    """Look at a project. ``python`` is the version that judges it, as ``3.12``."""
    top = git_top(root)
    inside = top is not None and root.is_relative_to(top.resolve())
    base = top.resolve() if top is not None and inside else root
    return Place(base, root.relative_to(base).as_posix(), _branch(root), python, _install(root))


def _branch(root: Path) -> str:
    """The branch that pull requests go to, as far as git knows."""
    for words in (
        ("symbolic-ref", "--short", "refs/remotes/origin/HEAD"),
        ("symbolic-ref", "--short", "HEAD"),
    ):
        said = ask_git(root, *words)
        if said and said.strip():
            return said.decode("utf-8", "replace").strip().removeprefix("origin/")
    return "main"


def _install(root: Path) -> str:
    """How the project and what its tests need are installed."""
    document = read_toml(root / "pyproject.toml")
    project = document.get("project")
    words = []
    if "build-system" in document or (root / "setup.py").exists() or isinstance(project, dict):
        extras = project.get("optional-dependencies", {}) if isinstance(project, dict) else {}
        extra = next((name for name in EXTRAS if name in extras), "")
        words += ["--editable", f".[{extra}]" if extra else "."]
    groups = document.get("dependency-groups", {})
    group = next((name for name in EXTRAS if name in groups), "")
    if group:
        words += ["--group", group]
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-test.txt"):
        if (root / name).is_file():
            words += ["-r", name]
    return shlex.join(["python", "-m", "pip", "install", *words, "pytest", "refute"])


def github(place: Place) -> Change | str:
    """The workflow for GitHub; in words, why it is left as it is."""
    folder = "" if place.folder == "." else place.folder
    text = _file("github.yml").replace("branches: [main]", f"branches: [{_quoted(place.branch)}]")
    text = _fitted(text, place)
    if folder:
        text = text.replace("working-directory: .", f"working-directory: {_quoted(folder)}")
        text = text.replace("path: ./.refute", f"path: {_quoted(f'{folder}/.refute')}")
        # Annotations count from the repository's top.
        text = text.replace("-f github\n", f"-f github --prefix {shlex.quote(folder)}\n")
    return _new(place.top / GITHUB, text)


def gitlab(place: Place) -> Change | str:
    """The job for GitLab: in a file of its own where there are others, to be included."""
    text = _fitted(_file("gitlab.yml"), place)
    text = text.replace("image: python:3.13", f"image: python:{place.python}")
    if place.folder != ".":
        into = f"    - cd {shlex.quote(place.folder)}\n"
        text = text.replace("  before_script:\n", f"  before_script:\n{into}")
        for name in (".refute/\n", "refute.md\n", "refute.svg\n", ".refute/report.json\n"):
            text = text.replace(f"      - {name}", f"      - {place.folder}/{name}")
        text = text.replace("junit: refute", f"junit: {place.folder}/refute")
    path = GITLAB_BESIDE if (place.top / GITLAB).exists() else GITLAB
    return _new(place.top / path, text)


def pre_commit(place: Place) -> Change | str:
    """The hook for pre-commit; where there is a configuration, the lines to add by hand."""
    text = _file("pre-commit.yml")
    if place.folder != ".":
        folder = shlex.quote(place.folder)
        text = text.replace("refute run ", f"refute run {folder} ")
    made = _new(place.top / PRE_COMMIT, text)
    if isinstance(made, str):
        hook = "".join(text.splitlines(keepends=True)[1:])
        return f"{made} To have the hook, add this to its `repos`:\n{hook}"
    return made


def remarks(place: Place, changes: list[Change]) -> Iterator[str]:
    """What is still to be done by hand."""
    if any(one.path == place.top / GITLAB_BESIDE for one in changes):
        yield (
            f"{GITLAB} stays as it is; let it include the new file: "
            f"`include: [{{local: {GITLAB_BESIDE}}}]`."
        )


def _fitted(text: str, place: Place) -> str:
    text = text.replace("python -m pip install --editable . pytest refute", place.install)
    return text.replace('python-version: "3.13"', f'python-version: "{place.python}"')


def _new(path: Path, text: str) -> Change | str:
    if path.exists():
        return f"{path} is there already and stays as it is."
    return Change(path, None, text.encode())


def _file(name: str) -> str:
    return (files("refute.starting") / "files" / name).read_text(encoding="utf-8")


def _quoted(text: str) -> str:
    """A scalar of YAML: bare where that is plain, else as JSON writes it."""
    plain = re.fullmatch(r"[A-Za-z][\w/.-]*", text, re.ASCII) and text.lower() not in WORDS
    return text if plain else json.dumps(text)
