"""Dated figures, appended to benches/RESULTS.md."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benches" / "RESULTS.md"


def commit() -> str:
    """The short name of the commit measured, with ``+`` where files differ from it."""
    name = _git("rev-parse", "--short", "HEAD")
    if not name:
        return "no commit"
    # Figures that a bench wrote a moment ago make no other program.
    changed = _git("status", "--porcelain", "--", ".", ":!benches/*.md", ":!benches/*.json")
    return f"{name}+" if changed else name


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False
    )
    return done.stdout.strip() if done.returncode == 0 else ""


def circumstances() -> str:
    """One line: when, on what, at which commit."""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{date.today().isoformat()}, {python}, {machine}, commit {commit()}"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def append(title: str, body: str, path: Path = RESULTS) -> None:
    """Add a section with its circumstances to the end of the results."""
    head = "" if path.exists() else "# Results\n\nMeasured by the programs in this folder.\n"
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"{head}\n## {title}\n\n{circumstances()}\n\n{body}\n")
