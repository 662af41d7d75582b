"""What is printed of a theatre."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

from rich.console import Console
from tests.unit.theatre_factory import NAMES, stage

from refute.judgement import Judgement, Theatre
from refute.report import console_for, mutant, one_double, one_test, terminal
from refute.report.theatre import render
from refute.strength import Strength, TestVerdict

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
NOTHING = Theatre(strengths=tuple(Strength(TestVerdict.UNJUDGED) for _ in NAMES))


def printed(draw: Callable[[Console], None], width: int = 80) -> str:
    stream = io.StringIO()
    draw(console_for(stream, width=width))
    return stream.getvalue()


def section(found: Judgement, width: int = 80) -> str:
    return printed(lambda console: render(found, console), width)


def one(name: str, found: Judgement | None = None) -> str:
    return printed(lambda console: one_test.show(found or stage(), name, console))


def everything(found: Judgement, console: Console) -> None:
    """All that can be shown of a judgement."""
    terminal.render(found, console)
    made = found.theatre
    assert made is not None
    for test in found.tests:
        one_test.show(found, test.id, console)
    for double in made.doubles:
        one_double.show_double(found, double, console)
    for place in made.blind_places:
        one_double.show_place(found, place, console)
    for fault in made.double_faults:
        one_double.show_fault(found, fault, console)
    for item in found.judged:
        mutant.show(found, item, console)
