"""The findings as SARIF 2.1.0, for code scanning.

A finding's id is its fingerprint: it is made of what the finding is about, so that it stays
when lines move. `fixes` are what `refute suggest` has proven: changes to tests. The fault's own
patch is never among them, so that no reader's "apply" breaks the code.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from refute.gate import gate_document
from refute.judgement import Advice, Finding, Judged, Judgement, Severity, Slug
from refute.report import plural, printable
from refute.report.diff import patch
from refute.report.guide import HELP, TITLES, USUAL
from refute.report.places import Place, Places
from refute.report.subject import Subject, advice, as_json, first_mutant, leading
from refute_child.operators import OPERATORS

Document = dict[str, Any]

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

LEVELS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
PROBLEMS = {Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "recommendation"}
"""What code scanning calls them."""

ROOT = "SRCROOT"
TAXONOMY = "refute mutation operators"
TESTS = 5
"""How many tests are named as related places."""
FIXES = 3
"""How many suggestions are given for one finding."""


def render(subject: Subject) -> str:
    """One log with one run in it."""
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(subject)]})


def _run(subject: Subject) -> Document:
    judgement = subject.judgement
    found = [one for one in judgement.findings if one.file]
    slugs = list(dict.fromkeys(one.slug for one in sorted(found, key=_by_kind)))
    mutants = leading(judgement)
    used = {item.mutant.operator for one in found for item in _faults(one, mutants)}
    operators = [name for name in OPERATORS if name in used]
    writer = _Writer(subject, slugs, operators)
    counts = judgement.counts
    run: Document = {
        "tool": {
            "driver": {
                "name": "refute",
                "version": printable(judgement.version),
                "rules": [_rule(slug) for slug in slugs],
                "supportedTaxonomies": [{"name": TAXONOMY, "index": 0}] if operators else [],
            }
        },
        "automationDetails": {"id": f"refute/{subject.prefix}"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "The root of the repository."}},
        },
        "invocations": [_invocation(judgement)],
        "taxonomies": [_taxonomy(operators)] if operators else [],
        "results": [writer.result(one, first_mutant(one, mutants)) for one in found],
        "properties": {
            "noticed": counts.detected,
            "scored": counts.scored,
            "score": counts.score,
        },
    }
    if subject.gate is not None:
        run["properties"]["gate"] = gate_document(subject.gate)
    return run


def _by_kind(finding: Finding) -> int:
    return list(Slug).index(finding.slug)


def _faults(finding: Finding, mutants: dict[str, Judged]) -> Iterator[Judged]:
    if finding.slug is Slug.SURVIVOR:
        yield from (mutants[id] for id in finding.evidence if id in mutants)


def _rule(slug: Slug) -> Document:
    usual = USUAL.get(slug, Severity.MEDIUM)
    name = "".join(part.capitalize() for part in slug.value.split("-"))
    return {
        "id": slug.value,
        "name": name,
        "shortDescription": {"text": TITLES[slug]},
        "fullDescription": {"text": f"{TITLES[slug]}."},
        "help": {"text": HELP[slug], "markdown": HELP[slug]},
        "defaultConfiguration": {"level": LEVELS[usual]},
        "properties": {
            "tags": ["tests", "test-quality"],
            "precision": "very-high",
            "problem.severity": PROBLEMS[usual],
        },
    }


def _taxonomy(operators: Sequence[str]) -> Document:
    taxa = []
    for name in operators:
        one = OPERATORS[name]
        taxa.append(
            {
                "id": name,
                "shortDescription": {"text": one.changes},
                "help": {"text": f"{one.changes}\n\nWhy care? {one.why}"},
            }
        )
    what = "The ways in which refute breaks code, one small fault at a time."
    return {"name": TAXONOMY, "shortDescription": {"text": what}, "taxa": taxa}


def _invocation(judgement: Judgement) -> Document:
    """Whether the run came to its end, and what else there is to know that has no place."""
    notes = [
        {"message": {"text": printable(one.message)}, "level": LEVELS[one.severity]}
        for one in judgement.findings
        if not one.file
    ]
    notes += [
        {
            "descriptor": {"id": note.slug},
            "message": {"text": printable(note.text) or note.slug},
            "level": "note",
        }
        for note in judgement.notes
    ]
    ended = not judgement.stopped and (judgement.spent or not judgement.partial)
    return {"executionSuccessful": ended, "toolExecutionNotifications": notes}


class _Writer:
    """What all results of one run share."""

    def __init__(self, subject: Subject, slugs: Sequence[Slug], operators: Sequence[str]) -> None:
        self._subject = subject
        self._judgement = subject.judgement
        self._places = Places(subject.judgement)
        self._mutants = leading(subject.judgement)
        self._rules = {slug: index for index, slug in enumerate(slugs)}
        self._operators = {name: index for index, name in enumerate(operators)}
        self._change = subject.change

    def result(self, finding: Finding, item: Judged | None) -> Document:
        """One finding."""
        bare = finding.id.removeprefix("f-")
        text = f"{finding.message} {finding.remedy} To see it: {finding.reproduce}"
        found: Document = {
            "ruleId": finding.slug.value,
            "ruleIndex": self._rules[finding.slug],
            "level": LEVELS[finding.severity],
            "message": {"text": printable(text)},
            "locations": [self._location(self._places.of(finding, item))],
            # The first is what code scanning follows a result by, the second is for all others.
            "partialFingerprints": {"primaryLocationLineHash": bare, "refuteFinding/v1": bare},
            "properties": {
                "finding": finding.id,
                "evidence": [printable(one) for one in finding.evidence],
                "reproduce": printable(finding.reproduce),
                "remedy": printable(finding.remedy),
            },
        }
        if finding.slug is Slug.SURVIVOR and item is not None:
            self._add_fault(found, finding, item)
        fixes = advice(self._subject, finding)[:FIXES]
        if fixes:
            found["fixes"] = [self._fix(one) for one in fixes]
        if self._change is not None and self._change.new is not None:
            new = finding.id in self._change.new
            found["baselineState"] = "new" if new else "unchanged"
        if finding.accepted is not None:
            in_file = finding.accepted.where.endswith(".toml")
            found["suppressions"] = [
                {
                    "kind": "external" if in_file else "inSource",
                    "status": "accepted",
                    "justification": printable(finding.accepted.reason),
                }
            ]
        return found

    def _add_fault(self, found: Document, finding: Finding, item: Judged) -> None:
        """What a survivor has and other findings lack: operator, patch, tests."""
        used = dict.fromkeys(one.mutant.operator for one in _faults(finding, self._mutants))
        found["taxa"] = [
            {
                "id": name,
                "index": self._operators[name],
                "toolComponent": {"name": TAXONOMY, "index": 0},
            }
            for name in used
            if name in self._operators
        ]
        source = self._judgement.sources.get(item.mutant.file)
        if source is not None:
            text = patch(source, item).decode("utf-8", "backslashreplace")
            found["properties"]["patch"] = text
        tests = item.tests_run or item.covered_by
        placed = ((test, self._places.test(test)) for test in tests)
        known = [(test, place) for test, place in placed if place is not None]
        if known:
            found["relatedLocations"] = [
                self._location(place) | {"id": number, "message": {"text": _ran(test)}}
                for number, (test, place) in enumerate(known[:TESTS], 1)
            ]
        found["properties"]["tests"] = plural(len(tests), "test")

    def _fix(self, one: Advice) -> Document:
        """A change to a test, as it was proven."""
        replacements = [
            {
                "deletedRegion": {
                    "startLine": piece.line,
                    "startColumn": piece.column,
                    "endLine": piece.end_line,
                    "endColumn": piece.end_column,
                },
                "insertedContent": {"text": piece.text},
            }
            for piece in one.replacements
        ]
        if one.refused:
            what = f"gets a double with {one.assertion}: proven, it refuses the call under"
        else:
            what = f"asserts {one.assertion}: proven, told of"
        said = f"{one.function} {what} {', '.join(one.noticed)}"
        return {
            "description": {"text": printable(said)},
            "artifactChanges": [
                {"artifactLocation": self._artifact(one.file), "replacements": replacements}
            ],
        }

    def _artifact(self, file: str) -> Document:
        return {"uri": _uri(self._subject.prefix + file), "uriBaseId": ROOT}

    def _location(self, place: Place) -> Document:
        artifact = self._artifact(place.file)
        span = {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        }
        region = {name: number for name, number in span.items() if number}
        physical: Document = {"artifactLocation": artifact}
        # Code scanning takes no place without a line.
        physical["region"] = region or {"startLine": 1}
        return {"physicalLocation": physical}


def _ran(test: str) -> str:
    return printable(f"{test} ran over it and passed.")


def _uri(path: str) -> str:
    """A relative reference: percent-encoded bytes, so that no name is a scheme or a query."""
    return quote(os.fsencode(path), safe="/")
