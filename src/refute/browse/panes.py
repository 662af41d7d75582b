"""The two texts beside each other: the source at an entry's place, and what is known of it."""

from __future__ import annotations

import io
from functools import lru_cache

from rich.console import Console
from rich.syntax import Syntax
from rich.text import Text

from refute.browse.entries import Entry
from refute.errors import RefuteError
from refute.judgement import Finding, Judgement
from refute.report import line as print_line
from refute.report import lookup, mutant, one_double, one_test, printable, prose

LONGEST = 5_000
"""Lines above and below the place that are shown, so that a huge file does not stop the hands."""

HERE = "on rgb(60,60,90)"
"""What marks the line."""

HIGHLIGHTED = 400_000
"""Characters up to which a file is highlighted."""


def source(judgement: Judgement, entry: Entry) -> tuple[Text, int]:
    """The file of an entry with line numbers, and how many lines stand above its place.

    Lines that no highlighting knows are shown plain; a file that the report does not hold is
    said to be missing.
    """
    files = {printable(path): one for path, one in judgement.test_sources.items()}
    files |= {printable(path): one for path, one in judgement.sources.items()}
    if not entry.file:
        return Text("It is about no file.", "dim"), 0
    held = files.get(entry.file)
    if held is None:
        return Text("The report does not hold this file.", "dim"), 0
    lines = _highlighted(held.text)
    at = min(max(entry.line or 1, 1), len(lines))
    first, last = max(0, at - LONGEST), min(len(lines), at + LONGEST)
    width = len(str(last))
    shown = Text(no_wrap=True, end="")
    for number in range(first, last):
        here = number + 1 == entry.line
        shown.append(f"{number + 1:>{width}} ", f"bold {HERE}" if here else "dim")
        text = lines[number].copy()
        if here:
            text.stylize(HERE)
        shown.append_text(text)
        shown.append("\n")
    return shown, at - 1 - first


@lru_cache(maxsize=8)
def _highlighted(text: str) -> tuple[Text, ...]:
    """The lines of a source, without anything that would move the cursor."""
    code = "\n".join(printable(line) for line in text.replace("\r\n", "\n").split("\n"))
    if len(code) > HIGHLIGHTED:
        return tuple(Text(line) for line in code.split("\n"))
    # The colours of the terminal itself: they fit light and dark ones.
    found = Syntax("", "python", theme="ansi_dark").highlight(code)
    return tuple(found.split("\n", allow_blank=True))


def detail(judgement: Judgement, entry: Entry, width: int) -> Text:
    """What is known of an entry, as `refute show` prints it, so many columns wide."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=True,
        color_system="standard",
        markup=False,
        highlight=False,
        emoji=False,
    )
    finding = next((one for one in judgement.findings if one.id == entry.id), None)
    if finding is not None:
        _finding(finding, console)
    try:
        _subject(judgement, entry.subject, console)
    except RefuteError as error:
        # What a report does not hold is no reason to stop looking at the rest.
        prose(console, printable(str(error)), style="dim")
    return Text.from_ansi(stream.getvalue())


def _finding(finding: Finding, console: Console) -> None:
    print_line(console, (finding.slug.value, "bold"), (f"  {finding.severity.value}", "dim"))
    prose(console, printable(finding.message))
    if finding.accepted is not None:
        prose(console, f"Accepted: {printable(finding.accepted.reason)}", style="dim")
    console.print()
    prose(console, printable(finding.remedy))
    print_line(console, (printable(finding.reproduce), "cyan"))
    console.print()


def _subject(judgement: Judgement, subject: str, console: Console) -> None:
    if subject.startswith("m-"):
        mutant.show(judgement, lookup.find_mutant(judgement, subject), console)
    elif subject.startswith("w-"):
        one_double.show_double(judgement, lookup.find_double(judgement, subject), console)
    elif subject.startswith("p-"):
        one_double.show_place(judgement, lookup.find_place(judgement, subject), console)
    elif subject.startswith("d-"):
        one_double.show_fault(judgement, lookup.find_fault(judgement, subject), console)
    elif subject:
        one_test.show(judgement, lookup.find_test(judgement, subject), console)
