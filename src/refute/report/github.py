"""Annotations for a run of GitHub Actions: commands on standard output, one a line.

GitHub shows ten of each kind a step and drops the others in silence, so no more are written,
and the last line says how many findings are not among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from refute.gate import State
from refute.judgement import Severity
from refute.report import crop, plural, printable
from refute.report.places import Place, Places
from refute.report.subject import Subject, first_mutant, leading, part, score, still_open

MOST = 10
"""Annotations of one kind that GitHub shows of a step."""

KINDS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "notice"}
"""An error is red, and does not make the step fail: that is what `refute gate` is for."""

TEXT = 600


def render(subject: Subject) -> str:
    """The commands: the score, what the gate says, the findings, as many as are shown."""
    used: Counter[str] = Counter()
    lines = [_notice(subject)]
    used["notice"] += 1
    for text in _gate(subject):
        if used["error"] < MOST:
            used["error"] += 1
            lines.append(_command("error", "refute gate", text))
    left: Counter[str] = Counter()
    places, mutants = Places(subject.judgement), leading(subject.judgement)
    change = subject.change
    new = (change and change.new) or frozenset()
    for one in still_open(subject):
        kind = KINDS[one.severity]
        if used[kind] >= MOST:
            left[kind] += 1
            continue
        used[kind] += 1
        place = places.of(one, first_mutant(one, mutants))
        text = f"{one.message}\n{one.remedy}\n{one.reproduce}"
        title = f"{one.slug.value}{' (new)' if one.id in new else ''}"
        lines.append(_command(kind, title, text, place, subject.prefix))
    if left:
        total = sum(left.values())
        named = ", ".join(plural(left[kind], kind) for kind in KINDS.values() if left[kind])
        verb = "is" if total == 1 else "are"
        lines.append(
            f"{plural(total, 'more finding')} {verb} not annotated ({named}): GitHub shows "
            f"{MOST} of each kind a step. `refute report` shows them all."
        )
    return "\n".join(lines) + "\n"


def _notice(subject: Subject) -> str:
    said = [score(subject.judgement), part(subject.judgement), subject.gate_words]
    return _command("notice", "refute", "\n".join(text for text in said if text))


def _gate(subject: Subject) -> Iterator[str]:
    for one in () if subject.gate is None else subject.gate.lines:
        if one.state is not State.HELD:
            name = one.metric + (f" of {one.scope}" if one.scope else "")
            yield f"{one.state.value}: {name}: {one.said}"


def _command(kind: str, title: str, text: str, place: Place | None = None, prefix: str = "") -> str:
    given: list[tuple[str, str | int | None]] = []
    if place is not None and place.file:
        end = place.end_line if place.end_line is not None else place.line
        given += [("file", prefix + place.file), ("line", place.line), ("endLine", end)]
        # GitHub takes columns only for a span within one line.
        if place.line is not None and place.line == place.end_line:
            given += [("col", place.column), ("endColumn", place.end_column)]
    given.append(("title", title))
    properties = ",".join(f"{name}={_property(value)}" for name, value in given if value)
    return f"::{kind} {properties}::{_message(text)}"


def _message(text: str) -> str:
    """Lines without control characters, escaped as the runner undoes it."""
    shown = "\n".join(printable(line) for line in text.split("\n"))
    return _data(crop(shown, TEXT))


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str | int) -> str:
    return _data(printable(str(value))).replace(":", "%3A").replace(",", "%2C")
