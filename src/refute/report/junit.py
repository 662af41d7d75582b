"""Mutants, findings and the gate as JUnit XML, for the test panes of CI systems.

One suite a file, with a case for each mutant: noticed ones pass, missed ones fail. Findings on
tests and doubles, and the lines of the gate, are suites of their own. The times are those of
the trials, so that the same judgement always gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from refute.gate import GateResult, State
from refute.judgement import Finding, Judged, Judgement, Severity, Slug, Verdict, change
from refute.report import printable
from refute.report.diff import excerpt
from refute.report.mutant import VERDICTS
from refute.report.places import Places
from refute.report.subject import Subject, score
from refute.report.terminal import ran_over
from refute.report.words import fate

OF_MUTANTS = {
    Slug.SURVIVOR,
    Slug.UNTESTED_FUNCTION,
    Slug.UNNOTICED_FUNCTION,
    Slug.SILENT_TEST,
    Slug.UNJUDGED_CODE,
}
"""Findings that the cases of mutants say as well."""

PASSES = (Verdict.KILLED, Verdict.TIMEOUT)
FAILS = (Verdict.SURVIVED, Verdict.NO_COVERAGE)
ERRORS = (Verdict.ERROR, Verdict.UNSTABLE)


@dataclass(frozen=True, slots=True)
class _Case:
    """One case; ``kind`` is ``failure``, ``error``, ``skipped`` or empty for one that passed."""

    group: str
    name: str
    seconds: float = 0.0
    kind: str = ""
    message: str = ""
    text: str = ""


def render(subject: Subject) -> str:
    """The whole document."""
    suites = [*_mutants(subject.judgement), ("findings", _findings(subject.judgement))]
    if subject.gate is not None:
        suites.append(("gate", _gate(subject.gate)))
    shown = [(name, cases) for name, cases in suites if cases]
    every = [case for _, cases in shown for case in cases]
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f"<testsuites name={_attribute(f'refute: {score(subject.judgement)}')} {_sums(every)}>",
    ]
    for name, cases in shown:
        skipped = sum(case.kind == "skipped" for case in cases)
        head = f"<testsuite name={_attribute(name)} {_sums(cases)}"
        lines.append(f'{head} skipped="{skipped}">')
        lines += map(_case, cases)
        lines.append("</testsuite>")
    return "\n".join([*lines, "</testsuites>\n"])


def _sums(cases: Iterable[_Case]) -> str:
    every = list(cases)
    failures = sum(case.kind == "failure" for case in every)
    errors = sum(case.kind == "error" for case in every)
    seconds = sum(case.seconds for case in every)
    return (
        f'tests="{len(every)}" failures="{failures}" errors="{errors}" time="{_seconds(seconds)}"'
    )


def _case(case: _Case) -> str:
    head = (
        f"<testcase classname={_attribute(case.group)} name={_attribute(case.name)} "
        f'time="{_seconds(case.seconds)}"'
    )
    if not case.kind:
        return f"{head}/>"
    body = f"<{case.kind} message={_attribute(case.message)}>{_text(case.text)}</{case.kind}>"
    return f"{head}>{body}</testcase>"


def _mutants(judgement: Judgement) -> Iterator[tuple[str, list[_Case]]]:
    spared = {
        id: one.accepted.reason
        for one in judgement.findings
        if one.accepted is not None and one.slug is Slug.SURVIVOR
        for id in one.evidence
    }
    for file, items in groupby(judgement.judged, lambda item: item.mutant.file):
        module = file.removesuffix(".py").replace("/", ".")
        yield file, [_mutant(judgement, item, module, spared) for item in items]


def _mutant(judgement: Judgement, item: Judged, module: str, spared: Mapping[str, str]) -> _Case:
    one = item.mutant
    group = f"{module}.{one.function}"
    name = f"{one.line}:{one.column} {change(item)} ({one.id})"
    if item.verdict in PASSES:
        return _Case(group, name, item.seconds)
    said = VERDICTS[item.verdict][0]
    reason = item.reason or one.reason
    if item.verdict in FAILS and one.id not in spared:
        kind = "failure"
        if item.verdict is Verdict.SURVIVED:
            said = f"{said} ({ran_over(item)})"
    elif item.verdict in FAILS:
        kind, said = "skipped", f"{said}; accepted: {spared[one.id]}"
    else:
        kind = "error" if item.verdict in ERRORS else "skipped"
        said = f"{said}: {reason}" if reason else said
    text = _diff(judgement, item) if kind != "skipped" else ""
    return _Case(group, name, item.seconds, kind, said, text)


def _diff(judgement: Judgement, item: Judged) -> str:
    source = judgement.sources.get(item.mutant.file)
    lines = [f"{one.mark} {printable(one.text)}".rstrip() for one in excerpt(source, item)]
    lost = fate(judgement, item)
    return "\n".join(
        [
            f"{printable(item.mutant.file)}:{item.mutant.line}",
            *lines,
            *([lost] if lost else []),
            f"refute show {item.mutant.id}",
        ]
    )


def _findings(judgement: Judgement) -> list[_Case]:
    places = Places(judgement)
    found = [one for one in judgement.findings if one.slug not in OF_MUTANTS]
    return [_finding(one, places) for one in found]


def _finding(finding: Finding, places: Places) -> _Case:
    place = places.of(finding).words
    name = f"{place} ({finding.id})" if place else finding.id
    text = "\n".join(map(printable, (finding.message, finding.remedy, finding.reproduce)))
    if finding.accepted is not None:
        kind, said = "skipped", f"accepted: {finding.accepted.reason}"
    elif finding.severity is Severity.LOW:
        # Information: a pane of failures is not the place for it.
        kind, said = "skipped", f"low: {finding.message}"
    else:
        kind, said = "failure", finding.message
    return _Case(finding.slug.value, name, kind=kind, message=said, text=text)


def _gate(gate: GateResult) -> list[_Case]:
    kinds = {State.HELD: "", State.FAILED: "failure"}
    return [
        _Case(
            "gate",
            line.metric + (f" of {line.scope}" if line.scope else ""),
            kind=kinds.get(line.state, "error"),
            message=f"{line.state.value}: {line.said}",
            text="\n".join(map(printable, line.look)),
        )
        for line in gate.lines
    ]


def _attribute(text: str) -> str:
    return quoteattr(printable(text))


def _text(text: str) -> str:
    """Lines that were made printable before; a CDATA section can't be ended, as there is none."""
    return escape(text)


def _seconds(value: float) -> str:
    return f"{value:.3f}"
