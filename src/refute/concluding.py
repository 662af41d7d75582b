"""The end of a run: from all that became known to the judgement that is saved."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from refute import findings, judgement, unclear
from refute.acceptance import accept
from refute.baseline import Baseline
from refute.budgeting import foretold
from refute.changes import Changes
from refute.diary import Diary
from refute.failures import Failures
from refute.faults.plan import Plan
from refute.finding import Finding, ordered
from refute.interpreter import Interpreter
from refute.judgement import Clarity, Judgement, Source
from refute.ledger import Ledger
from refute.project import Project
from refute.selecting import Choice
from refute.settings import Settings
from refute.strengthening import Strengthening
from refute.theatre import findings as theatre_findings
from refute.theatre.theatre import Theatre
from refute.theatre.traced import settle_reached
from refute.trials.seal import Seal, SealKind
from refute.verdicts import Judged, Verdict


@dataclass(frozen=True, slots=True)
class Course:
    """A run whose trials are over, with what each of its stages has made."""

    settings: Settings
    project: Project
    interpreter: Interpreter
    seal: Seal
    changes: Changes | None
    choice: Choice
    plan: Plan
    #: Without the tests that proved unfit.
    baseline: Baseline
    ledger: Ledger
    strength: Strengthening
    failures: Failures
    diary: Diary


def conclude(course: Course) -> Judgement:
    """Judge what is known, put it together, and save it. Raises RefuteError read-only-tree."""
    settings, project, baseline = course.settings, course.project, course.baseline
    strength, diary = course.strength, course.diary
    judged = tuple(course.ledger.judged.values())
    theatre = None if settings.score_only else strength.judge(judged)
    judged = settle_reached(judged, theatre.traces if theatre is not None else {})
    clarity = course.failures.clarity()
    found = _findings(judged, theatre, clarity, strength, course.seal)
    whole = strength.complete and not (settings.paths or course.changes or settings.shard)
    result = judgement.assemble(
        environment=_environment(course),
        selection=_selection(settings, course.choice, course.changes),
        project=judgement.Project(project.name, project.files, project.tests),
        baseline=baseline,
        judged=judged,
        theatre=theatre,
        speed=judgement.measure_speed(baseline, judged, theatre, strength.matrix),
        clarity=clarity,
        findings=_accepted(found, project, baseline, diary, whole=whole),
        sources=_sources(project.root, judged),
        timing=diary.stages,
        notes=diary.remarks,
        partial=any(item.verdict is Verdict.PENDING for item in judged),
        estimate=foretold(course.plan, judged, in_turn=settings.budget is not None),
        test_sources=_test_sources(project.root, baseline, theatre),
    )
    report = judgement.save(result, project.root)
    judgement.remember(result, report, project.root)
    return result


def _findings(
    judged: tuple[Judged, ...],
    theatre: Theatre | None,
    clarity: Clarity | None,
    strength: Strengthening,
    seal: Seal,
) -> tuple[Finding, ...]:
    """All that a reader should know."""
    baseline, silent = strength.baseline, not strength.complete and not strength.outside
    found = [*findings.find(judged, baseline, unsealed=_unsealed(seal), silent=silent)]
    found += unclear.find(clarity, baseline.tests)
    if theatre is not None:
        found += theatre_findings.find(theatre, baseline)
    return ordered(found)


def _accepted(
    found: tuple[Finding, ...], project: Project, baseline: Baseline, diary: Diary, *, whole: bool
) -> tuple[Finding, ...]:
    """The findings, with those marked that somebody has accepted."""
    tests = [test.id for test in baseline.tests]
    today = date.today().isoformat()
    made = accept(found, project.root, tests, today, sources=project.files, whole=whole)
    for slug, text in made.warnings:
        diary.warn(slug, text)
    return made.findings


def _environment(course: Course) -> judgement.Environment:
    settings, project, baseline, seal = (
        course.settings,
        course.project,
        course.baseline,
        course.seal,
    )
    return judgement.Environment(
        python=baseline.versions["python"],
        pytest=baseline.versions["pytest"],
        seal=seal.kind.value if not seal.reason else f"{seal.kind.value}: {seal.reason}",
        cores=settings.jobs,
        commit=project.commit,
        dirty=project.dirty,
        interpreter=str(course.interpreter.path),
        tree=project.contents.code,
    )


def _selection(settings: Settings, choice: Choice, changes: Changes | None) -> judgement.Selection:
    from refute_child.operators import OPERATORS

    return judgement.Selection(
        paths=settings.paths,
        operators=tuple(name for name in OPERATORS if settings.operators.allows(name)),
        rules_off=settings.rules_off,
        isolation=settings.isolation,
        changes=changes.what if changes is not None else "",
        changed_tests=choice.changed,
        budget=settings.budget,
        shard="/".join(map(str, settings.shard or ())),
        left_out=len(choice.outside),
    )


def _unsealed(seal: Seal) -> str:
    return seal.reason if seal.kind is SealKind.NONE else ""


def _sources(root: Path, judged: Iterable[Judged]) -> dict[str, Source]:
    files = {item.mutant.file for item in judged}
    return {file: Source.decode((root / file).read_bytes()) for file in sorted(files)}


def _test_sources(root: Path, baseline: Baseline, theatre: Theatre | None) -> dict[str, Source]:
    """Files that define tests or make doubles, so that a report can show their code.

    One that can't be read is left out: nothing is judged by it.
    """
    doubles = () if theatre is None else theatre.doubles
    named = {test.defined.rpartition(":")[0] for test in baseline.tests}
    named.update(one.file for one in doubles)
    named.update(lie.file for one in doubles for lie in one.lies)
    found: dict[str, Source] = {}
    for file in sorted(named - {""}):
        if (root / file).resolve().is_relative_to(root.resolve()):
            with suppress(OSError, SyntaxError, ValueError):
                found[file] = Source.decode((root / file).read_bytes())
    return found
