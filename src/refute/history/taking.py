"""Taking a fix back out of today's files: by patch, by three-way merge, else by function.

What is not sure is not done: a change that conflicts with today's code makes the bug unfit, with
the reason. The project's interpreter is asked (``ask``) for all that needs to read Python.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from refute.faults.past import Altered, Fix, How, PastBug, Piece, Unfit, Why
from refute.history.git import apply_patch, graft, merge

Ask = Callable[[list[dict[str, Any]]], list[Any]]
"""Sends questions to `refute_child/past.py` and returns the answers."""

_HOWS = list(How)


class _NotTaken(Exception):
    """Why a fix can't be taken back."""

    def __init__(self, unfit: Unfit, detail: str) -> None:
        super().__init__(detail)
        self.unfit = unfit
        self.detail = detail


def take_back(fix: Fix, root: Path, sources: tuple[str, ...], ask: Ask) -> PastBug:
    """The bug with the files that put it back into today's tree, or with why it can't be.

    ``sources`` are today's source files, relative to ``root``. Only reads.
    """
    bug = fix.bug
    if bug.unfit is not None:
        return bug
    if bug.why is not Why.CATALOGUE:
        bug = replace(bug, before=tuple(p.buggy for p in fix.pieces if p.buggy is not None))
    made: dict[str, bytes | None] = {}
    hows: list[How] = []
    try:
        for piece in fix.pieces:
            how, files = _take(piece, fix.renamed, root, sources, made, ask)
            made |= files
            hows.append(how)
        return _checked(bug, max(hows, key=_HOWS.index), made, root, ask)
    except _NotTaken as reason:
        return replace(bug, unfit=reason.unfit, detail=reason.detail)


def without_repeats(bugs: Iterable[PastBug]) -> list[PastBug]:
    """The bugs, where those that give the same code as one before them are unfit: a fix that
    was picked to two branches is in the history twice, and still is one bug.
    """
    first: dict[tuple[tuple[str, bytes | None], ...], str] = {}
    found = []
    for bug in bugs:
        made = tuple((one.path, one.buggy) for one in bug.files)
        if made and made in first:
            text = f"the same change as {first[made]}"
            bug = replace(bug, how=None, files=(), unfit=Unfit.REPEATED, detail=text)
        elif made:
            first[made] = bug.id
        found.append(bug)
    return found


def is_silent(pieces: Iterable[Piece], ask: Ask) -> bool:
    """Whether a fix changes comments, docstrings and annotations alone, as far as one can read."""
    known = [piece for piece in pieces if piece.path.endswith(".py") and piece.known]
    questions = [
        {"ask": "compare", "today": _text(piece.fixed), "changed": _text(piece.buggy)}
        for piece in known
    ]
    return bool(known) and all(answer["same"] for answer in ask(questions))


def _take(
    piece: Piece,
    renamed: Mapping[str, str],
    root: Path,
    sources: tuple[str, ...],
    made: Mapping[str, bytes | None],
    ask: Ask,
) -> tuple[How, dict[str, bytes | None]]:
    """How one file's part was taken back, and the files that change by it."""
    path = piece.path
    today = _now(root, path, made)
    if today is None and path in renamed:
        path = renamed[path]
        today = _now(root, path, made)
    if piece.known and piece.fixed is None:
        if today is None:
            return How.PATCH, {path: piece.buggy}
        raise _NotTaken(Unfit.CHANGED, f"the fix deleted {piece.path}, which is there again")
    if piece.known and piece.buggy is None:
        if today == piece.fixed:
            return How.PATCH, {path: None}
        unfit, word = (Unfit.GONE, "is gone") if today is None else (Unfit.CHANGED, "has grown")
        raise _NotTaken(unfit, f"the fix brought {piece.path}, which {word} since")
    applied = apply_patch(piece.patch, {piece.path: today})
    if applied is not None:
        return How.PATCH, {path: applied[piece.path]}
    if not piece.known or piece.fixed is None or piece.buggy is None:
        gone = today is None
        unfit = Unfit.DELETED if gone else Unfit.CHANGED
        why = "is not there" if gone else "does not fit the patch"
        raise _NotTaken(unfit, f"{piece.path} {why}")
    if today is not None:
        merged = merge(today, piece.fixed, piece.buggy)
        if merged is not None:
            return How.MERGE, {path: merged}
    return How.FUNCTION, _by_function(piece, path, root, sources, made, ask)


def _now(root: Path, path: str, made: Mapping[str, bytes | None]) -> bytes | None:
    if path in made:
        return made[path]
    place = root / path
    return place.read_bytes() if place.is_file() else None


def _by_function(
    piece: Piece,
    path: str,
    root: Path,
    sources: tuple[str, ...],
    made: Mapping[str, bytes | None],
    ask: Ask,
) -> dict[str, bytes | None]:
    """Today's files with the functions as they were, where nothing else came to them since."""
    assert piece.fixed is not None
    assert piece.buggy is not None
    contents = {name: _now(root, name, made) for name in (path, *sources)}
    todays = {name: text for name, text in contents.items() if text is not None}
    here = path in todays
    question = {
        "ask": "functions",
        "fixed": _text(piece.fixed),
        "buggy": _text(piece.buggy),
        "todays": {name: _text(content) for name, content in todays.items()},
    }
    answer = ask([question])[0]
    if "error" in answer:
        what = "" if here else f"{piece.path} is not there any more, and "
        raise _NotTaken(Unfit.CHANGED if here else Unfit.DELETED, what + answer["error"])
    found: dict[str, bytes | None] = {}
    # From the end of each file to its beginning, so that the lines ahead keep their numbers.
    for one in sorted(answer["functions"], key=lambda one: -one["first"]):
        content = found.get(one["path"]) or todays[one["path"]]
        found[one["path"]] = _replaced(content, one)
    return found


def _replaced(content: bytes, one: Mapping[str, Any]) -> bytes:
    """The file with one function as it was before the fix. Raises _NotTaken."""
    if one["today"] == one["buggy"]:
        raise _NotTaken(Unfit.GONE, f"{one['name']} is as it was before the fix")
    if one["today"] == one["fixed"]:
        text = one["source"] or one["buggy"]
    else:
        words = [one[key].encode() for key in ("today", "fixed", "buggy")]
        merged = merge(words[0], words[1], words[2]) or graft(words[0], words[1], words[2])
        if merged is None:
            raise _NotTaken(Unfit.CHANGED, f"{one['name']} has been rewritten since")
        text = merged.decode()
    # Latin-1 keeps every byte; what comes new may have characters that need the file's own.
    lines = io.StringIO(content.decode("latin-1"), newline="").readlines()
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    blank = " " * one["indent"]
    new = [blank + line + end if line.strip() else end for line in text.splitlines()]
    fresh = "".join(new).encode().decode("latin-1")
    lines[one["first"] - 1 : one["last"]] = [fresh]
    return "".join(lines).encode("latin-1")


def _checked(
    bug: PastBug, how: How, made: Mapping[str, bytes | None], root: Path, ask: Ask
) -> PastBug:
    """The bug, if what was made is code, and other code than today's."""
    todays = {path: _now(root, path, {}) for path in made}
    changed = [path for path in sorted(made) if made[path] != todays[path]]
    python = [path for path in changed if path.endswith(".py")]
    answers = ask(
        [
            {"ask": "compare", "today": _text(todays[path]), "changed": _text(made[path])}
            for path in python
        ]
    )
    facts = dict(zip(python, answers, strict=True))
    files = []
    for path in changed:
        fact = facts.get(path, {"error": None, "same": False, "lines": None})
        if fact["error"] is not None:
            raise _NotTaken(Unfit.SYNTAX, f"{path} would not compile: {fact['error']}")
        if not fact["same"]:
            lines = fact["lines"]
            spans = None if lines is None else tuple((first, last) for first, last in lines)
            files.append(Altered(path, todays[path], made[path], spans))
    if not files:
        raise _NotTaken(Unfit.GONE, "without the fix, today's code is the same")
    return replace(bug, how=how, files=tuple(files))


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode("latin-1")
