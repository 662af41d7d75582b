"""A judgement as what the tools answer. All of it is pure."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence

from refute.errors import fail
from refute.judgement import Advice, Finding, Judged, Judgement, Suggested
from refute.mcp.values import Explained, Fault, Found, Page, Report, Suggestion
from refute.report import console_for, lookup, mutant, one_thing
from refute.report.places import Places
from refute.report.subject import Subject, advice, first_mutant, leading, part, score, still_open

FIRST = 10
"""Findings that come with the answer of a run."""

TESTS = 5
"""Tests that are named with a fault."""

WIDTH = 100


def report(judgement: Judgement) -> Report:
    """What a run found, with the first findings."""
    found = still_open(Subject(judgement))
    counts = judgement.counts
    return {
        "score": f"{score(judgement)}.",
        "noticed": counts.detected,
        "scored": counts.scored,
        "complete": not judgement.partial and not judgement.stopped,
        "part": part(judgement),
        "kinds": dict(Counter(one.slug.value for one in found)),
        "findings": _all(judgement, found[:FIRST]),
        "notes": [note.text for note in judgement.notes],
    }


def page(judgement: Judgement, kinds: Sequence[str], file: str, offset: int, limit: int) -> Page:
    """Findings that nobody has accepted, of these kinds and in this file or folder."""
    folder = file.strip("/")
    found = [
        one
        for one in still_open(Subject(judgement))
        if (not kinds or one.slug.value in kinds)
        and (not folder or one.file == folder or one.file.startswith(f"{folder}/"))
    ]
    end = offset + limit
    return {
        "findings": _all(judgement, found[offset:end]),
        "total": len(found),
        "next": end if end < len(found) else None,
    }


def suggestion(one: Advice) -> Suggestion:
    """One change to a test."""
    return {
        "id": one.id,
        "file": one.file,
        "line": one.line,
        "function": one.function,
        "assertion": one.assertion,
        "told": list(one.told),
        "refused": list(one.refused),
        "passes": one.passes,
        "patch": one.patch,
    }


def explain(judgement: Judgement, wanted: str, suggested: Suggested) -> Explained:
    """One thing in full: what `refute show` prints, or a finding by its id.

    Raises RefuteError: unknown-mutant, unknown-fault, unknown-test.
    """
    text = wanted.strip()
    if text.lower().startswith("f-"):
        return _finding(judgement, text, suggested)
    stream = io.StringIO()
    one_thing.show(judgement, text, console_for(stream, width=WIDTH, plain=True))
    patch = b""
    if text.lower().startswith("m-"):
        item = lookup.find_mutant(judgement, text)
        text, patch = item.mutant.id, mutant.patch(judgement, item)
    return {
        "id": text,
        "text": stream.getvalue(),
        "patch": patch.decode("utf-8", "replace"),
        "suggestions": [suggestion(one) for one in suggested.noticing([text.lower()])],
    }


def _finding(judgement: Judgement, wanted: str, suggested: Suggested) -> Explained:
    matches = [one for one in judgement.findings if one.id.startswith(wanted.lower())]
    if len(matches) != 1:
        said = "No finding" if not matches else f"{len(matches)} findings"
        fail(
            "unknown-fault",
            f"{said} of the last run: an id that begins with {wanted}.",
            remedy="Take an id from the list of findings; ids change with the code.",
        )
    [one] = matches
    lines = [
        f"{one.id}  {one.slug.value} ({one.severity.value})  {one.file}:{one.line or ''}",
        one.message,
        *(f"  {fact}" for fact in one.evidence),
        one.remedy,
        f"To see it: {one.reproduce}",
    ]
    item = first_mutant(one, leading(judgement))
    mend = [suggestion(each) for each in advice(Subject(judgement, suggested=suggested), one)]
    text, patch = "\n".join(lines) + "\n", ""
    if item is not None:
        more = explain(judgement, item.mutant.id, suggested)
        text, patch = "\n".join([*lines, "", more["text"]]), more["patch"]
    return {"id": one.id, "text": text, "patch": patch, "suggestions": mend}


def _all(judgement: Judgement, found: Iterable[Finding]) -> list[Found]:
    places, mutants = Places(judgement), leading(judgement)
    return [_found(one, first_mutant(one, mutants), places) for one in found]


def _found(one: Finding, item: Judged | None, places: Places) -> Found:
    return {
        "id": one.id,
        "kind": one.slug.value,
        "severity": one.severity.value,
        "place": places.of(one, item).words,
        "message": one.message,
        "remedy": one.remedy,
        "fault": None if item is None else _fault(item),
        "about": list(one.evidence),
    }


def _fault(item: Judged) -> Fault:
    one = item.mutant
    return {
        "id": one.id,
        "file": one.file,
        "line": one.line,
        "function": one.function,
        "before": one.original,
        "after": one.replacement,
        "tests": list((item.tests_run or item.covered_by)[:TESTS]),
    }
