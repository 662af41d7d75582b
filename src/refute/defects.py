"""Do the tests find real bugs? Past bugs, put back one by one: what `refute defects` does.

The stages are those of every run: the project, its unchanged suite, faults (here bugs of the
past), trials, verdicts, counts, findings, one judgement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from refute import __version__, missed, replayed
from refute.baseline import Baseline
from refute.console import Console
from refute.diary import Diary
from refute.errors import ExitCode, RefuteError, fail
from refute.faults.past import PastBug
from refute.history.fixes import Found, from_catalogue, from_history
from refute.history.git import Repository
from refute.history.options import Options
from refute.history.taking import Ask, is_silent, take_back, without_repeats
from refute.interpreter import Interpreter, choose
from refute.judgement import Environment, check_writable
from refute.judgement import defects as document
from refute.judgement.defects import Defects, Scope
from refute.metrics.defects import count
from refute.project import Project, discover
from refute.replayed import Replayed
from refute.settings import Settings
from refute.trials.cold import Cold
from refute.trials.engine import Engine, set_aside
from refute.trials.facts import Replay
from refute.trials.machine import choose_seal
from refute.trials.merged import check_origin
from refute.trials.replay import Replays
from refute.trials.seal import Seal, SealKind
from refute.trials.slot import Slot, greet


def run(settings: Settings, options: Options, console: Console) -> Defects:
    """Replay past bugs against today's tests; saves what it found.

    Raises RefuteError: no-history, no-patches, no-bugs, no-seal, reference-red, nothing-judged
    (all bugs found can't be replayed), and those of a run. Ctrl-C during the replays ends in a
    partial result.
    """
    diary = Diary(console.handle)
    # The score's probes and the observation of doubles are of no use here.
    settings = replace(settings, score_only=True)
    project = discover(settings)
    check_writable(project.root)
    interpreter = choose(settings, project)
    seal = choose_seal(settings, project)
    if seal.kind is SealKind.NONE:
        fail("no-seal", f"past bugs are put back under the seal alone: {seal.reason}")
    diary.setting(project, interpreter, seal)
    with Engine(settings, project, interpreter, seal) as engine:
        with _asking(engine) as ask:
            found = _find(settings, options, project, ask, diary)
            bugs, taken = _take(found, project, ask, diary)
        if not any(bug.files for bug in bugs):
            baseline, judged, aside = None, [replayed.unfit(bug) for bug in bugs], 0
        else:
            baseline = _observe(engine, project, diary)
            cold = _reference(engine, baseline, diary)
            aside = len(set_aside(baseline.tests))
            replays = Replays(cold, baseline, frozenset(project.files), taken, settings.pytest_args)
            judged = _replay(replays, bugs, diary)
    result = _result(settings, options, project, interpreter, seal, found, baseline, judged, diary)
    result = replace(result, aside=aside)
    document.save(result, project.root)
    return result


@contextmanager
def _asking(engine: Engine) -> Iterator[Ask]:
    """A process of the project's interpreter that reads code, and runs none of it."""
    scribe = Slot(replace(engine.launch, seal=Seal(SealKind.NONE)))
    try:
        greet(scribe)

        def ask(questions: Sequence[dict[str, Any]]) -> list[Any]:
            scribe.send({"op": "past", "questions": list(questions)})
            answers: list[Any] = scribe.expect("past")["answers"]
            return answers

        yield ask
    finally:
        scribe.close()


def _find(settings: Settings, options: Options, project: Project, ask: Ask, diary: Diary) -> Found:
    """The fixes that are to be taken back."""
    with diary.stage("history") as stage:
        if options.catalogue is not None:
            found = from_catalogue(options.catalogue, _around(project), options.limit)
        else:
            repository = Repository.around(project.root)
            found = from_history(
                repository,
                options,
                frozenset(project.files),
                settings.exclude,
                lambda pieces: is_silent(pieces, ask),
            )
        stage.count = len(found.fixes)
    if found.missing:
        diary.warn("shallow-clone", found.missing)
    if not found.fixes:
        fail("no-bugs", f"{found.commits:,} commits were read; none is a bug fix with source.")
    if found.beyond:
        diary.note(
            "limit",
            f"{found.beyond:,} older fixes are left aside; `--limit` takes more of them.",
        )
    return found


def _around(project: Project) -> Repository | None:
    """The repository, if there is one: a catalogue needs none."""
    try:
        return Repository.around(project.root)
    except RefuteError:
        return None


def _take(
    found: Found, project: Project, ask: Ask, diary: Diary
) -> tuple[list[PastBug], dict[str, frozenset[str]]]:
    """The bugs with the files that put them back, and which names each of them takes away."""
    bugs: list[PastBug] = []
    taken: dict[str, frozenset[str]] = {}
    used: Counter[str] = Counter()
    with diary.stage("taking back") as stage:
        for fix in found.fixes:
            bug = take_back(fix, project.root, project.files, ask)
            used[bug.id] += 1
            if used[bug.id] > 1:
                bug = replace(bug, id=f"{bug.id}{used[bug.id]:x}")
            questions = [
                {
                    "ask": "taken",
                    "fixed": one.today.decode("latin-1"),
                    "buggy": (one.buggy or b"").decode("latin-1"),
                }
                for one in bug.files
                if one.today is not None and one.path.endswith(".py")
            ]
            taken[bug.id] = frozenset(name for names in ask(questions) for name in names)
            bugs.append(bug)
            diary.progress(len(bugs), len(found.fixes), "fixes")
        bugs = without_repeats(bugs)
        stage.count = sum(bool(bug.files) for bug in bugs)
    return bugs, taken


def _observe(engine: Engine, project: Project, diary: Diary) -> Baseline:
    """Run the suite unchanged: what fails anyway is set aside, and who runs over what is known."""
    with diary.stage("collect") as stage:
        collected = engine.collect()
        stage.count = len(collected.tests)

    def progress(done: int, total: int, begins: int | None) -> None:
        diary.progress(done, total, running="" if begins is None else collected.tests[begins])

    with diary.stage("baseline") as stage:
        baseline = engine.observe((), progress)
        stage.count = len(baseline.tests)
    diary.suite(baseline)
    diary.services([str(service) for service in engine.launch.shared])
    check_origin(project, collected, baseline)
    return baseline


def _reference(engine: Engine, baseline: Baseline, diary: Diary) -> Cold:
    """Plain pytest, which has to pass on the unchanged tree."""
    seconds = baseline.suite_seconds + baseline.collect_seconds
    names = baseline.names_in(engine.launch.root)
    cold = engine.cold(set_aside(baseline.tests), seconds, names)
    with diary.stage("control"):
        unchanged = cold.unchanged()
    if unchanged.code != 0:
        fail(
            "reference-red",
            "plain pytest does not pass on the unchanged tree, without the tests set aside.",
            detail=unchanged.output.splitlines()[-30:],
        )
    cold.narrow(unchanged.reached)
    return cold


def _replay(replays: Replays, bugs: Sequence[PastBug], diary: Diary) -> list[Replayed]:
    """Each bug that could be put back, against the tests; in the order of the bugs."""
    ready = [bug for bug in bugs if bug.files]
    judged: dict[str, Replayed] = {bug.id: replayed.unfit(bug) for bug in bugs if not bug.files}
    done = 0

    def emit(bug: PastBug, facts: Replay) -> None:
        nonlocal done
        judged[bug.id] = replayed.judge(bug, facts)
        done += 1
        diary.progress(done, len(ready), "past bugs")

    with diary.stage("replays") as stage:
        try:
            replays.run(ready, emit)
        except KeyboardInterrupt:
            diary.interrupted(done, len(ready))
        stage.count = done
    return [judged.get(bug.id) or replayed.pending(bug) for bug in bugs]


def _result(
    settings: Settings,
    options: Options,
    project: Project,
    interpreter: Interpreter,
    seal: Seal,
    found: Found,
    baseline: Baseline | None,
    judged: Sequence[Replayed],
    diary: Diary,
) -> Defects:
    return Defects(
        version=__version__,
        project=project.name,
        environment=Environment(
            python=interpreter.version,
            pytest=interpreter.pytest,
            seal=seal.kind.value if not seal.reason else f"{seal.kind.value}: {seal.reason}",
            cores=settings.jobs,
            commit=project.commit,
            dirty=project.dirty,
            interpreter=str(interpreter.path),
        ),
        scope=Scope(
            pattern="" if options.pattern is None else options.pattern.pattern,
            since=options.since,
            limit=options.limit,
            catalogue="" if options.catalogue is None else str(options.catalogue),
            commits=found.commits,
            sourceless=found.sourceless,
            beyond=found.beyond,
            missing=found.missing,
        ),
        tests=0 if baseline is None else len(baseline.tests),
        aside=0,
        bugs=tuple(map(document.record, judged)),
        counts=count(judged),
        findings=missed.find(judged),
        notes=tuple(diary.remarks),
        timing=tuple(diary.stages),
    )


def exit_code(defects: Defects) -> ExitCode:
    """What the command ends with: a missed bug is a finding, and no failure of the command."""
    if defects.partial:
        return ExitCode.INTERRUPTED
    if not defects.counts.replayed:
        return ExitCode.NOTHING_JUDGED
    return ExitCode.OK
