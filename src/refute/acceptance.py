"""Findings that somebody has looked at and accepted, in the source or in a reviewed file.

In the source: ``# refute: accept[prayer] why, until 2027-01-31``, on the line, above it, or at
the header of the block. In ``refute-accept.toml``: a table for each, with a path or a node id.
An acceptance without a reason accepts nothing.
"""

from __future__ import annotations

import datetime
import io
import re
import tokenize
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from refute.errors import fail, nearest
from refute.finding import Acceptance, Finding, Slug, finding_id
from refute.metrics.ranking import base
from refute.outline import Outline, read_outline
from refute.settings import read_toml
from refute.sources import matches

FILE = "refute-accept.toml"
"""The reviewed file, in the project's root."""

_COMMENT = re.compile(r"#\s*refute:\s*accept\b(?:\[([^\]]*)\])?\s*(.*)", re.IGNORECASE)
_UNTIL = re.compile(r"[\s,;(]*\buntil\s+(\d{4}-\d\d-\d\d)\b[).\s]*", re.IGNORECASE)
_KEYS = ("finding", "where", "reason", "until")


@dataclass(frozen=True, slots=True)
class Rule:
    """One acceptance: of which findings, and where. ``lines`` are those that a comment speaks
    for; a rule of the file has a glob of paths or node ids instead.
    """

    #: Slugs, or ids of findings.
    names: tuple[str, ...]
    acceptance: Acceptance
    file: str = ""
    lines: tuple[int, int] = (0, 0)
    glob: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The findings, those that are accepted marked as such, and what is wrong with the rules."""

    findings: tuple[Finding, ...]
    #: What a reader should know, as slug of a message and text.
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a finding is, for the rules."""

    finding: Finding
    line: int | None
    #: Node ids that it is about; none where it is about code.
    tests: tuple[str, ...]


def accept(
    findings: Sequence[Finding],
    root: Path,
    tests: Sequence[str],
    day: str,
    *,
    sources: Iterable[str] = (),
    whole: bool = False,
) -> Accepted:
    """Mark what is accepted; ``tests`` are all node ids, ``day`` is today as ``2027-01-31``,
    ``sources`` all files that are judged.

    ``whole`` says that all was judged there is, so that a rule which meets nothing is out of
    date. Raises RefuteError bad-setting, unknown-setting for a file that can't be understood.
    """
    files = {one.file for one in findings if one.file} | {id.partition("::")[0] for id in tests}
    files.update(sources)
    outlines = dict(_outlines(root, files))
    warnings: list[tuple[str, str]] = []
    rules = [*_from_comments(outlines, warnings), *_from_file(root / FILE)]
    if not rules:
        return Accepted(tuple(findings), tuple(warnings))
    names = _test_names(findings, tests)
    places = [_place(one, names.get(one.id, ()), outlines) for one in findings]
    found = list(findings)
    for rule in rules:
        met = [number for number, place in enumerate(places) if _speaks_of(rule, place)]
        said = f"{rule.acceptance.where}: accept[{', '.join(rule.names)}]"
        if not rule.acceptance.holds(day):
            until, number = rule.acceptance.until, len(met)
            those = "1 finding counts" if number == 1 else f"{number} findings count"
            text = f"{said} held until {until} ({rule.acceptance.reason}); {those} again."
            warnings.append(("acceptance-expired", text))
            continue
        if whole and not met:
            warnings.append(("acceptance-unused", f"{said} meets no finding any more."))
        for number in met:
            found[number] = replace(found[number], accepted=rule.acceptance)
    return Accepted(tuple(found), tuple(warnings))


def _outlines(root: Path, files: Iterable[str]) -> Iterator[tuple[str, Outline]]:
    for file in sorted(files):
        try:
            data = (root / file).read_bytes()
            if b"refute:" in data:
                encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
                yield file, read_outline(data.decode(encoding))
        except (OSError, SyntaxError, ValueError):
            # Not there, or not Python: nothing can be accepted in it.
            continue


def _from_comments(outlines: dict[str, Outline], warnings: list[tuple[str, str]]) -> Iterator[Rule]:
    for file, outline in outlines.items():
        for comment in outline.comments:
            asked = _COMMENT.match(comment.text)
            if asked is None:
                continue
            where = f"{file}:{comment.line}"
            names = tuple(n.strip() for n in (asked.group(1) or "").split(",") if n.strip())
            until = _UNTIL.search(asked.group(2))
            reason = _UNTIL.sub(" ", asked.group(2)).strip(" ,;:-")
            problem = _problem(names, reason, until.group(1) if until else None)
            if problem:
                warnings.append(("bad-acceptance", f"{where}: {problem}"))
                continue
            made = Acceptance(reason, until.group(1) if until else None, where)
            yield Rule(names, made, file, outline.reach(comment))


def _problem(names: Sequence[str], reason: str, until: str | None) -> str:
    """What is wrong with an acceptance, in words; empty when nothing is."""
    if not names:
        return "name the kind of finding, as in `# refute: accept[prayer] why`."
    for name in names:
        if name not in list(Slug) and not re.fullmatch(r"f-[0-9a-f]{8}", name):
            return f"there is no finding `{name}`; {nearest(name, Slug)}"
    if not reason:
        return "say why it may stay, behind the brackets."
    try:
        datetime.date.fromisoformat(until or "2000-01-01")
    except ValueError:
        return f"there is no day {until}."
    return ""


def _from_file(path: Path) -> Iterator[Rule]:
    content = read_toml(path)
    tables = content.get("accept", [])
    for key in content:
        if key != "accept":
            fail("unknown-setting", f"`{key}` in {path}: {nearest(key, ['accept'])}")
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        fail("bad-setting", f"`accept` in {path} must be tables, each under [[accept]].")
    for number, table in enumerate(tables, 1):
        yield _rule(table, f"[[accept]] {number} in {path}", f"{path.name}, no. {number}")


def _rule(table: dict[str, Any], said: str, where: str) -> Rule:
    for key in table:
        if key not in _KEYS:
            fail("unknown-setting", f"`{key}` in {said}: {nearest(key, _KEYS)}")
    until = table.get("until")
    if isinstance(until, datetime.date) and not isinstance(until, datetime.datetime):
        until = until.isoformat()
    texts = [table.get("finding", ""), table.get("reason", ""), table.get("where", "*")]
    if not all(isinstance(text, str) for text in texts):
        fail("bad-setting", f"{said}: finding, reason and where must be strings.")
    if until is not None and not (
        isinstance(until, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", until)
    ):
        fail("bad-setting", f"{said}: `until` must be a day such as 2027-01-31, not {until!r}.")
    name, reason, glob = (text.strip() for text in texts)
    problem = _problem([name] if name else [], reason, until)
    if problem:
        fail("bad-setting", f"{said}: {problem}")
    return Rule((name,), Acceptance(reason, until, where), glob=glob)


def _test_names(findings: Iterable[Finding], tests: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Id of a finding on a test -> the name that it is about. Its id is made of that name."""
    wanted = {one.id: one.slug for one in findings if one.line is None}
    slugs = sorted(set(wanted.values()))
    found: dict[str, tuple[str, ...]] = {}
    for name in dict.fromkeys(name for test in tests for name in (base(test), test)):
        for slug in slugs:
            id = finding_id(slug, name)
            if id in wanted:
                found[id] = (name,)
    return found


def _place(finding: Finding, tests: tuple[str, ...], outlines: dict[str, Outline]) -> _Place:
    line, outline = finding.line, outlines.get(finding.file)
    if line is None and tests and outline is not None:
        parts = base(tests[0]).split("::")[1:]
        # A test that a class has inherited stands elsewhere; then the class has to do.
        lines = (outline.line_of(".".join(parts[:end])) for end in range(len(parts), 0, -1))
        line = next((found for found in lines if found is not None), None)
    return _Place(finding, line, tests)


def _speaks_of(rule: Rule, place: _Place) -> bool:
    finding = place.finding
    if finding.slug not in rule.names and finding.id not in rule.names:
        return False
    if rule.glob:
        tests = (name for test in place.tests for name in (test, base(test)))
        return matches(finding.file, rule.glob) or rule.glob in tests
    first, last = rule.lines
    return finding.file == rule.file and place.line is not None and first <= place.line <= last
