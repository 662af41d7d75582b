"""The summary of a run on a terminal: the whole of it where it fits, else what fits the screen.

A reader who has waited for a run should not have to scroll for its result. What is left out is
printed by `refute report`, and shown by `refute browse`.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from refute.judgement import Finding, Judgement, Severity, Slug, TestVerdict, percent, percentage
from refute.report import bar, colour, crop, crop_path, line, plural, printable, prose
from refute.report.diff import excerpt, fitted
from refute.report.headline import headline
from refute.report.terminal import STYLES, next_step, render, spot, varied

FILES = 8
GRAVE = 3
"""How many of each kind there are at the most."""

SHORTEST = 12
"""Lines of a screen below which there is no use in leaving anything out."""

TITLES = {
    "notes": "",
    "survivors": "Survivors most worth a look",
    "tests": "What the tests are worth",
    "functions": "Functions that no test checks",
    "files": "Files, most unnoticed faults first",
}
"""The sections in their order, and what stands above each."""

ASIDE = (Slug.RED_TEST, Slug.FLAKY_TEST, Slug.UNSEALED)
COUNTED = (
    Slug.PRAYER,
    Slug.ECHO,
    Slug.SMOKE_TEST,
    Slug.BLIND_PLACE,
    Slug.LYING_DOUBLE,
    Slug.EMPTY_CLAIM,
    Slug.LEAK,
)
"""Kinds of finding whose numbers are given."""
UNCHECKED = (Slug.UNTESTED_FUNCTION, Slug.UNNOTICED_FUNCTION)

_Colours = Literal["auto", "standard", "256", "truecolor", "windows"]


@dataclass(frozen=True, slots=True)
class _Part:
    """Something that is printed as a whole or not at all; the least rank comes first."""

    rank: int
    section: str
    draw: Callable[[Console], None]
    #: Where it stands in its section: behind all that have a lower number.
    place: int = 0


def fit(judgement: Judgement, console: Console, height: int) -> None:
    """Print the summary in at most ``height`` lines, the one of the prompt included.

    Where nothing was judged, and on a screen too small for anything, it is the whole summary.
    """
    counts = judgement.counts
    whole = _drawn(console, lambda inner: render(judgement, inner))
    judged = counts.tried or (counts.scored and not counts.pending)
    if not judged or height < SHORTEST or _rows(whole, console) < height:
        _put(whole, console)
        return
    head = _drawn(console, lambda inner: _head(judgement, inner))
    tail = _drawn(console, lambda inner: _tail(judgement, inner))
    chosen: dict[str, list[tuple[int, list[str]]]] = {}
    room = height - 1 - _rows(head, console) - _rows(tail, console)
    for part in sorted(_parts(judgement), key=lambda one: one.rank):
        lines = _drawn(console, part.draw)
        above = [] if part.section in chosen else ["", *_title(part.section, console)]
        cost = _rows([*above, *lines], console)
        if cost <= room:
            chosen.setdefault(part.section, [(-1, above)]).append((part.place, lines))
            room -= cost
    _put(head, console)
    for section in TITLES:
        for _, lines in sorted(chosen.get(section, []), key=lambda one: one[0]):
            _put(lines, console)
    _put(tail, console)


def _drawn(console: Console, draw: Callable[[Console], None]) -> list[str]:
    """The lines that are printed on a console like this one, with their colours."""
    names: dict[str | None, _Colours] = {
        "standard": "standard",
        "256": "256",
        "truecolor": "truecolor",
        "windows": "windows",
    }
    inner = Console(
        file=io.StringIO(),
        width=console.width,
        force_terminal=console.is_terminal,
        color_system=names.get(console.color_system),
        no_color=console.no_color,
        markup=False,
        highlight=False,
        emoji=False,
    )
    with inner.capture() as capture:
        draw(inner)
    return capture.get().splitlines()


def _rows(lines: Iterable[str], console: Console) -> int:
    """Lines of the screen that these take: one that is too long takes several."""
    columns = (cell_len(Text.from_ansi(text).plain) for text in lines)
    return sum(max(1, -(-number // console.width)) for number in columns)


def _put(lines: Iterable[str], console: Console) -> None:
    console.file.writelines(text + "\n" for text in lines)


def _title(section: str, console: Console) -> list[str]:
    title = TITLES[section]
    return _drawn(console, lambda inner: line(inner, (title, "bold"))) if title else []


def _head(judgement: Judgement, console: Console) -> None:
    console.print()
    headline(judgement, judgement.counts, console)


def _tail(judgement: Judgement, console: Console) -> None:
    next_step(judgement, True, console)
    more = (("refute report", "cyan"), ("; by keyboard: ", "dim"), ("refute browse", "cyan"))
    line(console, ("All of it: ", "dim"), *more)


def _parts(judgement: Judgement) -> Iterator[_Part]:
    """What there is to say: the sections take turns, the most important of each first."""
    open_ = [one for one in judgement.findings if not one.accepted]
    notes = [one for one in open_ if one.slug in ASIDE]
    if notes:
        yield _Part(0, "notes", lambda console: _notes(notes, console))
    yield from _tests(judgement, open_)
    by_id = {item.mutant.id: item for item in judgement.judged}
    survivors = varied([one for one in open_ if one.slug is Slug.SURVIVOR], by_id)
    for place, finding in enumerate(survivors):
        yield _Part(10 * place + 1, "survivors", _survivor(judgement, finding))
    grave = [
        one for one in open_ if one.severity is Severity.HIGH and one.slug is not Slug.SURVIVOR
    ]
    theirs = [one for one in grave if one.slug not in (*ASIDE, *UNCHECKED)]
    for place, finding in enumerate(theirs[:GRAVE]):
        yield _Part(10 * place + 4, "tests", _grave(finding), place=1)
    unchecked = [one for one in open_ if one.slug in UNCHECKED][:GRAVE]
    names = {one.id: printable(by_id[one.evidence[0]].mutant.function) for one in unchecked}
    width = max([0, *(len(name) for name in names.values())])
    for place, finding in enumerate(unchecked):
        draw = _function(judgement, finding, names[finding.id], width)
        yield _Part(10 * place + 5, "functions", draw)
    yield from _files(judgement)


def _notes(notes: list[Finding], console: Console) -> None:
    said = printable(notes[0].message)
    more = f" (and {plural(len(notes) - 1, 'more note')})" if len(notes) > 1 else ""
    room = max(20, console.width - 6 - len(more))
    line(
        console,
        ("Note: ", "bold yellow"),
        said if len(said) <= room else said[: room - 3] + "...",
        (more, "dim"),
    )


def _tests(judgement: Judgement, findings: list[Finding]) -> Iterator[_Part]:
    """How many are good witnesses; how many findings there are of the kinds that matter."""
    theatre = judgement.theatre
    verdicts = (
        Counter(one.verdict for one in theatre.strengths) if theatre is not None else Counter()
    )
    judged = sum(verdicts.values())
    judged -= verdicts[TestVerdict.UNJUDGED] + verdicts[TestVerdict.FLAKY]
    if judged:
        good = verdicts[TestVerdict.WITNESS]
        share = (percent(good, judged), f"bold {colour(good / judged)}")
        said = f"  good witnesses: {good:,} of {plural(judged, 'judged test')}, "
        unjudged = verdicts[TestVerdict.UNJUDGED]
        if judged < unjudged:
            # The share of a few is no share.
            said = f"  good witnesses: {good:,} of the {judged:,} judged; {unjudged:,} are unjudged"
            share = ("", "")
        yield _Part(2, "tests", lambda console: line(console, said, share))
    if theatre is not None and theatre.pyramid.total:
        sizes = theatre.pyramid
        parts = f"{sizes.end_to_end:,} end to end, {sizes.integration:,} integration"
        crossed = f"by what they really cross: {parts}, {sizes.unit:,} unit"
        yield _Part(5, "tests", lambda console: prose(console, crossed, 2))
    counts = Counter(one.slug for one in findings)
    found = ", ".join(f"{slug} {counts[slug]:,}" for slug in COUNTED if counts[slug])
    if found:
        yield _Part(3, "tests", lambda console: line(console, "  ", crop(found, console.width - 2)))


def _survivor(judgement: Judgement, finding: Finding) -> Callable[[Console], None]:
    item = next(one for one in judgement.judged if one.mutant.id == finding.evidence[0])

    def draw(console: Console) -> None:
        function, id = printable(item.mutant.function), item.mutant.id
        room = max(20, console.width - len(function) - len(id) - 8)
        where = crop_path(spot(finding), room)
        line(console, "  ", (where, "cyan"), f"  {function}  ", (id, "bold"))
        source = judgement.sources.get(item.mutant.file)
        shown = excerpt(source, item, before=0, most=1)
        for text in fitted(shown, console.width - 8):
            line(console, (f"    {text.mark} {text.text}", STYLES[text.mark]))

    return draw


def _grave(finding: Finding) -> Callable[[Console], None]:
    def draw(console: Console) -> None:
        said = f"{finding.slug}: {printable(finding.message)}"
        room = console.width - 2
        shown = said if len(said) <= room else said[: room - 3] + "..."
        line(console, "  ", (shown, "red"))

    return draw


def _function(
    judgement: Judgement, finding: Finding, name: str, widest: int
) -> Callable[[Console], None]:
    by_id = {item.mutant.id: item for item in judgement.judged}
    tally = judgement.by_function[finding.file, by_id[finding.evidence[0]].mutant.function]
    if finding.slug is Slug.UNTESTED_FUNCTION:
        state = f"no test runs it, {plural(tally.scored, 'fault')}"
    else:
        state = f"{tally.survived} of {plural(tally.tried, 'fault')} unnoticed"

    def draw(console: Console) -> None:
        width = min(widest, 40, max(16, console.width - 34))
        room = console.width - width - len(state) - 6
        where = crop_path(spot(finding), room) if room > 0 else ""
        shown = where if where == spot(finding) or where.startswith(".../") else ""
        gap = "  " if shown else ""
        line(console, f"  {crop(name, width):<{width}}  {state}{gap}", (shown, "cyan"))

    return draw


def _files(judgement: Judgement) -> Iterator[_Part]:
    missed = [(file, tally) for file, tally in judgement.by_file.items() if tally.missed]
    missed.sort(key=lambda one: (-one[1].missed, one[0]))
    widest = max([0, *(len(printable(file)) for file, _ in missed[:FILES])])
    for place, (file, tally) in enumerate(missed[:FILES]):

        def draw(console: Console, file: str = file, share: float = tally.detected / tally.scored,
                 number: int = tally.missed) -> None:  # fmt: skip
            room = max(16, min(widest, console.width - 38))
            name = crop_path(printable(file), room)
            said = f"  {percentage(share):>6}  {number:,} unnoticed"
            line(console, f"  {name:<{room}}  ", *bar(share, 10, console), said)

        yield _Part(10 * place + 6, "files", draw)
