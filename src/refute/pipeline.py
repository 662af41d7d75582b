"""The whole run on one page: the stages in order, no detail."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import inf
from time import monotonic

from refute import judgement
from refute.baseline import Baseline
from refute.budgeting import what_was_done
from refute.concluding import Course, conclude
from refute.diary import Diary
from refute.events import Listener
from refute.failures import Failures
from refute.faults.budget import in_order
from refute.faults.doubles import make_double_faults
from refute.faults.fault import Mutant
from refute.faults.forecast import estimate
from refute.faults.plan import Plan, Planned, make_plan
from refute.faults.select import without_unsafe
from refute.interpreter import choose
from refute.judgement import Judgement
from refute.keeping import context_of, open_store, read_tree
from refute.ledger import Ledger, without_unfit
from refute.project import discover
from refute.reuse import Reuse
from refute.reuse_strength import StrengthReuse
from refute.selecting import Choice, files_to_judge, find_changes
from refute.selecting import choose as choose_mutants
from refute.settings import Selection, Settings
from refute.strengthening import Strengthening
from refute.trials.engine import Engine
from refute.trials.machine import choose_seal
from refute.trials.merged import check_origin
from refute.trials.observation import Collected
from refute.trials.outcome import Outcome
from refute.trials.seal import Seal, SealKind


def run(settings: Settings, console: Listener) -> Judgement:
    """Judge a suite: find, observe, fault, try, judge, save.

    Raises RefuteError for whatever keeps a run from judging anything. Ctrl-C during the trials
    ends in a partial judgement; before them, in KeyboardInterrupt.
    """
    diary = Diary(console.handle)
    ends = monotonic() + (settings.budget or inf)
    project = discover(settings)
    changes = find_changes(settings)
    judgement.check_writable(project.root)
    interpreter = choose(settings, project)
    seal = choose_seal(settings, project)
    diary.setting(project, interpreter, seal)
    leave = _unsafe(seal, settings)
    with Engine(settings, project, interpreter, seal) as engine:
        collected = _collect(engine, diary)
        files = files_to_judge(project, settings, changes)
        mutants = _faults(engine, files, diary)
        baseline = _observe(engine, collected, mutants, diary)
        check_origin(project, collected, baseline)
        ledger = Ledger(baseline, console.handle)
        tree = read_tree(engine, project, collected, baseline)
        choice = choose_mutants(mutants, baseline, tree, changes, settings.shard)
        diary.chosen(choice.notes)
        plan = _plan(choice.mutants, baseline, ledger, settings.budget, leave=leave)
        # Without all operators no file has all its mutants.
        whole = () if settings.operators != Selection() else files
        strength = _strength(engine, baseline, plan, choice, {*project.files} - {*whole}, leave)
        context = context_of(settings, project, interpreter, engine.launch)
        failures = Failures(project.root, baseline)
        try:
            with open_store(project, diary.warn) as store:
                reuse = Reuse(store, context, tree, baseline, plan)
                unfit = _score(engine, plan, baseline, ledger, reuse, diary, ends)
                strength.baseline = baseline = without_unfit(baseline, unfit)
                if not settings.score_only and not (settings.budget and ledger.open):
                    kept = StrengthReuse(store, context, tree, baseline, strength.places())
                    _strengthen(engine, settings, strength, kept, ledger, diary)
                    failures.run(engine, settings, ledger, strength, diary)
        except KeyboardInterrupt:
            diary.interrupted(ledger.done, len(ledger.planned))
    return conclude(
        Course(
            settings,
            project,
            interpreter,
            seal,
            changes,
            choice,
            plan,
            baseline,
            ledger,
            strength,
            failures,
            diary,
        )
    )


def _collect(engine: Engine, diary: Diary) -> Collected:
    """Collect the suite once."""
    with diary.stage("collect") as stage:
        collected = engine.collect()
        stage.count = len(collected.tests)
    return collected


def _observe(
    engine: Engine, collected: Collected, mutants: Iterable[Mutant], diary: Diary
) -> Baseline:
    """Run the suite unchanged, and look where these mutants would make a difference."""

    def progress(done: int, total: int, begins: int | None) -> None:
        diary.progress(done, total, running="" if begins is None else collected.tests[begins])

    with diary.stage("baseline") as stage:
        baseline = engine.observe(mutants, progress)
        stage.count = len(baseline.tests)
    diary.suite(baseline)
    diary.services([str(service) for service in engine.launch.shared])
    diary.dependencies(engine.broker.told() if engine.broker else ())
    return baseline


def _unsafe(seal: Seal, settings: Settings) -> bool:
    """Whether faults that may set something free have to be left out."""
    return seal.kind is SealKind.NONE and not settings.unsealed


def _plan(
    mutants: Sequence[Mutant],
    baseline: Baseline,
    ledger: Ledger,
    budget: float | None,
    *,
    leave: bool,
) -> Plan:
    """Which tests are run against which mutant; what is not to be tried is entered at once."""
    plan = make_plan(mutants, baseline)
    ledger.begin(mutants, plan)
    if leave:
        plan, unsafe = without_unsafe(plan, baseline)
        ledger.leave_out(unsafe)
    return in_order(plan) if budget else plan


def _strength(
    engine: Engine,
    baseline: Baseline,
    plan: Plan,
    choice: Choice,
    left_out: Collection[str],
    leave: bool,
) -> Strengthening:
    """What tests and doubles are put to, beside what the score needs."""
    observed = baseline.observed
    sites = {
        call.site
        for seen in observed.tests.values()
        for double in seen.doubles
        for call in double.calls
    }
    # Nobody knows what a fault in what a double hands back may set free.
    doubles = () if leave else make_double_faults(observed, engine.units(sites))
    made = Strengthening(engine.launch.root, baseline, plan.tried, doubles)
    made.outside, made.only = choice.outside, choice.tests
    made.left_out, made.python = frozenset(left_out), engine.launch.python
    return made


def _score(
    engine: Engine,
    plan: Plan,
    baseline: Baseline,
    ledger: Ledger,
    reuse: Reuse,
    diary: Diary,
    ends: float,
) -> dict[int, str]:
    """Each mutant until its first kill; returns tests that don't suit forks, with the reason."""
    known = ledger.reuse(reuse.known())
    ahead = len(ledger.planned) - len(known)
    diary.ahead(ahead, estimate(plan, baseline, engine.jobs, known), len(known))

    def on_outcome(planned: Planned, outcome: Outcome) -> None:
        reuse.keep(planned, outcome)
        ledger.add(planned, outcome)

    with diary.stage("trials") as stage:
        unfit = engine.hunt(plan, baseline, known, on_outcome, diary.goes_cold, ends)
        stage.count = ledger.done
    reuse.forget(unfit)
    if ledger.open and ends < inf:
        diary.spent(what_was_done(plan, ledger.judged.values()))
    return unfit


def _strengthen(
    engine: Engine,
    settings: Settings,
    strength: Strengthening,
    kept: StrengthReuse,
    ledger: Ledger,
    diary: Diary,
) -> None:
    """What the verdicts on tests and doubles still need."""
    judged = tuple(ledger.judged.values())
    with diary.stage("strength") as stage:
        stage.count = strength.run(engine, judged, settings.timeout_factor, diary.progress, kept)
    diary.also_reused(strength.reused)


def _faults(engine: Engine, files: Iterable[str], diary: Diary) -> list[Mutant]:
    """All mutants of these files; a file that does not compile is named."""
    with diary.stage("faults") as stage:
        mutants, broken = engine.mutants(files)
        stage.count = len(mutants)
    for file in broken:
        diary.warn("syntax-error", f"{file.file}:{file.line} is not judged: {file.reason}.")
    return mutants
