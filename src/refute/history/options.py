"""What a user can say about past bugs: ``[tool.refute.defects]`` and the command line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refute.errors import fail, nearest
from refute.settings import read_toml

LIMIT = 100
"""So many fixes are replayed at most, the newest first, if nothing else is said."""


@dataclass(frozen=True, slots=True)
class Options:
    """Which past bugs to replay."""

    #: Which messages are those of bug fixes; None: the rule of docs/measures/defects.md.
    pattern: re.Pattern[str] | None = None
    #: Only commits after this revision, or from this day (YYYY-MM-DD) on.
    since: str = ""
    #: The newest so many fixes.
    limit: int = LIMIT
    #: A folder of patches, to be replayed in the place of the history.
    catalogue: Path | None = None


def read(root: Path, given: Mapping[str, Any]) -> Options:
    """The project's own words with the command line laid over them; None means not given.

    Raises RefuteError: unknown-setting, bad-setting, no-such-path.
    """
    path = root / "pyproject.toml"
    table = read_toml(path).get("tool", {}).get("refute", {}).get("defects", {})
    if not isinstance(table, dict):
        fail("bad-setting", f"[tool.refute.defects] in {path} is not a table.")
    found: dict[str, Any] = {}
    for key, value in table.items():
        where = f"`{key}` in [tool.refute.defects] of {path}"
        if key not in _CHECKERS:
            fail("unknown-setting", f"{where}: {nearest(key, _CHECKERS)}")
        found[key] = _CHECKERS[key](where, value)
        if key == "catalogue":
            found[key] = root / found[key]
    for key, value in given.items():
        if value is not None:
            where = "--rule" if key == "pattern" else f"--{key}"
            found[key] = _CHECKERS[key](where, value)
    catalogue = found.get("catalogue")
    if catalogue is not None and not catalogue.is_dir():
        fail("no-such-path", f"the catalogue {catalogue} is not a folder.")
    return Options(**found)


def _pattern(where: str, value: object) -> re.Pattern[str]:
    try:
        return re.compile(_text(where, value), re.IGNORECASE | re.MULTILINE)
    except re.error as error:
        fail("bad-setting", f"{where} is no regular expression: {error}.", cause=error)


def _text(where: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        fail("bad-setting", f"{where} must be a string, not {value!r}.")
    return value


def _since(where: str, value: object) -> str:
    # TOML has dates of its own, which print as YYYY-MM-DD.
    return _text(where, value if isinstance(value, (str, int, float)) else str(value))


def _limit(where: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        fail("bad-setting", f"{where} must be a whole number from 1 up, not {value!r}.")
    return value


def _catalogue(where: str, value: object) -> Path:
    return value if isinstance(value, Path) else Path(_text(where, value))


_CHECKERS: dict[str, Callable[[str, object], Any]] = {
    "pattern": _pattern,
    "since": _since,
    "limit": _limit,
    "catalogue": _catalogue,
}

KEYS = tuple(_CHECKERS)
"""Keys of [tool.refute.defects]."""
