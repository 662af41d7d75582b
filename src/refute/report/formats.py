"""All formats of a report by name. Each is a pure function of a subject to text."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console

from refute.gate import gate_document
from refute.judgement import dumps, to_json
from refute.report import agent, badge, console_for, github, junit, markdown, sarif, stryker
from refute.report import gate as gate_report
from refute.report import terminal as summary
from refute.report.against import against, change_document
from refute.report.subject import Subject

WIDTH = 100
"""Columns of the terminal's summary where it goes to a file."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format."""

    render: Callable[[Subject], str]
    #: Whether it shows what has changed since a base.
    compares: bool = True


def terminal(subject: Subject) -> str:
    """The summary of ``refute run``, without colours."""
    stream = io.StringIO()
    show(subject, console_for(stream, width=WIDTH, plain=True))
    return stream.getvalue()


def show(subject: Subject, console: Console) -> None:
    """The same on a console."""
    summary.render(subject.judgement, console)
    change = subject.change
    if change is not None:
        against(change, console)
    if subject.gate is not None:
        gate_report.render(subject.gate, (), console)


def document(subject: Subject) -> str:
    """The judgement as it is saved, with the change against a base and the gate's result."""
    found = to_json(subject.judgement)
    change = subject.change
    if change is not None and subject.base is not None:
        found["change"] = change_document(subject.base, change)
    if subject.gate is not None:
        found["gate"] = gate_document(subject.gate)
    return dumps(found).decode("utf-8")


FORMATS = {
    "terminal": Format(terminal),
    "markdown": Format(markdown.render),
    "json": Format(document),
    "sarif": Format(sarif.render),
    "stryker": Format(stryker.render, compares=False),
    "junit": Format(junit.render, compares=False),
    "github": Format(github.render),
    "badge": Format(badge.render, compares=False),
    "badge-json": Format(badge.render_json, compares=False),
    "agent": Format(agent.render),
}
"""Name to format, in the order of the docs."""
