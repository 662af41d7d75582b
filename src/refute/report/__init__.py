"""Reports: functions of one judgement, one module a format."""

from __future__ import annotations

import io
import sys
from textwrap import wrap
from typing import IO

from rich.console import Console
from rich.text import Text

GOOD, FAIR, POOR = 0.9, 0.7, 0.0
"""Scores from which on a colour says good or fair; below it is poor."""


def console_for(
    stream: IO[str] | None = None, *, width: int | None = None, plain: bool = False
) -> Console:
    """A console that prints text as it is, without markup or guesses at what to colour.

    Colours appear on a terminal that has them, unless NO_COLOR is set or ``plain`` is asked
    for. What the stream's encoding can't show is printed as an escape, never an error.
    """
    target = sys.stdout if stream is None else stream
    if isinstance(target, io.TextIOWrapper) and target.errors == "strict":
        target.reconfigure(errors="backslashreplace")
    return Console(
        file=target,
        width=width,
        markup=False,
        highlight=False,
        emoji=False,
        soft_wrap=False,
        force_terminal=False if plain else None,
        color_system=None if plain else "auto",
    )


def line(console: Console, *parts: str | tuple[str, str]) -> None:
    """Print one line of pieces, some with a style, that must not be wrapped.

    A reader may copy an id or a command from it.
    """
    console.print(Text.assemble(*parts), soft_wrap=True)


def prose(console: Console, text: str, margin: int = 0, style: str = "") -> None:
    """Print text wrapped by words, without blanks at the ends of lines."""
    for part in wrap(text, console.width - margin, break_long_words=False):
        line(console, (" " * margin + part, style))


def heading(console: Console, text: str) -> None:
    """Print the title of a part, with a blank line before it."""
    console.print()
    prose(console, text, style="bold")


def rest(console: Console, number: int, noun: str, nouns: str = "") -> None:
    """Say how many more there are, if there are any."""
    if number > 0:
        what = noun if number == 1 else nouns or f"{noun}s"
        console.print(Text(f"  and {number:,} more {what}", "dim"))


def printable(text: str) -> str:
    """Text without anything that would move the cursor or change the terminal."""
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode()
        for char in text.expandtabs(4)
    )


def crop(text: str, width: int) -> str:
    """A name cut in the middle: both its beginning and its end tell something."""
    if len(text) <= width:
        return text
    tail = (width - 3) * 2 // 3
    return f"{text[: width - 3 - tail]}...{text[len(text) - tail :]}"


def crop_path(path: str, width: int) -> str:
    """A path without so many of its first folders that it fits, if that is enough."""
    if len(path) <= width:
        return path
    room = max(width - 3, 1)
    at = path.find("/", len(path) - room)
    if at < 0:
        # A node id: its class and function say more than the middle of its file's name.
        at = path.find("::", len(path) - room)
    return f"...{path[at:]}" if at >= 0 else crop(path, width)


def bar(share: float, width: int, console: Console) -> tuple[tuple[str, str], tuple[str, str]]:
    """A bar in two pieces with their styles; full only for all, and empty only for nothing."""
    full, empty = ("\u2588", "\u2591") if console.encoding.startswith("utf") else ("#", "-")
    cells = round(share * width)
    if 0 < share < 1:
        cells = min(max(cells, 1), width - 1)
    return (full * cells, colour(share)), (empty * (width - cells), "dim")


def colour(share: float) -> str:
    """The colour of a score."""
    if share >= GOOD:
        return "green"
    return "yellow" if share >= FAIR else "red"


def plural(number: int, noun: str) -> str:
    """A number and its noun: ``1 test``, ``1,204 tests``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
