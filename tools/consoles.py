"""Run the commands that README and docs/ show, and write what they print, or check it.

    python tools/consoles.py [PAGE ...]           write what has changed
    python tools/consoles.py --check [PAGE ...]   exit with 1 and show each difference

A fenced block of the language `console` has to follow one of these comments:

    <!-- run: FOLDER -->      its commands are run in a copy of that folder of the repository
    <!-- not run: WHY -->     they need a network, or minutes, or another machine

A block of the language `diff` that follows `<!-- run: FOLDER -->` is applied to that copy.
All blocks of a page on one folder share the copy, so each goes on where the last one ended.
A line `...` stands for any lines, which are not shown. Times, rates, versions and the places of
interpreters may differ from what is printed, and the kinds of kill, which depend on the times.
"""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = 88
PATIENCE = 300
"""Seconds after which a command is given up as hung."""

DIRECTIVE = re.compile(r"<!-- (run|not run): (.+?) -->")
VARIABLE = (
    (re.compile(r" *\b\d[\d,.]*[ -]?(?:seconds?|ms|s|min)\b"), " # s"),
    (re.compile(r" *\b\d[\d,.]* mutants/s"), " # mutants/s"),
    (re.compile(r"\b(Python|pytest) \d+(?:\.\w+)+"), r"\1 #"),
    (re.compile(r"\b[0-9a-f]{7}\b(?=\W)"), "#"),
    (re.compile(r"^ +\d+ (told|tripped|crashed|timeout)\b", re.MULTILINE), r" # \1"),
)
"""What differs between two runs of one command: times, rates, versions, git's short hashes, and
which kind of kill was the first: that is for the quickest test to say."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page. ``start`` and ``end`` are the positions of its first line and of
    the fence that ends it, among the lines of the page. ``kind`` is empty without a comment."""

    language: str
    kind: str
    subject: str
    start: int
    end: int
    lines: tuple[str, ...]

    @property
    def runs(self) -> bool:
        """Whether something is to be done with it."""
        return self.kind == "run" and self.language in ("console", "diff")


def pages() -> list[Path]:
    """All pages that can show commands."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text: str) -> list[Block]:
    """The fenced blocks of a page, each with the comment on the line before it."""
    found, lines = [], text.splitlines()
    at = 0
    while at < len(lines):
        fence = re.match(r"(`{3,})(\w*)", lines[at])
        if fence is None:
            at += 1
            continue
        end = next((n for n in range(at + 1, len(lines)) if lines[n] == fence[1]), len(lines))
        said = DIRECTIVE.fullmatch(lines[at - 1].strip()) if at else None
        kind, subject = said.groups() if said else ("", "")
        body = tuple(lines[at + 1 : end])
        found.append(Block(fence[2], kind, subject, at + 1, end, body))
        at = end + 1
    return found


def unmarked(text: str) -> list[int]:
    """The lines, counted from 1, of console blocks that are neither run nor said not to be."""
    return [one.start for one in blocks(text) if one.language == "console" and not one.kind]


def commands(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Each command of a console block, with the lines that are shown below it."""
    command, shown = "", list[str]()
    for line in block.lines:
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], []
        else:
            shown.append(line)
    if command:
        yield command, shown


def steady(text: str) -> str:
    """A text without what differs between two runs of the same."""
    for pattern, instead in VARIABLE:
        text = pattern.sub(instead, text)
    return text


def matches(shown: Iterable[str], printed: Iterable[str]) -> bool:
    """Whether a page shows what was printed; ``...`` stands for any number of lines."""
    parts = [".*" if line == "..." else re.escape(steady(line)) + "\n" for line in shown]
    text = "".join(steady(line) + "\n" for line in printed)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


class Session:
    """One copy of a folder, and a home, for the commands of one page."""

    def __init__(self, folder: Path, subject: str) -> None:
        self.project = folder / Path(subject).name
        self._home = folder / "home"
        self._programs = folder / "bin"
        skip = shutil.ignore_patterns(".refute", "__pycache__", ".pytest_cache")
        shutil.copytree(ROOT / subject, self.project, ignore=skip)
        self._home.mkdir()
        self._programs.mkdir()
        for name in ("refute", "pytest"):
            program = self._programs / name
            program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {name} "$@"\n')
            program.chmod(0o755)

    def run(self, command: str) -> list[str]:
        """The lines that a command prints, without the spaces at their ends."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.project,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
        text = done.stdout.decode(errors="replace")
        text = text.replace(str(self.project), f"~/{self.project.name}")
        text = re.sub(re.escape(sys.prefix) + r"/bin/python[\d.]*", ".venv/bin/python", text)
        lines = [line.rstrip() for line in text.splitlines()]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    def apply(self, lines: Iterable[str]) -> None:
        """Apply a diff to the copy."""
        text = "".join(line + "\n" for line in lines)
        done = subprocess.run(
            ["git", "apply", "--unidiff-zero", "-"],
            cwd=self.project,
            env=self._environment(),
            input=text.encode(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise ValueError(done.stderr.decode())

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": f"{self._programs}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(self._home),
            "LANG": "C.UTF-8",
            "COLUMNS": str(COLUMNS),
            "PYTHONPATH": str(ROOT / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
            # A reader has pytest and refute, and not what else is installed here.
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }


def renewed(text: str) -> tuple[str, list[str]]:
    """A page with its outputs as they are now, and the differences, one text each.

    A block that leaves lines out can't be written anew: its difference is told alone.
    """
    lines, differences = text.splitlines(), list[str]()
    changes: list[tuple[Block, list[str]]] = []
    with tempfile.TemporaryDirectory(prefix="consoles-") as scratch:
        sessions: dict[str, Session] = {}
        for block in (one for one in blocks(text) if one.runs):
            session = sessions.get(block.subject)
            if session is None:
                folder = Path(scratch) / str(len(sessions))
                folder.mkdir()
                session = sessions[block.subject] = Session(folder, block.subject)
            if block.language == "diff":
                session.apply(block.lines)
            else:
                changes.append((block, _outputs(session, block, differences)))
    for block, body in reversed(changes):
        lines[block.start : block.end] = body
    return "\n".join(lines) + "\n", differences


def _outputs(session: Session, block: Block, differences: list[str]) -> list[str]:
    """The lines of a console block as they should be."""
    body = list[str]()
    for command, shown in commands(block):
        kept = shown[:]
        while kept and not kept[-1]:
            kept.pop()
        printed = session.run(command)
        body.append(f"$ {command}")
        if matches(kept, printed):
            body += shown
            continue
        said = difflib.unified_diff(kept, printed, "shown", "printed", lineterm="", n=1)
        differences.append("\n".join([f"$ {command}", *said]))
        body += shown if "..." in kept else [*printed, *shown[len(kept) :]]
    return body


def main(arguments: list[str]) -> int:
    """Write or check; see the module's own words."""
    check = "--check" in arguments
    named = [Path(one).resolve() for one in arguments if one != "--check"]
    failed = False
    for page in named or pages():
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(ROOT).as_posix()
        for line in unmarked(text):
            print(f"{name}:{line}: a console block that is neither run nor said not to be")
            failed = True
        new, differences = renewed(text)
        failed = failed or bool(differences)
        for difference in differences:
            print(f"{name}: {difference}\n")
        if not check and new != text:
            page.write_text(new, encoding="utf-8")
    return 1 if check and failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
