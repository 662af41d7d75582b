"""The report as Markdown, short enough for a comment on a pull request.

All that comes from the project stands in HTML, escaped, or in fenced blocks whose fence is
longer than any in it: names can neither end a block nor mention, link or start anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape

from refute.gate import GateResult, State
from refute.judgement import Finding, Judged, Judgement, Slug, percent
from refute.report import crop, plural, printable
from refute.report.change import Change, Numbers, numbers
from refute.report.diff import excerpt, fitted
from refute.report.places import Places
from refute.report.subject import Subject, first_mutant, leading, part, score, still_open
from refute.report.terminal import ran_over
from refute.report.words import fate

LIMIT = 65_000
"""Characters; a comment may have 65,536."""

FINDINGS = 20
GATE_LINES = 12
GONE = 10
LOST = 10
"""How many of each kind are shown; the rest is counted."""

MARK = "<!-- refute report -->"
"""The first line, by which a bot finds its own comment again."""

TEXT, WIDTH = 300, 96
"""Characters of a message or a name, and of a line of a diff."""

_LINKED = re.compile(r"(?<=[@#])(?=\w)|(?<=:)(?=//)|(?<=www)(?=\.)|(?<=GH)(?=-)", re.IGNORECASE)
"""Where a mention, a reference or a link would be seen in plain text."""


def render(subject: Subject) -> str:
    """The whole comment, at most ``LIMIT`` characters."""
    judgement, change = subject.judgement, subject.change
    head = [MARK, f"### refute: {score(judgement)}", "", *_head(subject, change)]
    found = still_open(subject)
    tail = list(_tail(judgement, change))
    blocks = list(_findings(judgement, found[:FINDINGS], change))
    # Crops hold each block to about 2,000 characters, so this is for odd cases alone.
    while blocks and len(_joined(head, blocks, len(found), change, tail)) > LIMIT:
        blocks.pop()
    return _joined(head, blocks, len(found), change, tail)


def _joined(
    head: Sequence[str],
    blocks: Sequence[str],
    found: int,
    change: Change | None,
    tail: Sequence[str],
) -> str:
    lines = list(head)
    if found:
        lines += ["", f"#### {_title(found, change)}", "", *blocks]
    if found > len(blocks):
        lines += ["", f"And {found - len(blocks):,} more: `refute report` shows them."]
    return "\n".join([*lines, *tail]) + "\n"


def _title(found: int, change: Change | None) -> str:
    if change is None or change.new is None:
        return plural(found, "finding")
    return f"{plural(found, 'finding')}, those that the base lacks first"


def _head(subject: Subject, change: Change | None) -> Iterator[str]:
    limits = part(subject.judgement)
    if limits:
        yield f"<p>{_text(limits)}</p>\n"
    if change is not None and change.limits:
        yield f"{change.limits}\n"
    yield from _table(numbers(subject.judgement), change)
    if change is not None:
        yield from _moved(change)
    if subject.gate is not None:
        yield f"\n**{subject.gate_words}**\n"
        yield from _gate(subject.gate)


def _table(now: Numbers, change: Change | None) -> Iterator[str]:
    """The measures, beside those of the base if they can be compared."""
    before = None if change is None else change.before
    rows = _rows(now)
    if before is None:
        yield "| | |\n| --- | ---: |"
        yield from (f"| {name} | {shown} |" for name, shown, _ in rows)
        return
    yield "| | base | now | change |\n| --- | ---: | ---: | ---: |"
    earlier = {name: (shown, value) for name, shown, value in _rows(before)}
    for name, shown, value in rows:
        if name in earlier:
            was, old = earlier[name]
            yield f"| {name} | {was} | {shown} | {_moved_by(old, value, name)} |"


def _rows(one: Numbers) -> list[tuple[str, str, float | None]]:
    """Each measure: its name, what it is for readers, and its value."""
    counts = one.counts
    share = f"{percent(counts.detected, counts.scored)} ({counts.detected:,}/{counts.scored:,})"
    score: tuple[str, str, float | None] = ("mutation score", share, counts.score)
    if counts.pending:
        # What needs no trial is known before all else: a share of what is known misleads.
        tried = counts.tried - counts.settled
        score = ("faults tried so far", f"{counts.detected:,} of {tried:,} noticed", None)
    rows: list[tuple[str, str, float | None]] = [
        score,
        ("faults that survived", f"{counts.survived:,}", counts.survived),
        ("faults that no test runs", f"{counts.no_coverage:,}", counts.no_coverage),
        ("faults not judged", f"{_unjudged(one):,}", _unjudged(one)),
    ]
    if one.tests is not None and one.witnesses is not None and one.prayers is not None:
        good = f"{percent(one.witnesses, one.tests)} ({one.witnesses:,}/{one.tests:,})"
        value = one.witnesses / one.tests if one.tests else None
        if counts.pending:
            good, value = f"{one.witnesses:,} of {one.tests:,} judged so far", None
        rows.append(("tests that are good witnesses", good, value))
        rows.append(("tests that can't fail", f"{one.prayers:,}", one.prayers))
    return rows


def _unjudged(one: Numbers) -> int:
    counts = one.counts
    return counts.error + counts.unstable + counts.pending


def _moved_by(before: float | None, after: float | None, name: str) -> str:
    if before is None or after is None:
        return ""
    if name in ("mutation score", "tests that are good witnesses"):
        points = 100 * (after - before)
        # A change too small to be seen is not shown as none.
        return "none" if before == after else f"{points:+.1f} points"
    return "none" if before == after else f"{after - before:+,.0f}"


def _moved(change: Change) -> Iterator[str]:
    if change.lost:
        number = len(change.lost)
        verb = "is" if number == 1 else "are"
        yield f"\n**{plural(number, 'fault')} that the base noticed {verb} no longer noticed:**\n"
        yield "<ul>"
        for item in change.lost[:LOST]:
            spot = f"{item.mutant.file}:{item.mutant.line}"
            yield f"<li>{_code(spot)} {_code(item.mutant.id)} in {_code(item.mutant.function)}</li>"
        if number > LOST:
            yield f"<li>and {number - LOST:,} more</li>"
        yield "</ul>"
    if change.won:
        verb = "is" if len(change.won) == 1 else "are"
        faults = plural(len(change.won), "fault")
        yield f"\n{faults} that the base did not notice {verb} noticed now."


def _gate(gate: GateResult) -> Iterator[str]:
    bad = [one for one in gate.lines if one.state is not State.HELD]
    if bad:
        yield "<ul>"
        for one in bad[:GATE_LINES]:
            name = one.metric + (f" of {one.scope}" if one.scope else "")
            yield f"<li>{one.state.value}: {_text(f'{name}: {one.said}')}</li>"
        if len(bad) > GATE_LINES:
            yield f"<li>and {len(bad) - GATE_LINES:,} more</li>"
        yield "</ul>"


def _findings(
    judgement: Judgement, found: Sequence[Finding], change: Change | None
) -> Iterator[str]:
    places, mutants = Places(judgement), leading(judgement)
    new = (change and change.new) or frozenset()
    for one in found:
        item = first_mutant(one, mutants)
        place = places.of(one, item)
        mark = "new, " if one.id in new else ""
        spot = f" at {_code(place.words)}" if place.file else ""
        title = f"<b>{one.slug.value}</b> ({mark}{one.severity.value}){spot}"
        if one.slug is Slug.SURVIVOR and item is not None:
            title += f" in {_code(item.mutant.function)}"
        said = f"<p>{_text(one.message)}</p>"
        lines = ["<details>", f"<summary>{title}</summary>", said]
        if one.slug is Slug.SURVIVOR and item is not None:
            lines += ["", *_diff(judgement, item), "", *_evidence(judgement, item)]
        lines.append(f"<p>{_text(one.remedy)}<br>{_code(one.reproduce)}</p>")
        yield "\n".join([*lines, "</details>"])


def _diff(judgement: Judgement, item: Judged) -> Iterator[str]:
    lines = excerpt(judgement.sources.get(item.mutant.file), item, most=4)
    shown = [f"{one.mark} {one.text}".rstrip() for one in fitted(lines, WIDTH)]
    fence = "`" * max(3, *(len(run) + 1 for text in shown for run in re.findall("`+", text)), 3)
    yield f"{fence}diff"
    yield from shown
    yield fence


def _evidence(judgement: Judgement, item: Judged) -> Iterator[str]:
    yield f"<p>Not noticed by {_code(ran_over(item))}</p>"
    lost = fate(judgement, item)
    if lost:
        yield f"<p>What became of it: {_text(lost)}</p>"


def _tail(judgement: Judgement, change: Change | None) -> Iterator[str]:
    gone = () if change is None or change.gone is None else change.gone
    if gone:
        yield "\n<details>"
        verb = "is" if len(gone) == 1 else "are"
        yield f"<summary>{plural(len(gone), 'finding')} of the base {verb} gone</summary>\n<ul>"
        for one in gone[:GONE]:
            yield f"<li>{one.slug.value}: {_text(one.message)}</li>"
        if len(gone) > GONE:
            yield f"<li>and {len(gone) - GONE:,} more</li>"
        yield "</ul>\n</details>"
    accepted = sum(one.accepted is not None for one in judgement.findings)
    if accepted:
        yield f"\n{plural(accepted, 'finding')} accepted, and not shown."
    commit, where = judgement.environment.commit, ""
    if commit:
        changed = " with changes" if judgement.environment.dirty else ""
        where = f", of commit {_code(commit[:12])}{changed}"
    version = printable(judgement.version)
    yield f"\n<sub>Made by refute {_text(version)}{where}.</sub>"


def _code(text: str) -> str:
    """Text of the project as code, on one line."""
    return f"<code>{escape(crop(printable(text), TEXT), quote=False)}</code>"


def _text(text: str) -> str:
    """Text that may hold names of the project, within HTML: no markup, mention or link in it."""
    parts = _LINKED.split(crop(printable(text), TEXT))
    return "<!-- -->".join(escape(part, quote=False) for part in parts)
