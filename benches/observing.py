"""What observing doubles and boundaries costs, beside a baseline that records lines.

Each project's unchanged suite is collected once, as a run does it; then forks of that process
run it in turn with lines and accidents alone, and with all that is observed of doubles,
boundaries and frames. Prints the medians of CPU and wall time, and the ratio of each pair's
median; with `--record` into benches/RESULTS.md. Not sealed: give it projects that you trust.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import mocked
import record
from catalogue import named
from packages import CACHE, activated, install, prepare, venv

import refute_child
from refute.project import discover
from refute.settings import load

CHILD = Path(__file__).with_name("observing_child.py")
PACKAGES = ("requests-oauthlib", "cachetools")
GENERATED = "generated"
GOAL = 0.20


@dataclass(frozen=True, slots=True)
class Pair:
    """One run without and one with the observation; seconds."""

    cpu: tuple[float, float]
    wall: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Subject:
    """A project, and the interpreter that runs its suite."""

    name: str
    root: Path
    python: Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure what is asked for; 1 if a project costs more than the goal, else 0."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument(
        "projects", nargs="*", default=[GENERATED, *PACKAGES],
        help=f"folders, names of packages in catalogue.py, or `{GENERATED}`; default: "
        f"{GENERATED} {' '.join(PACKAGES)}",
    )  # fmt: skip
    parser.add_argument("--python", type=Path, help="the interpreter for folders")
    parser.add_argument("--times", type=int, default=9, help="pairs of runs (default: 9)")
    parser.add_argument("--record", action="store_true", help="add the figures to RESULTS.md")
    options = parser.parse_args(arguments)
    rows: list[tuple[str, ...]] = []
    worst = 0.0
    for name in options.projects:
        with subject(name, options.python) as chosen:
            tests, pairs = measure(chosen, options.times)
        rows.append(row(chosen.name, tests, pairs))
        print("  ".join(rows[-1]), file=sys.stderr, flush=True)
        worst = max(worst, cost([pair.cpu for pair in pairs]))
    heads = ("project", "tests", "CPU, s", "observed", "cost", "from, to", "wall, s", "observed",
             "cost")  # fmt: skip
    table = record.table(heads, rows)
    print(table)
    if options.record:
        record.append("What observing doubles and boundaries costs", table)
    return int(worst > GOAL)


@contextmanager
def subject(name: str, python: Path | None) -> Iterator[Subject]:
    """The project of this name, ready to be run."""
    if name == GENERATED:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "shop"
            mocked.make(root)
            yield Subject(name, root, python or _pytest())
    elif Path(name).is_dir():
        yield Subject(Path(name).name, Path(name).resolve(), python or _pytest())
    else:
        (package,) = named([name])
        ready = prepare(package)
        yield Subject(package.key, ready.tree, ready.python)


def _pytest() -> Path:
    """An interpreter with pytest alone."""
    python = venv(CACHE / "venvs" / "pytest")
    install(python, ["pytest"])
    return python


def measure(chosen: Subject, times: int) -> tuple[int, list[Pair]]:
    """How many tests there are, and what so many pairs of runs took."""
    with _Child(chosen) as child:
        tests = child.collect()
        # The first fork reads files that are in nobody's memory yet.
        child.baseline(observed=True)
        pairs: list[Pair] = []
        for turn in range(times):
            order = (False, True) if turn % 2 else (True, False)
            took = {observed: child.baseline(observed) for observed in order}
            (cpu, wall), (more_cpu, more_wall) = took[False], took[True]
            pairs.append(Pair((cpu, more_cpu), (wall, more_wall)))
    return tests, pairs


class _Child:
    """The child in its interpreter, spoken to as a slot is."""

    def __init__(self, chosen: Subject) -> None:
        settings = load(chosen.root)
        project = discover(settings)
        files = [(str(project.root / file), _lines(project.root / file)) for file in project.files]
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        source = str(Path(refute_child.__file__).parents[1])
        # As whoever installs a package does: sources would be compiled anew in each fork.
        compiled = [str(chosen.python), "-m", "compileall", "-q", f"{source}/refute_child"]
        subprocess.run(compiled, check=True, stdin=subprocess.DEVNULL)
        self._process = subprocess.Popen(
            [str(chosen.python), str(CHILD), source, str(theirs_in), str(theirs_out)],
            cwd=chosen.root,
            env=activated(chosen.python),
            pass_fds=(theirs_in, theirs_out),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._stream = os.fdopen(self._in, "r", encoding="utf-8", errors="replace")
        self._send(
            version=refute_child.WIRE_VERSION,
            args=[*settings.pytest_args, *project.tests],
            files=files,
            memory=1 << 40,
            processes=1 << 20,
        )

    def __enter__(self) -> _Child:
        return self

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self._send(op="leave")
            self._expect("left")
        os.close(self._out)
        self._stream.close()
        self._process.wait()

    def collect(self) -> int:
        """Have the suite collected; how many tests there are."""
        self._send(op="collect")
        return len(self._expect("collected")["tests"])

    def baseline(self, observed: bool) -> tuple[float, float]:
        """One run of the suite in a fork: seconds of CPU and by the clock."""
        self._send(op="baseline", order="forward", doubles=observed)
        told = self._expect("baseline")
        if "cpu" not in told:
            raise SystemExit(f"the suite did not come to its end: {told}")
        return told["cpu"], told["wall"]

    def _send(self, **fields: Any) -> None:
        os.write(self._out, (json.dumps(fields) + "\n").encode())

    def _expect(self, event: str) -> dict[str, Any]:
        for line in self._stream:
            told: dict[str, Any] = json.loads(line)
            if told["event"] == event:
                return told
        raise SystemExit(f"the child ended before it said {event!r}")


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") + 1


def cost(times: Sequence[tuple[float, float]]) -> float:
    """By how much the second of each pair is longer, as a share: the median of the pairs."""
    return median(more / less for less, more in times) - 1


def row(name: str, tests: int, pairs: Sequence[Pair]) -> tuple[str, ...]:
    """One line of the table."""
    cells = [name, str(tests)]
    for times, spread in (([p.cpu for p in pairs], True), ([p.wall for p in pairs], False)):
        cells += [f"{median(less for less, _ in times):.3f}"]
        cells += [f"{median(more for _, more in times):.3f}", f"{cost(times):+.1%}"]
        if spread:
            ratios = [more / less - 1 for less, more in times]
            cells.append(f"{min(ratios):+.1%}, {max(ratios):+.1%}")
    return tuple(cells)


if __name__ == "__main__":
    sys.exit(main())
