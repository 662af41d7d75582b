"""How well refute judges tests and doubles: the labelled sets of testdata/theatre against a run.

Each project there is judged by `refute run`, and each test's verdict and findings are compared
with what its label says. Prints the agreement on verdicts, and precision and recall for each
verdict and each kind of finding; with `--record` into benches/RESULTS.md. A label with several
verdicts is right with any of them; a finding that is marked arguable counts for nothing.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import record
from packages import CACHE, install, venv

ROOT = Path(__file__).resolve().parent.parent
SETS = ROOT / "testdata" / "theatre"
FINDINGS = ("blind-place", "deaf-test", "unread-arrangement", "lying-double", "leak", "claim")
_LABEL = re.compile(r"#\s*(verdict|finding):\s*([\w|-]+):\s*(.*)")


@dataclass(frozen=True, slots=True)
class Label:
    """What is true of one test."""

    verdicts: frozenset[str]
    findings: frozenset[str]
    #: Findings that may be reported or not.
    arguable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What refute said of one case of a test."""

    id: str
    verdict: str
    findings: frozenset[str]


@dataclass(slots=True)
class Score:
    """Right and wrong, by verdict and by finding."""

    cases: int = 0
    agreed: int = 0
    right: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    true: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, label: Label, found: Found) -> None:
        """Compare one case."""
        self.cases += 1
        same = found.verdict in label.verdicts
        self.agreed += same
        self.said[found.verdict] += 1
        # Where several verdicts are right, the one that was said is the true one.
        self.true[found.verdict if same else min(label.verdicts)] += 1
        self.right[found.verdict] += same
        if not same:
            true = "|".join(sorted(label.verdicts))
            self.wrong.append(f"{found.id}: {true}, said {found.verdict}")
        for slug in FINDINGS:
            if slug in label.arguable:
                continue
            said, is_so = slug in found.findings, slug in label.findings
            self.said[slug] += said
            self.true[slug] += is_so
            self.right[slug] += said and is_so
            if said != is_so:
                how = "missed" if is_so else "said, and not so"
                self.wrong.append(f"{found.id}: {slug} {how}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge the sets that are asked for, and print how that went."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("projects", nargs="*", help="folders below testdata/theatre; default: all")
    parser.add_argument("--record", action="store_true", help="add the figures to RESULTS.md")
    parser.add_argument("--verbose", action="store_true", help="list what was judged wrongly")
    options = parser.parse_args(arguments)
    every = [*projects("idioms"), *projects("reviewer")]
    chosen = [SETS / name for name in options.projects] or every
    python = environment(chosen)
    scores: dict[str, Score] = defaultdict(Score)
    for project in chosen:
        labels = read_labels(project)
        for found in judge(project, python):
            label = labels.get(re.sub(r"\[.*", "", found.id, flags=re.DOTALL))
            if label is None:
                print(f"{project.name}: no label for {found.id}", file=sys.stderr)
                continue
            scores[project.parent.name].add(label, found)
            scores["both"].add(label, found)
        print(f"{project.parent.name}/{project.name}", file=sys.stderr)
    lines = render(scores)
    print(lines)
    if options.verbose:
        print("\n".join(["", *scores["both"].wrong]))
    if options.record:
        record.append("Tests judged as labelled", lines)
    return 0


def projects(name: str) -> list[Path]:
    """The projects of one set."""
    return sorted(path.parent for path in (SETS / name).glob("*/pyproject.toml"))


def environment(chosen: Iterable[Path]) -> Path:
    """An interpreter with pytest and all that the projects need."""
    needs = {"pytest"}
    for project in chosen:
        first = (project / "pyproject.toml").read_text(encoding="utf-8").partition("\n")[0]
        if first.startswith("# needs:"):
            needs.update(first.removeprefix("# needs:").split())
    python = venv(CACHE / "venvs" / "theatre")
    install(python, sorted(needs))
    return python


def read_labels(project: Path) -> dict[str, Label]:
    """Node id without cases -> label, from the comments above each test."""
    found: dict[str, Label] = {}
    for file in sorted((project / "tests").rglob("test_*.py")):
        text = file.read_text(encoding="utf-8")
        lines = text.splitlines()
        prefix = file.relative_to(project).as_posix()
        tree = ast.parse(text)
        for outer, node in _functions(tree.body, ""):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            verdicts: set[str] = set()
            findings: set[str] = set()
            arguable: set[str] = set()
            number = first - 2
            while number >= 0 and lines[number].lstrip().startswith("#"):
                match = _LABEL.match(lines[number].strip())
                number -= 1
                if match is None:
                    continue
                if match[1] == "verdict":
                    verdicts.update(match[2].split("|"))
                elif match[3].startswith("arguable"):
                    arguable.add(match[2])
                else:
                    findings.add(match[2])
            if verdicts:
                label = Label(frozenset(verdicts), frozenset(findings), frozenset(arguable))
                found[f"{prefix}::{outer}{node.name}"] = label
    return found


def _functions(
    body: list[ast.stmt], outer: str
) -> Iterable[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from _functions(node.body, f"{outer}{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield outer, node


def judge(project: Path, python: Path) -> list[Found]:
    """Run refute on a copy of the project, and read what it says of each test."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / project.name
        shutil.copytree(project, copy, ignore=shutil.ignore_patterns("__pycache__", ".refute"))
        done = subprocess.run(
            [sys.executable, "-m", "refute", "run", ".", "--python", str(python)],
            cwd=copy, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        path = copy / ".refute" / "report.json"
        if not path.exists():
            raise SystemExit(f"{project}: refute ended with {done.returncode}\n{done.stderr}")
        return read_report(json.loads(path.read_text(encoding="utf-8")))


def read_report(report: dict[str, Any]) -> list[Found]:
    """The verdicts and findings of each test."""
    slugs: dict[int, set[str]] = defaultdict(set)
    for place in report["blind_places"]:
        for test in place["tests"]:
            slugs[test].add("blind-place")
    for double in report["doubles"]:
        for lie in double["lies"]:
            for test in lie["tests"]:
                slugs[test].add("lying-double")
    for key, slug in (
        ("deaf_tests", "deaf-test"),
        ("unread_arrangements", "unread-arrangement"),
        ("leaks", "leak"),
        ("claims", "claim"),
    ):
        for one in report[key]:
            # A claim that holds is no finding.
            if one.get("empty", True):
                for test in one.get("tests", (one.get("test"),)):
                    slugs[test].add(slug)
    return [
        Found(test["id"], test["verdict"] or "none", frozenset(slugs[position]))
        for position, test in enumerate(report["tests"])
    ]


def render(scores: dict[str, Score]) -> str:
    """Sentences and a table, in Markdown."""
    lines: list[str] = []
    for name, score in scores.items():
        lines += [f"{name}: {score.agreed} of {score.cases} verdicts as labelled.", ""]
    score = scores["both"]
    rows = [
        (
            word,
            str(score.true[word]),
            str(score.said[word]),
            _share(score.right[word], score.said[word]),
            _share(score.right[word], score.true[word]),
        )
        for word in dict.fromkeys([*sorted(score.true), *sorted(score.said)])
        if score.true[word] or score.said[word]
    ]
    heads = ("what", "true", "said", "precision", "recall")
    return "\n".join([*lines, record.table(heads, rows)])


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "n/a"


if __name__ == "__main__":
    sys.exit(main())
