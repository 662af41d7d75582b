"""``[tool.refute]`` for a project: the words, and where they go in pyproject.toml."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from refute.errors import fail
from refute.layout import find
from refute.project import Project
from refute.settings import TABLES, Settings, read_toml
from refute.starting.writing import Change

FILE = "pyproject.toml"


def configured(root: Path) -> bool:
    """Whether the project has settings of refute's already; a gate alone is none."""
    table = read_toml(root / FILE).get("tool", {}).get("refute")
    if not isinstance(table, dict):
        return table is not None
    return not table or any(key not in TABLES for key in table)


def sources(settings: Settings, project: Project) -> tuple[str, ...]:
    """The shortest ``source`` by which a run finds the very files that it finds by itself."""
    bases = tuple(one.folder for one in project.sources)
    tops = tuple(
        dict.fromkeys(_top(one.folder, file) for one in project.sources for file in one.files)
    )
    for named in (bases, tops):
        found = find(replace(settings, source=named)).sources if "." not in named else ()
        if {file for one in found for file in one.files} == set(project.files):
            return named
    return project.files


def _top(base: str, file: str) -> str:
    """The package or module directly below a folder that imports start from."""
    if base == ".":
        return file.split("/")[0]
    return f"{base}/{file.removeprefix(f'{base}/').split('/')[0]}"


def change(root: Path, named: Sequence[str]) -> Change:
    """pyproject.toml with ``[tool.refute]`` behind all that it holds, which stays as it is.

    Raises RefuteError bad-setting where the table can't stand there.
    """
    path = root / FILE
    before = path.read_bytes() if path.exists() else None
    text = "" if before is None else before.decode("utf-8")
    end = "\r\n" if "\r\n" in text else "\n"
    lines = ["[tool.refute]", f"source = {_list(named)}"]
    gap = "" if not text else end if text.endswith("\n") else end * 2
    after = text + gap + "".join(line + end for line in lines)
    if not _fits(text, after, list(named)):
        fail(
            "bad-setting",
            f"[tool.refute] can't be added at the end of {path} without changing what it says.",
            remedy="Write it by hand, where the tables of the other tools are.",
            detail=lines,
        )
    return Change(path, before, after.encode())


def _list(values: Sequence[str]) -> str:
    # A string of JSON is one of TOML.
    inside = [json.dumps(value, ensure_ascii=False) for value in values]
    short = f"[{', '.join(inside)}]"
    return short if len(short) <= 80 else "[\n" + "".join(f"  {one},\n" for one in inside) + "]"


def _fits(before: str, after: str, named: list[str]) -> bool:
    """Whether the new text says what the old one did, and the sources."""
    try:
        old, new = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return False
    table = new.get("tool", {}).get("refute", {})
    if table.pop("source", None) != named:
        return False
    if not table:
        new["tool"].pop("refute")
    if not new["tool"] and "tool" not in old:
        new.pop("tool")
    return new == old
