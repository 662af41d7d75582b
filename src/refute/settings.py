"""The command line and ``[tool.refute]`` of pyproject.toml, merged into one frozen value."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from refute.errors import fail, nearest
from refute.formats import cores, parts, seconds

Isolation = Literal["fork", "cold"]
Seal = Literal["auto", "strict"]

DEFAULT_TIMEOUT_FACTOR = 10.0
"""A test may take this many times its unchanged time before a trial is cut."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which names are in: those of ``include`` (all when empty), less those of ``exclude``."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def allows(self, name: str) -> bool:
        """Tell whether the name is selected."""
        return (not self.include or name in self.include) and name not in self.exclude


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a user can decide about a run. Paths are relative to ``root``, as given."""

    #: The project's root: absolute, symbolic links resolved.
    root: Path
    #: Folders or files of the project's code; empty: find them.
    source: tuple[str, ...] = ()
    #: Test paths or node ids handed to pytest; empty: whatever plain pytest runs.
    tests: tuple[str, ...] = ()
    #: Glob patterns of source files and folders that are left alone.
    exclude: tuple[str, ...] = ()
    #: Further arguments of each pytest run.
    pytest_args: tuple[str, ...] = ()
    #: Trials at a time.
    jobs: int = 1
    #: A test may take this many times its unchanged time before a trial is cut.
    timeout_factor: float = DEFAULT_TIMEOUT_FACTOR
    #: Mutation operators in use.
    operators: Selection = field(default_factory=Selection)
    #: Names of the suppression rules that are switched off.
    rules_off: tuple[str, ...] = ()
    #: The project's interpreter: a path, or a version such as ``3.12``; None: choose one.
    python: str | None = None
    #: ``cold`` runs every trial in a fresh process on mutated source.
    isolation: Isolation = "fork"
    #: Run dangerous faults even where there is no seal.
    unsealed: bool = False
    #: ``strict`` stops where there is no seal.
    seal: Seal = "auto"
    #: Only mutants in files that match one of these globs, files or folders; empty: all.
    paths: tuple[str, ...] = ()
    #: Only what changed since the branch left this revision.
    since: str | None = None
    #: Only what is staged for the next commit.
    staged: bool = False
    #: One part of the mutants: its number, from 1, and how many there are.
    shard: tuple[int, int] | None = None
    #: Seconds that a run may take; None: as long as it needs.
    budget: float | None = None
    #: The mutation score and no more: tests and doubles are not judged.
    score_only: bool = False
    #: No progress, only warnings and the result.
    quiet: bool = False
    #: No colour, no live display: the same output in a terminal as in a pipe.
    plain: bool = False


def load(root: Path | str, cli_overrides: Mapping[str, Any] | None = None) -> Settings:
    """Read the project's configuration and lay the command line over it.

    ``cli_overrides`` maps field names of Settings to values; None and empty tuples mean "not
    given". Raises RefuteError: no-such-path, not-a-project, unknown-setting, bad-setting.
    """
    folder = existing_folder(Path(root))
    configured = _from_pyproject(folder / "pyproject.toml")
    given = {
        name: _check(name, f"--{name.replace('_', '-')}", value)
        for name, value in (cli_overrides or {}).items()
        if value is not None and value != ()
    }
    merged: dict[str, Any] = {"jobs": cores(), **configured, **given}
    if "shard" in merged:
        # A part of its faults says too little of any test.
        merged["score_only"] = True
    settings = Settings(root=folder, **merged)
    _check_paths(settings)
    if settings.since is not None and settings.staged:
        fail("bad-setting", "--since and --staged exclude each other; give one of them.")
    return settings


def existing_folder(root: Path) -> Path:
    """The project's root, absolute. Raises RefuteError: no-such-path, not-a-project."""
    if not root.exists():
        fail("no-such-path", f"{root} does not exist.")
    if not root.is_dir():
        fail("not-a-project", f"{root} is a file; PATH is the project's folder.")
    if not os.access(root, os.R_OK | os.X_OK):
        fail("not-a-project", f"{root} can't be read.")
    return root.resolve()


def _from_pyproject(path: Path) -> dict[str, Any]:
    """The values under ``[tool.refute]``, by field name."""
    table = read_toml(path).get("tool", {}).get("refute", {})
    if not isinstance(table, dict):
        fail("bad-setting", f"[tool.refute] in {path} is not a table.")
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key in TABLES:
            continue
        if key not in KEYS:
            fail("unknown-setting", f"`{key}` in [tool.refute] of {path}: {_advice(key)}")
        found[KEYS[key]] = _check(KEYS[key], f"`{key}` in [tool.refute] of {path}", value)
    return found


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file, or nothing if there is none.

    Raises RefuteError bad-setting when it can't be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        fail("bad-setting", f"{path} can't be read: {error}.", cause=error)


def _advice(key: str) -> str:
    """What to write instead of an unknown key."""
    plain = key.replace("_", "-")
    if plain in COMMAND_LINE_ONLY:
        return f"this belongs to a single run; give `--{plain}` on the command line."
    return nearest(key, (*KEYS, *TABLES))


def _texts(name: str, where: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)) or not all(isinstance(item, str) for item in value):
        hint = f' Write ["{value}"].' if isinstance(value, str) else ""
        fail("bad-setting", f"{where} must be a list of strings, not {value!r}.{hint}")
    if not all(value):
        fail("bad-setting", f"{where} holds an empty string.")
    return tuple(value)


def _count(name: str, where: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        fail("bad-setting", f"{where} must be a whole number from 1 up, not {value!r}.")
    return value


def _factor(name: str, where: str, value: object) -> float:
    # The second comparison also refuses infinity and not-a-number, which TOML can write.
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 1 < value < 1e6:
        fail("bad-setting", f"{where} must be a number over 1, not {value!r}.")
    return float(value)


def _text(name: str, where: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        hint = f' Write "{value}".' if isinstance(value, float) else ""
        fail("bad-setting", f"{where} must be a string, not {value!r}.{hint}")
    return value


def _flag(name: str, where: str, value: object) -> bool:
    if not isinstance(value, bool):
        fail("bad-setting", f"{where} must be true or false, not {value!r}.")
    return value


def _choice(name: str, where: str, value: object) -> str:
    known = CHOICES[name]
    if value not in known:
        fail("bad-setting", f"{where} is {value!r}: {nearest(str(value), known)}")
    return str(value)


def _operators(name: str, where: str, value: object) -> Selection:
    """Names to include; those with a minus in front are left out instead."""
    names = _texts(name, where, value)
    _check_names(where, (text.removeprefix("-") for text in names), operator_names(), "operator")
    return Selection(
        include=tuple(text for text in names if not text.startswith("-")),
        exclude=tuple(text[1:] for text in names if text.startswith("-")),
    )


def _rules(name: str, where: str, value: object) -> tuple[str, ...]:
    names = _texts(name, where, value)
    _check_names(where, names, rule_names(), "suppression rule")
    return names


def _check_names(where: str, names: Iterable[str], known: Iterable[str], kind: str) -> None:
    known = tuple(known)
    for name in names:
        if name not in known:
            fail("bad-setting", f"{where}: no {kind} `{name}`; {nearest(name, known)}")


def operator_names() -> tuple[str, ...]:
    """The names of all mutation operators, in their order of documentation."""
    # Imported late: the operators load ast and more, which `refute --help` does not need.
    from refute_child.operators import OPERATORS

    return tuple(OPERATORS)


def rule_names() -> tuple[str, ...]:
    """The names of all suppression rules."""
    from refute_child.suppress import RULES

    return tuple(RULES)


def _check_paths(settings: Settings) -> None:
    """Refuse sources and tests that are not there; globs and node ids are checked in part."""
    for name, values in (("source", settings.source), ("tests", settings.tests)):
        for value in values:
            path = value.split("::", 1)[0] if name == "tests" else value
            if not (settings.root / path).exists():
                fail("no-such-path", f"{name}: {path} does not exist in {settings.root}.")


Checker = Callable[[str, str, object], Any]

_CHECKERS: dict[str, Checker] = {
    "source": _texts,
    "tests": _texts,
    "exclude": _texts,
    "pytest_args": _texts,
    "jobs": _count,
    "timeout_factor": _factor,
    "operators": _operators,
    "rules_off": _rules,
    "python": _text,
    "isolation": _choice,
    "unsealed": _flag,
    "seal": _choice,
    "paths": _texts,
    "since": _text,
    "staged": _flag,
    "shard": parts,
    "budget": seconds,
    "score_only": _flag,
    "quiet": _flag,
    "plain": _flag,
}

KEYS: dict[str, str] = {
    "source": "source",
    "tests": "tests",
    "exclude": "exclude",
    "pytest-args": "pytest_args",
    "jobs": "jobs",
    "timeout-factor": "timeout_factor",
    "operators": "operators",
    "rules-off": "rules_off",
    "python": "python",
}
"""Keys of [tool.refute] and the fields of Settings that they set."""

TABLES = ("contracts", "defects", "gate")
"""Tables of [tool.refute] that are read by those who need them."""

COMMAND_LINE_ONLY = (
    "isolation", "unsealed", "seal", "paths", "since", "staged", "shard", "budget",
    "score_only", "quiet", "plain",
)  # fmt: skip
"""Options that say how to run once, not what the project is, and so are no keys."""

CHOICES: dict[str, tuple[str, ...]] = {
    "isolation": ("fork", "cold"),
    "seal": ("auto", "strict"),
}
"""The values of the fields that take one of a few words."""


def _check(name: str, where: str, value: object) -> Any:
    """The value in the form that Settings holds, or a RefuteError that says what is wrong."""
    return _CHECKERS[name](name, where, value)
