"""pytest's own words for a failure, cut down to what a reader needs; pure."""

from __future__ import annotations

from refute.errors import RefuteError

LINE = 300
"""Characters that are shown of a line which the suite printed."""

SAID = 3
"""Lines that are shown of the reason why one test failed; its place comes on top."""

_TOLD = "E  "
"""So begin the lines in which pytest says why, in its long and in its short style."""


def last_lines(text: str, most: int = 40) -> list[str]:
    """The last lines of what was printed, of a length that can be shown."""
    return [line[:LINE] for line in text.splitlines()[-most:]]


def reason(text: str) -> str:
    """A few lines of a test's traceback: what it failed with in the end, and where.

    The styles of pytest differ (`--tb`); in each of them the last line tells the most.
    """
    lines = [line.rstrip() for line in text.splitlines() if line.strip() not in ("", "E")]
    told = _last_told(lines)
    if told:
        place = [] if lines[-1].startswith(_TOLD) else lines[-1:]
        shown = [line.removeprefix(_TOLD).strip() for line in told[:SAID]] + place
    else:
        shown = lines[-SAID:]
    return "\n".join(line if len(line) <= LINE else f"{line[: LINE - 3]}..." for line in shown)


def _last_told(lines: list[str]) -> list[str]:
    """The last run of lines in which pytest says why: that of the last of chained exceptions."""
    ends = [number for number, line in enumerate(lines, 1) if line.startswith(_TOLD)]
    if not ends:
        return []
    start = end = ends[-1]
    while start > 0 and lines[start - 1].startswith(_TOLD):
        start -= 1
    return lines[start:end]


def graver(plain: RefuteError, module: RefuteError) -> RefuteError:
    """Which of two failed collections to show: that of `pytest`, or of `python -m pytest`.

    The second finds what lies in the working folder. If it fails for another reason, then the
    first one's (a module that is not found) is not what has to be mended.
    """
    if _why(plain) == _why(module):
        return plain
    remedy = module.remedy
    if module.slug == plain.slug:
        command = "python -m pytest --collect-only"
        remedy = f"Make `{command}` work under the interpreter that refute names."
    detail = (*module.detail, *_other(plain))
    return RefuteError(module.slug, module.message, remedy=remedy, detail=detail)


def _other(plain: RefuteError) -> list[str]:
    why = _why(plain)
    last = why[-1].removeprefix(_TOLD).strip() if why else plain.message
    return [f"Plain `pytest` fails otherwise: {last}"]


def _why(error: RefuteError) -> list[str]:
    """The lines of an error in which pytest says why; all of its lines if there are none."""
    return [line for line in error.detail if line.startswith(_TOLD)] or list(error.detail)
