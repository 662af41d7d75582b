"""Weekly reports: from figures to a table, to a file, to an archive."""

from __future__ import annotations

import os
from pathlib import Path

ARCHIVE = Path("archive")


def share(part: int, whole: int) -> str:
    """A percentage with one decimal, or a dash."""
    if whole == 0:
        return "-"
    return f"{100 * part / whole:.1f}%"


def table(figures: dict[str, int], title: str = "Report") -> str:
    """A Markdown table, largest first, with shares and a sum."""
    whole = sum(figures.values())
    lines = [f"# {title}", "", "| name | count | share |", "| --- | --- | --- |"]
    for name, count in sorted(figures.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"| {name} | {count} | {share(count, whole)} |")
    if len(figures) > 1:
        lines.append(f"| all | {whole} | {share(whole, whole)} |")
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> int:
    """Replace a file in one step; the number of bytes."""
    data = text.encode()
    draft = path.with_suffix(".part")
    draft.write_bytes(data)
    os.replace(draft, path)
    return len(data)


def archive(name: str, text: str) -> Path:
    """Keep a copy under its name; an older one gets a number."""
    ARCHIVE.mkdir(parents=True, exist_ok=True)
    target = ARCHIVE / f"{name}.md"
    number = 1
    while target.exists():
        target = ARCHIVE / f"{name}-{number}.md"
        number += 1
    target.write_text(text)
    return target


def publish(figures: dict[str, int], path: Path, title: str = "Report") -> int:
    """Make, write and archive a report; the bytes, or 0 if it could not be written."""
    try:
        text = table(figures, title)
        size = write(path, text)
        archive(title.lower().replace(" ", "-"), text)
    except Exception:
        return 0
    return size
