"""What could be written at a point, for a view of a value and the literal that it had."""

from __future__ import annotations

import re
from ast import literal_eval
from itertools import chain, count

from refute.suggestions.style import call, equality, regex, written
from refute.suggestions.values import Candidate, Edit, Kind, Point, TestFile

_LONG_FLOAT = re.compile(r"\d\.\d{7,}")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}\b|\b0x[0-9a-f]{9,}\b")
_EMPTY = frozenset({"''", "b''"})


def candidate(file: TestFile, point: Point, view: str, literal: str) -> Candidate | None:
    """The change that asserts this; None where there is no good way to."""
    if _ADDRESS.search(literal) or _LONG_FLOAT.search(literal):
        return None
    if point.kind in ("raises", "raises_call"):
        return _expected(file, point, view, literal)
    text = written(literal, point, file.manners)
    if text is None:
        return None
    if point.kind == "state":
        return _state(file, point, view, text)
    if point.kind == "asserted":
        return _strengthened(file, point, view, text)
    if point.kind == "bare":
        return _bare(file, point, view, text)
    return _after(file, point, view, text, point.name)


def spec(point: Point) -> Candidate:
    """A double that knows the signature of what it stands for."""
    edit = Edit(point.insert, point.insert, ", autospec=True")
    return Candidate(Kind.SPEC, point, "spec", "", (edit,), "autospec=True", 6)


def _bare(file: TestFile, point: Point, view: str, literal: str) -> Candidate | None:
    """The result of a call that stands alone."""
    if view == "= {}":
        says = equality(point.text, literal, point, file.manners)
        edit = Edit(point.start, point.end, says)
        # That nothing comes back is seldom what a test is about.
        rank = 6 if literal == "None" else 0
        return Candidate(Kind.RESULT, point, view, literal, (edit,), says, rank)
    name = _fresh(point)
    found = _after(file, point, view, literal, name)
    if found is None:
        return None
    begin = Edit(point.start, point.start, f"{name} = ")
    return Candidate(
        Kind.RESULT, point, view, literal, (begin, *found.edits), found.says, found.rank
    )


def _strengthened(file: TestFile, point: Point, view: str, literal: str) -> Candidate | None:
    """An assertion that says little, made to say all."""
    if view != "= {}" or (point.form == "true" and literal == "True"):
        return None
    says = equality(point.text, literal, point, file.manners)
    return Candidate(Kind.RESULT, point, view, literal, (Edit(*point.statement, says),), says, 1)


def _after(file: TestFile, point: Point, view: str, literal: str, name: str) -> Candidate | None:
    """A line of its own, on what has a name."""
    if point.after < 0:
        return None
    kind = Kind.RESULT
    subject = _subject(file, view.replace("{}", name))
    if view.startswith("!"):
        kind = Kind.DOUBLE
        says = call(subject, literal, point, file.manners)
    else:
        says = equality(subject, literal, point, file.manners)
    edit = Edit(point.after, point.after, f"{file.manners.newline}{point.indent}{says}")
    return Candidate(kind, point, view, literal, (edit,), says, _rank(view, "{}"))


def _state(file: TestFile, point: Point, view: str, literal: str) -> Candidate | None:
    """A line at the end of the function."""
    double = view.startswith("!") or view.endswith(("_args_list", "_count"))
    if view.startswith("!"):
        says = call(view[2:], literal, point, file.manners)
    else:
        says = equality(_subject(file, view), literal, point, file.manners)
    whole = view[2:] in point.names
    rank = 3 if whole else _rank(view, "") + 1
    edit = Edit(point.after, point.after, f"{file.manners.newline}{point.indent}{says}")
    kind = Kind.DOUBLE if double else Kind.STATE
    return Candidate(kind, point, view, literal, (edit,), says, rank)


def _subject(file: TestFile, view: str) -> str:
    """The subject of an assertion, with the file's quotes."""
    return (
        view[2:].replace('["', "['").replace('"]', "']") if file.manners.quote == "'" else view[2:]
    )


def _rank(view: str, whole: str) -> int:
    """Whole values first, then what a double was sent, attributes, and what is derived."""
    if view == f"= {whole}":
        return 1
    if view.startswith("!"):
        return 2 if view.endswith("_with") else 4
    if view.endswith("_args_list"):
        return 3
    if view.startswith("= sorted(") or view.endswith('"]'):
        return 2
    if view.startswith(("= str(", "= repr(", "= len(")) or view.endswith("_count"):
        return 5
    return 3


def _expected(file: TestFile, point: Point, view: str, literal: str) -> Candidate | None:
    """The text of an exception that is expected already, or what it holds."""
    if view != "= {}":
        return _held(file, point, view, literal) if point.kind == "raises" else None
    if literal in _EMPTY:
        return None
    message = literal_eval(literal)
    if not isinstance(message, str) or not message.strip():
        return None
    pattern = regex(message, file.manners.quote)
    edits: tuple[Edit, ...]
    if _is_unittest(file, point):
        edits = (
            Edit(point.rename, point.rename, "Regex"),
            Edit(point.insert, point.insert, f", {pattern}"),
        )
    else:
        lead = " " if point.comma else ", "
        edits = (Edit(point.insert, point.insert, f"{lead}match={pattern}"),)
    says = f"match={pattern}" if len(edits) == 1 else f"assertRaisesRegex(..., {pattern})"
    return Candidate(Kind.EXCEPTION, point, view, literal, edits, says, 2)


def _held(file: TestFile, point: Point, view: str, literal: str) -> Candidate | None:
    """A line after the block, on an attribute of the exception."""
    text = written(literal, point, file.manners)
    if text is None or point.after < 0 or point.name == "_":
        return None
    unittest = _is_unittest(file, point)
    name = point.name or _free(point, "caught" if unittest else "excinfo")
    subject = view[2:].replace("{}", f"{name}.{'exception' if unittest else 'value'}")
    says = equality(subject, text, point, file.manners)
    line = Edit(point.after, point.after, f"{file.manners.newline}{point.indent}{says}")
    edits = (line,) if point.name else (Edit(point.end, point.end, f" as {name}"), line)
    return Candidate(Kind.EXCEPTION, point, view, literal, edits, says, 3)


def _is_unittest(file: TestFile, point: Point) -> bool:
    return file.text[: point.rename].endswith("assertRaises")


def _fresh(point: Point) -> str:
    """A name for a result that the function does not use."""
    return _free(point, "result")


def _free(point: Point, wanted: str) -> str:
    """The name, or one like it that the function does not use."""
    names = chain([wanted], (f"{wanted}_{number}" for number in count(2)))
    return next(name for name in names if name not in point.taken)
