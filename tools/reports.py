"""Write the snapshots of testdata/reports/ and the examples of docs/reports.md, or check them.

    python tools/reports.py           write them
    python tools/reports.py --check   exit with 1 and name each that is out of date

Both are made of the saved reports in testdata/reports/; nothing is run.
"""

from __future__ import annotations

import sys
from pathlib import Path

from refute.gate import read_gate_result
from refute.judgement import load_report
from refute.report.formats import FORMATS
from refute.report.subject import Subject

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "testdata" / "reports"
PAGE = ROOT / "docs" / "reports.md"

FILES = {
    "terminal": "report.txt",
    "markdown": "report.md",
    "sarif": "report.sarif",
    "stryker": "report.stryker.json",
    "junit": "report.junit.xml",
    "github": "report.github.txt",
    "badge": "badge.svg",
    "badge-json": "badge.json",
    "agent": "report.agent.txt",
}
"""The snapshot of each format; of json there is none: it is the report itself."""

LINES, WIDTH = 30, 150
"""How much of a format an example shows."""


def subject(name: str) -> Subject:
    """What the snapshot of a format is made of: the later report, its gate and its base."""
    report = REPORTS / "after" / "report.json"
    base = load_report(REPORTS / "before") if FORMATS[name].compares else None
    return Subject(load_report(report), base=base, gate=read_gate_result(report))


def rendered() -> dict[str, str]:
    """The text of every format."""
    return {name: FORMATS[name].render(subject(name)) for name in FORMATS}


def page(text: str, formats: dict[str, str]) -> str:
    """The page with its examples made anew: what stands between the marks of a format."""
    for name, shown in formats.items():
        lines = shown.splitlines()
        cut = [line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..." for line in lines[:LINES]]
        more = len(lines) - LINES
        rest = ["..."] if more > 0 else []
        body = "\n".join(["````text", *cut, *rest, "````"])
        start, end = f"<!-- example {name} -->\n", "<!-- end -->"
        before, _, after = text.partition(start)
        text = f"{before}{start}{body}\n{end}{after.partition(end)[2]}"
    return text


def wanted() -> dict[Path, str]:
    """Every file that is written, and its text."""
    formats = rendered()
    found = {REPORTS / "snapshots" / file: formats[name] for name, file in FILES.items()}
    found[PAGE] = page(PAGE.read_text(encoding="utf-8"), formats)
    return found


def main(arguments: list[str]) -> int:
    """Write or check; see the module's own words."""
    stale = [
        path
        for path, text in wanted().items()
        if not path.exists() or path.read_bytes() != text.encode("utf-8")
    ]
    if arguments == ["--check"]:
        for path in stale:
            print(f"{path.relative_to(ROOT)} is out of date: python tools/reports.py writes it.")
        return 1 if stale else 0
    for path, text in wanted().items():
        path.write_bytes(text.encode("utf-8"))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
