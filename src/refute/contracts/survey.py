"""All contracts of a project that apply: what was checked, what was found, what can't be told."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from refute.contracts.answers import Refused, Unknown
from refute.contracts.commands import check
from refute.contracts.helm import Problem, check_values, load_helm_chart, read_values
from refute.errors import RefuteError

_SKIPPED = frozenset({"node_modules", "__pycache__", "site-packages", "venv", "env", "build"})


@dataclass(slots=True)
class Part:
    """One kind of contract."""

    name: str
    #: How many inputs were held against it to a result.
    checked: int = 0
    #: What would not be accepted, a line each.
    found: list[str] = field(default_factory=list)
    #: What could not be told, and why, a line each.
    untold: list[str] = field(default_factory=list)
    #: What there was nothing of, in words; empty if there was something.
    absent: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a double took or answered, as a report has it."""

    command: str
    #: ``accepted``, ``refused`` or ``unknown``, and why.
    verdict: str
    why: str
    #: Who took it, and the call, for people.
    where: str
    #: ``command``, ``http``, ``answer``, ``sql`` or ``output``.
    kind: str = "command"
    #: Which database a statement was meant for, if that is known.
    database: str = ""


def commands(taken: Iterable[Taken], environment: Mapping[str, str] | None = None) -> Part:
    """What doubles took, by the last report; what it could not tell is asked once more."""
    part = Part("doubles")
    for one in dict.fromkeys(taken):
        verdict, why = one.verdict, one.why
        # What was not recorded as a whole can't be asked about. Older reports tell no kinds, and
        # calls have no program.
        partial = one.command.endswith("…") or "***" in one.command or "://" in one.command
        if verdict == "unknown" and one.kind == "command" and not partial:
            verdict, why = _again(one.command, environment)
        if verdict == "unknown":
            part.untold.append(f"{one.command}: {why}")
            continue
        part.checked += 1
        if verdict == "refused":
            part.found.append(f"{one.where}: {one.command}: {why}")
    if not part.checked and not part.untold:
        part.absent = "no double was seen to take a command line, an HTTP call or a statement"
    return part


def _again(command: str, environment: Mapping[str, str] | None) -> tuple[str, str]:
    answer = check(shlex.split(command), environment)
    if isinstance(answer, Unknown):
        return "unknown", answer.reason
    return ("refused", str(answer)) if isinstance(answer, Refused) else ("accepted", "")


def charts(root: Path) -> Part:
    """The Helm charts below a folder, with their own values and the value files beside them."""
    part = Part("helm")
    for folder, files in chart_files(root):
        name = folder.relative_to(root).as_posix()
        try:
            chart = load_helm_chart(folder)
            for file in (None, *files):
                answer = check_values(chart, None if file is None else read_values(file))
                shown = f"{name}/{'values.yaml' if file is None else file.name}"
                part.checked += 1
                part.found += [
                    f"{shown}: {_line(problem)}"
                    for problem in answer.problems
                    # What a chart must be given is not in the chart.
                    if file is not None or problem.slug in ("schema", "unused-value", "wrong-type")
                ]
                part.untold += [f"{shown}: {line}" for line in answer.unchecked]
        except RefuteError as error:
            part.untold.append(f"{name}: {error.message}")
    if not part.checked and not part.untold:
        part.absent = "no Helm chart here"
    return part


def chart_files(root: Path) -> Iterator[tuple[Path, list[Path]]]:
    """The Helm charts below a folder, each with the value files beside its own."""
    for folder in _charts(root):
        yield folder, sorted({*folder.glob("values?*.yaml"), *folder.glob("*.values.yaml")})


def _line(problem: Problem) -> str:
    return f"{problem.slug}: {problem}"


def _charts(root: Path) -> Iterator[Path]:
    for folder, below, files in os.walk(root):
        below[:] = sorted(
            name for name in below if name not in _SKIPPED and not name.startswith(".")
        )
        if "Chart.yaml" in files:
            below[:] = [name for name in below if name not in ("charts", "templates")]
            yield Path(folder)
