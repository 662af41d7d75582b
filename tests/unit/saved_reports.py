"""The saved reports of testdata/reports, and a judgement full of hostile names."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.unit.factory import fault, judgement, killed, other, passed, survived

from refute.baseline import Test, TestOutcome
from refute.gate import GateResult, Line, State
from refute.judgement import (
    Acceptance,
    Environment,
    Finding,
    Judgement,
    Project,
    Remark,
    Selection,
    Severity,
    Slug,
    Source,
    Verdict,
)
from refute.report.subject import Subject

ROOT = Path(__file__).resolve().parents[2]
REPORTS = ROOT / "testdata" / "reports"
SCHEMAS = ROOT / "testdata" / "schemas"


def tool() -> ModuleType:
    """tools/reports.py as a module."""
    spec = spec_from_file_location("refute_reports_tool", ROOT / "tools" / "reports.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


EVIL = (
    "</code></details><script>alert('EVIL')</script>\n::error::EVIL\r\n]]> --> @EVIL #12 GH-12 "
    "http://EVIL.example www.EVIL.example `````` ~~~~ | **b** [x](javascript:EVIL) %0A::warning::"
    "EVIL \x1b[31m\x00\x07\u202e\ufffe\u2028 &amp; \" ' ${{ EVIL }} \udcff \U0001f600 /close"
)
"""Markup, commands, mentions, control characters and broken Unicode in one name."""

TEXT = f"def f(x):\n    return x + 1  # {EVIL.replace(chr(10), ' ').replace(chr(13), ' ')}\n"
SOURCE = TEXT.replace("\udcff", "").replace("\x00", "")


def finding(slug: Slug, severity: Severity, number: int, *evidence: str) -> Finding:
    """A finding whose every text is hostile."""
    folder = "src" if evidence else "tests"
    file = "" if slug is Slug.UNSEALED else f"{folder}/{EVIL}.py"
    accepted = Acceptance(EVIL, None, f"{EVIL}.toml") if number % 7 == 6 else None
    return Finding(
        f"f-{number:08x}", slug, severity, file, number or None, EVIL, (*evidence, EVIL),
        f"refute show '{EVIL}'", EVIL, accepted,
    )  # fmt: skip


def hostile() -> Judgement:
    """A run of a project in which every name, text and reason is hostile."""
    file, test = f"src/{EVIL}.py", f"tests/{EVIL}.py::test_{EVIL}[{EVIL}]"
    tests: list[Test] = [
        *passed(test),
        *passed(f"{test}2", outcome=TestOutcome.FAILED, detail=EVIL),
    ]
    tests[0] = replace(tests[0], defined=f"tests/{EVIL}.py:3")
    kinds: dict[str, Any] = {"text": SOURCE, "file": file, "function": EVIL}
    lead = survived(fault("x + 1", EVIL.replace("\udcff", ""), **kinds), test)
    judged = [
        lead,
        killed(fault("x +", "x -", **kinds), f"{test}3", tests_run=(test, f"{test}3")),
        other(fault("1", "2", **kinds), Verdict.ERROR, EVIL),
        other(fault("return", "yield", **kinds, excluded="suppressed", reason=EVIL),
              Verdict.SUPPRESSED),
        other(fault("def", "async def", **kinds), Verdict.NO_COVERAGE),
    ]  # fmt: skip
    found = judgement(judged, tests=tests, sources={file: Source("utf-8", SOURCE)})
    severities = list(Severity)
    # What is said of faults begins with one; all else rests on texts.
    about = {Slug.SURVIVOR, Slug.UNTESTED_FUNCTION, Slug.UNNOTICED_FUNCTION, Slug.SILENT_TEST}
    more = [
        finding(slug, severities[number % 3], number, *([lead.mutant.id] if slug in about else []))
        for number, slug in enumerate(Slug)
    ]
    return replace(
        found,
        version=EVIL,
        environment=Environment(EVIL, EVIL, EVIL, 2, EVIL, True),
        selection=Selection(paths=(EVIL,), changes=EVIL),
        project=Project(EVIL, (EVIL,), (EVIL,)),
        findings=tuple(more),
        notes=(Remark("interpreter", EVIL),),
    )


def hostile_gate() -> GateResult:
    """What a gate says of such a project."""
    lines = [Line(state, f"sarif[{EVIL}]", EVIL, EVIL, (EVIL,), 1) for state in State]
    return GateResult(tuple(lines), (EVIL,))


def hostile_subject() -> Subject:
    """All of it, with a base in which other findings were."""
    now = hostile()
    before = replace(now, findings=(finding(Slug.ECHO, Severity.HIGH, 4242),))
    return Subject(now, base=before, gate=hostile_gate(), prefix=f"{EVIL}/", tokens=100_000)
