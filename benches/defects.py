"""Replays the past bugs of real repositories, and repeats a random sample of them by hand.

    python benches/defects.py --python .venv/bin/python --check 20 ~/clones/tinydb ~/clones/click

Each folder is a clone with history, whose suite passes under that Python (`--python click=PATH`
is for that one alone); it is cloned again, so that nothing is written there. With `--work DIR`
these copies and their reports stay, and a project that has one there is not replayed again.

A sample over all projects, the same one each time, is then repeated without refute: the diff
applied to a copy, and plain pytest run, with the tests that fail anyway left out. Writes
benches/defects.json: for each project its commit and its bugs, each with the commit that fixed
it and what became of it. A project that is there already is replaced. What a reader of a
sample's diffs said of each (`right`, `note`) is written into the file by hand, and kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import record

TARGET = record.ROOT / "benches" / "defects.json"
KEPT = ("id", "commit", "subject", "date", "why", "fate", "how", "detected_by", "kind", "unfit",
        "reason", "files")  # fmt: skip
_GENERAL = ("-q", "-p", "no:cacheprovider", "--color=no", "-rfE")


def environment(folder: Path) -> dict[str, str]:
    """Variables under which a clone's own sources are imported, installed or not."""
    places = [record.ROOT / "src", *filter(Path.is_dir, [folder / "src"]), folder]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, places))}


def clone(source: Path, folder: Path) -> Path:
    """A clone of a clone, by the same name."""
    target = folder / source.name
    if not target.exists():
        subprocess.run(["git", "clone", "-q", str(source), str(target)], check=True)
    return target


def replay(folder: Path, python: str, limit: int, jobs: int) -> dict[str, Any]:
    """`refute defects` in a clone: its report, or the one that lies there from before.

    Raises RuntimeError when there is none.
    """
    report = folder / ".refute" / "defects.json"
    words = ["--python", python, "--limit", str(limit), "--jobs", str(jobs), "--plain"]
    if not report.exists():
        subprocess.run(
            [sys.executable, "-m", "refute", "defects", *words],
            cwd=folder,
            env=environment(folder),
            check=False,
        )
    if not report.exists():
        raise RuntimeError(f"refute defects left no report in {folder}")
    found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
    return found


def failing(folder: Path, python: str) -> list[str]:
    """Tests that fail without any change."""
    words = [python, "-m", "pytest", *_GENERAL]
    done = subprocess.run(
        words, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False
    )
    lines = done.stdout.splitlines()
    return [line.split(" ")[1] for line in lines if line.startswith(("FAILED ", "ERROR "))]


def by_hand(
    folder: Path, python: str, bug: Mapping[str, Any], aside: Sequence[str]
) -> tuple[str, str]:
    """What plain pytest says of a bug whose diff was applied to the clone: ``detected`` or
    ``missed``, and its first failure; the clone is put back.
    """
    patch = folder / ".git" / "bug.patch"
    patch.write_text(bug["diff"], encoding="utf-8")
    subprocess.run(["git", "apply", str(patch)], cwd=folder, check=True)
    for litter in list(folder.rglob("__pycache__")):
        shutil.rmtree(litter)
    out = [f"--deselect={test}" for test in aside]
    done = subprocess.run(
        [python, "-m", "pytest", "-x", *_GENERAL, *out],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        check=False,
    )
    subprocess.run(["git", "apply", "-R", str(patch)], cwd=folder, check=True)
    first = [line for line in done.stdout.splitlines() if line.startswith(("FAILED ", "ERROR "))]
    return "missed" if done.returncode == 0 else "detected", "".join(first[:1])


def check(
    folders: Mapping[str, Path],
    reports: Mapping[str, dict[str, Any]],
    pythons: Mapping[str, str],
    many: int,
) -> list[dict[str, Any]]:
    """Repeat a random sample over all projects; the same one each time."""
    replayed = [
        (name, bug)
        for name, report in sorted(reports.items())
        for bug in report["bugs"]
        if bug["fate"] in ("detected", "missed")
    ]
    chosen = random.Random(0).sample(replayed, min(many, len(replayed)))
    asides = {name: failing(folders[name], pythons[name]) for name in {name for name, _ in chosen}}
    found = []
    for name, bug in chosen:
        said, first = by_hand(folders[name], pythons[name], bug, asides[name])
        found.append(
            {"project": name, "id": bug["id"], "fate": bug["fate"], "by_hand": said, "first": first}
        )
        print(f"{name} {bug['id']} {bug['fate']}, by hand {said} {first}", flush=True)
    return found


def read(
    checks: Sequence[dict[str, Any]], old: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The checks with what a reader said of the same bugs before."""
    said = {(one["project"], one["id"]): one for one in old}
    kept = ("right", "note")
    return [
        one | {key: was[key] for key in kept if key in was}
        for one in checks
        for was in [said.get((one["project"], one["id"]), {})]
    ]


def entry(report: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a project."""
    return {
        "commit": report["environment"]["commit"],
        "python": report["environment"]["python"],
        "tests": report["suite"]["tests"],
        "metrics": report["metrics"]["defects"],
        "bugs": [{key: _portable(bug[key]) for key in KEPT} for bug in report["bugs"]],
    }


def _portable(value: object) -> object:
    """Without the places of this machine, which Python names at the end of import errors."""
    return re.sub(r" \(/[^)]*\)", "", value) if isinstance(value, str) else value


def table(projects: Mapping[str, Mapping[str, Any]]) -> str:
    """The counts of each project, and of all."""
    heads = ["project", "replayed", "detected", "missed", "not replayable"]
    rows: list[list[object]] = []
    total: Counter[str] = Counter()
    for name, found in projects.items():
        metrics = found["metrics"]
        counts = {key: metrics[key] for key in heads[1:4]}
        counts["not replayable"] = sum(metrics["not_replayable"].values())
        total.update(counts)
        rows.append([name, *counts.values()])
    rows.append(["all", *(total[key] for key in heads[1:])])
    return record.table(heads, rows)


def main(argv: Sequence[str] | None = None) -> int:
    """Replay, check, print, write; 1 when a verdict and plain pytest disagree."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])  # type: ignore[union-attr]
    parser.add_argument("folders", nargs="+", type=Path, metavar="CLONE")
    parser.add_argument("--python", action="append", default=[], metavar="[NAME=]PYTHON")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep copies and reports here")
    parser.add_argument("--limit", type=int, default=200, metavar="N")
    parser.add_argument("--jobs", type=int, default=1, metavar="N")
    parser.add_argument("--check", type=int, default=0, metavar="N", help="repeat N by hand")
    parser.add_argument("--to", type=Path, default=TARGET, metavar="FILE")
    options = parser.parse_args(argv)
    given = dict(word.rpartition("=")[::2] for word in options.python)
    pythons = {
        path.name: given.get(path.name, given.get("", sys.executable)) for path in options.folders
    }
    with tempfile.TemporaryDirectory(prefix="refute-defects-") as name:
        work = options.work or Path(name)
        clones = {path.name: clone(path.resolve(), work) for path in options.folders}
        reports = {
            project: replay(folder, pythons[project], options.limit, options.jobs)
            for project, folder in clones.items()
        }
        checks = check(clones, reports, pythons, options.check)
    old = json.loads(options.to.read_text(encoding="utf-8")) if options.to.exists() else {}
    projects = old.get("projects", {}) | {one: entry(found) for one, found in reports.items()}
    before = old.get("checks", [])
    kept = [one for one in before if one["project"] not in reports]
    document = {
        "measured": record.circumstances(),
        "projects": dict(sorted(projects.items())),
        "checks": [*kept, *read(checks, before)],
    }
    options.to.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    print(table(document["projects"]))
    wrong = [one for one in checks if one["fate"] != one["by_hand"]]
    print(f"{len(checks) - len(wrong)} of {len(checks)} agree with plain pytest.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
