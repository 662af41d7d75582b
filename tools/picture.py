"""Draw what a command printed on a terminal, for the README.

    FORCE_COLOR=1 COLUMNS=88 refute run > printed 2>&1
    python tools/picture.py run.svg 'refute run' 'Tests that' < printed

Reads text with colours from standard input, up to the first line that begins with the third
argument. Lines that count progress are left out: on a terminal they give way to each other.
"""

from __future__ import annotations

import io
import re
import sys
from itertools import takewhile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

WIDTH = 88
_PROGRESS = re.compile(r" {2,}\d+% {2}[\d,]+ of ")
_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def draw(printed: str, command: str, until: str) -> str:
    """An SVG of what a command printed; no font is fetched by whoever looks at it, and blanks at
    the beginning of a line are kept by any program that shows it.
    """
    console = Console(record=True, width=WIDTH, file=io.StringIO(), highlight=False)
    console.print(Text.assemble(("$ ", "dim"), (command, "bold")))
    lines = Text.from_ansi(printed).split("\n")
    shown = list(takewhile(lambda line: not line.plain.startswith(until), lines))
    for line in shown:
        if not _PROGRESS.match(line.plain):
            console.print(line)
    if len(shown) < len(lines):
        console.print("  ...", style="dim")
    svg = console.export_svg(title=command, theme=DIMMED_MONOKAI, unique_id="refute")
    return _FONT.sub("", svg).replace("<text ", '<text xml:space="preserve" ')


if __name__ == "__main__":
    target, typed, end = sys.argv[1:]
    Path(target).write_text(draw(sys.stdin.read(), typed, end), encoding="utf-8")
