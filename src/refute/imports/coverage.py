"""Line and branch coverage, as ``coverage xml`` and others write them (Cobertura)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from refute.imports.files import read_bytes, refuse

KIND = "coverage XML"


@dataclass(frozen=True, slots=True)
class LineCoverage:
    """Lines and branches that were executed, of all; None where branches were not looked at."""

    lines: tuple[int, int]
    branches: tuple[int, int] | None


def read_coverage(path: Path) -> LineCoverage:
    """The totals of a file. Raises RefuteError no-such-path, bad-import.

    Counts are taken from the root element, or, where a tool writes rates alone, from the lines.
    Entities are refused: a report needs none, and a few nested ones can fill any memory.
    """
    root: dict[str, str] = {}
    lines: list[tuple[bool, str]] = []
    names: list[str] = []
    parser = expat.ParserCreate()

    def refuse_entity(name: str, *rest: object) -> NoReturn:
        refuse(path, KIND, f"it declares an entity ({name}), which no such report needs")

    def begin(name: str, attributes: dict[str, str]) -> None:
        if not names:
            if name != "coverage":
                refuse(path, KIND, f"its root is <{name}>, not <coverage>")
            root.update(attributes)
        elif name == "line" and "methods" not in names:
            # Lines of methods are listed again among those of the class.
            hit = attributes.get("hits", "0").strip() not in ("", "0")
            lines.append((hit, attributes.get("condition-coverage", "")))
        names.append(name)

    def end(name: str) -> None:
        names.pop()

    parser.EntityDeclHandler = refuse_entity
    parser.StartElementHandler = begin
    parser.EndElementHandler = end
    try:
        parser.Parse(read_bytes(path, KIND), True)
    except expat.ExpatError as error:
        refuse(path, KIND, f"it is no XML ({error})", error)
    try:
        return _totals(root, lines)
    except ValueError as error:
        refuse(path, KIND, f"its numbers can't be understood ({error})", error)


def _totals(root: dict[str, str], lines: list[tuple[bool, str]]) -> LineCoverage:
    if "lines-valid" in root and "lines-covered" in root:
        counted = _pair(root["lines-covered"], root["lines-valid"])
    elif lines:
        counted = (sum(hit for hit, _ in lines), len(lines))
    else:
        raise ValueError("no lines-valid and no lines")
    if "branches-valid" in root and "branches-covered" in root:
        branches = _pair(root["branches-covered"], root["branches-valid"])
    else:
        taken = [_pair(*_fraction(words)) for _, words in lines if "(" in words]
        branches = (sum(part for part, _ in taken), sum(whole for _, whole in taken))
    return LineCoverage(counted, branches if branches[1] else None)


def _fraction(words: str) -> tuple[str, str]:
    """``50% (1/2)`` as its two numbers."""
    part, _, whole = words.partition("(")[2].partition(")")[0].partition("/")
    return part, whole


def _pair(part: str, whole: str) -> tuple[int, int]:
    found = int(part), int(whole)
    if not 0 <= found[0] <= found[1]:
        raise ValueError(f"{part} of {whole}")
    return found
