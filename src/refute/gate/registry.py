"""All metrics that a gate can hold, each with the words that the docs have for it."""

from __future__ import annotations

from collections.abc import Callable

from refute.gate import measuring, outside, wording
from refute.gate.material import Material
from refute.gate.measuring import Measure
from refute.gate.values import Good, Metric, Unit
from refute.judgement import Severity, Slug, Speed, TestOutcome

_CODE = (Slug.SURVIVOR, Slug.UNNOTICED_FUNCTION, Slug.UNTESTED_FUNCTION)


def _share(name: str, what: str, measure: Measure, *slugs: Slug, good: Good = "more") -> Metric:
    return Metric(name, what, "percent", good, measure, slugs)


def _count(name: str, what: str, measure: Measure, *slugs: Slug, trials: bool = True) -> Metric:
    return Metric(name, what, "count", "less", measure, slugs, trials=trials)


def _time(name: str, what: str, pick: Callable[[Speed], float | None], why: str) -> Metric:
    return Metric(
        name, what, "seconds", "less", measuring.of_speed(pick, why),
        look=measuring.slow_tests, by_path=False, ratchet=False,
    )  # fmt: skip


def _tests(name: str, what: str, slug: Slug) -> Metric:
    return _count(name, what, measuring.about_tests(slug), slug)


def _judged(name: str, what: str, slug: Slug) -> Metric:
    return _count(name, what, measuring.about_judged_tests(slug), slug)


def _outside(
    name: str, what: str, unit: Unit, good: Good, measure: Measure, *, ratchet: bool = True
) -> Metric:
    return Metric(name, what, unit, good, measure, by_path=False, trials=False, ratchet=ratchet)


def _sarif(name: str, what: str, measure: Measure, level: str = "", rule: str = "") -> Metric:
    return Metric(
        name, what, "count", "less", measure,
        look=outside.scanned(level, rule), by_path=False, trials=False,
    )  # fmt: skip


_MUTATION = (
    _share("mutation-score", "Noticed faults, of all that have a verdict of the score.",
           measuring.percent(lambda c: c.detected, lambda c: c.scored), *_CODE),
    _share("score-covered", "Noticed faults, of those on lines that tests execute.",
           measuring.percent(lambda c: c.detected, lambda c: c.tried), *_CODE[:2]),
    _share("fault-coverage", "Faults on lines that tests execute, of all that are scored.",
           measuring.percent(lambda c: c.tried, lambda c: c.scored), Slug.UNTESTED_FUNCTION),
    _share("oracle-gap", "`fault-coverage` minus `mutation-score`: executed, and not checked.",
           measuring.percent(lambda c: c.survived, lambda c: c.scored), *_CODE[:2], good="less"),
    _share("judged-share", "Faults with a verdict of the score, of all that ought to have one.",
           measuring.percent(lambda c: c.scored, lambda c: c.candidates), Slug.UNJUDGED_CODE),
    _share("told-share", "Kills by an assertion that knew what the code should do, of all kills.",
           measuring.told_share, Slug.SMOKE_TEST),
    _count("survivors", "Faults that tests ran over, and none noticed.",
           measuring.survivors, Slug.SURVIVOR),
    _count("not-run", "Faults on lines that no test executes.",
           measuring.counted(lambda c: c.no_coverage), Slug.UNTESTED_FUNCTION),
    _count("unjudged-faults", "Faults that could not be judged, or got no stable verdict.",
           measuring.counted(lambda c: c.error + c.unstable), Slug.UNJUDGED_CODE),
    _count("untested-functions", "Functions that no test runs.",
           measuring.about_code(Slug.UNTESTED_FUNCTION), Slug.UNTESTED_FUNCTION),
    _count("unnoticed-functions", "Functions in which most faults go unnoticed.",
           measuring.about_code(Slug.UNNOTICED_FUNCTION), Slug.UNNOTICED_FUNCTION),
)  # fmt: skip

_TESTS = (
    _share("witness-share", "Tests that are good witnesses, of the judged ones.",
           measuring.witness_share, Slug.PRAYER, Slug.ECHO, Slug.SMOKE_TEST, Slug.FAINT_WITNESS),
    _judged("prayers", "Test functions that notice nothing, in none of their cases.", Slug.PRAYER),
    _judged("echoes", "Test functions that notice faults in their doubles alone.", Slug.ECHO),
    _judged("smoke", "Test functions that know only that nothing crashed.", Slug.SMOKE_TEST),
    _judged("faint-witnesses", "Test functions that are told of very little.", Slug.FAINT_WITNESS),
    _tests("untouched", "Test functions that execute no line of the project.",
           Slug.UNTOUCHED_TEST),
    _count("unjudged-tests", "Passed tests on which too little could be tried.",
           measuring.unjudged_tests),
    _count("silent-tests", "Tests that noticed nothing so far, where they were not judged.",
           measuring.found(Slug.SILENT_TEST), Slug.SILENT_TEST),
    _count("red-tests", "Tests that fail without a fault.", measuring.found(Slug.RED_TEST),
           Slug.RED_TEST, trials=False),
    _count("flaky-tests", "Tests that `refute run` set aside because they passed and failed.",
           measuring.found(Slug.FLAKY_TEST), Slug.FLAKY_TEST, trials=False),
    _count("skipped-tests", "Tests that were skipped.",
           measuring.tests_of(TestOutcome.SKIPPED), trials=False),
)  # fmt: skip

_DOUBLES = (
    _count("blind-places", "Arguments of calls on doubles of which no test notices a change.",
           measuring.blind_places, Slug.BLIND_PLACE),
    _count("blind-doubles", "Doubles with such an argument.",
           measuring.blind_doubles, Slug.BLIND_PLACE),
    _tests("deaf-tests", "Tests whose doubles receive much, and that look at none of it.",
           Slug.DEAF_TEST),
    _count("lying-doubles", "Doubles that do what the real object could not.",
           measuring.lying_doubles, Slug.LYING_DOUBLE),
    _count("unread-arrangements", "What tests configure and the project never uses.",
           measuring.from_theatre(Slug.UNREAD_ARRANGEMENT), Slug.UNREAD_ARRANGEMENT),
    _count("leaks", "Lines by which tests that look isolated cross a real boundary.",
           measuring.from_theatre(Slug.LEAK), Slug.LEAK),
    _count("claims", "Tests that are called integration and the like, and cross nothing real.",
           measuring.from_theatre(Slug.EMPTY_CLAIM), Slug.EMPTY_CLAIM),
)  # fmt: skip

_ALL = (
    _count("findings", "All findings.", measuring.all_findings(None), *Slug),
    _count("grave-findings", "Findings of high severity.",
           measuring.all_findings(Severity.HIGH), *Slug),
    _count("unsealed", "1 when the trials ran without a seal.", measuring.found(Slug.UNSEALED),
           Slug.UNSEALED, trials=False),
)  # fmt: skip

_SPEED = (
    Metric("suite-seconds", "The unchanged suite, without its collection; by path its tests.",
           "seconds", "less", measuring.suite_seconds, look=measuring.slow_tests, trials=False,
           ratchet=False),
    Metric("slowest-test-seconds", "The slowest test.", "seconds", "less",
           measuring.slowest_seconds, look=measuring.slow_tests, trials=False, ratchet=False),
    _time("first-failure-seconds", "Until the first failing test has ended, at the most.",
          lambda speed: None if speed.first_failure is None else speed.first_failure.at_most,
          "no fault was killed"),
    _time("redundant-seconds", "What tests take that could go without loss.",
          lambda speed: None if speed.redundant is None else speed.redundant.seconds,
          "the run did not look for redundant tests"),
    _time("sleeping-seconds", "What tests take that sleep.",
          lambda speed: None if speed.sleeping is None else speed.sleeping.seconds,
          "sleeping can't be seen before Python 3.13"),
)  # fmt: skip

_CLARITY = (
    Metric("clear-failures", "Failure texts that show both values, of those that were taken.",
           "percent", "more", wording.clear_failures, (Slug.UNCLEAR_FAILURE,), ratchet=False),
    Metric("unclear-failures", "Test functions with a failure text that is bare, or says only "
           "that a double was not called.", "count", "less", wording.unclear_failures,
           (Slug.UNCLEAR_FAILURE,), ratchet=False),
    Metric("far-failures", "Failure texts of faults some calls away that they do not name.",
           "count", "less", wording.counted(lambda text: text.far), look=wording.far,
           ratchet=False),
)  # fmt: skip

_OTHERS = (
    _outside("defect-detection", "Past bugs that today's tests find (`refute defects`).",
             "percent", "more", outside.defect_detection),
    _outside("missed-defects", "Past bugs that today's tests miss (`refute defects`).",
             "count", "less", outside.missed_defects),
    _outside("flaky", "Tests that fail by chance (`refute stability`).",
             "count", "less", outside.stability("flaky")),
    _outside("order-dependent", "Tests that need their neighbours (`refute stability`).",
             "count", "less", outside.stability("order_dependent")),
    _outside("brittle", "Tests that break when behaviour stays (`refute stability`).",
             "count", "less", outside.stability("brittle")),
    Metric("benchmark-slowdown", "The worst slowdown of a benchmark: 1.2 is 20% slower.",
           "factor", "less", outside.benchmark_slowdown, look=outside.slow_benchmarks,
           by_path=False, trials=False, ratchet=False),
    *(_sarif(f"sarif-{level}s", f"Results of scanners at the level `{level}`.",
             outside.sarif_level(level), level) for level in ("error", "warning", "note")),
    _outside("line-coverage", "Executed lines, of all (coverage XML).", "percent", "more",
             outside.line_coverage),
    _outside("branch-coverage", "Taken branches, of all (coverage XML).", "percent", "more",
             outside.branch_coverage),
)  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.name: metric
    for part in (_MUTATION, _TESTS, _DOUBLES, _ALL, _SPEED, _CLARITY, _OTHERS)
    for metric in part
}
"""Name to metric, in the order of the docs."""

DEFAULT_RATCHET = (
    "mutation-score", "score-covered", "prayers", "echoes", "smoke", "blind-places",
    "lying-doubles", "leaks", "claims",
)  # fmt: skip
"""What the ratchet holds where nobody says what."""


def find_metric(name: str) -> Metric | None:
    """The metric of a name; ``sarif[RULE]`` counts the results of one rule."""
    rule = outside.RULE.fullmatch(name)
    if rule is None:
        return METRICS.get(name)
    what = f"Results of scanners by the rule `{rule.group(1)}`."
    return _sarif(name, what, outside.sarif_rule(rule.group(1)), rule=rule.group(1))


def look(metric: Metric, material: Material) -> tuple[str, ...]:
    """Where to look first."""
    if metric.look is not None:
        return tuple(metric.look(material))
    findings = material.findings(metric.slugs)
    if metric.name == "grave-findings":
        findings = measuring.of_severity(material, Severity.HIGH)
    said = []
    for one in findings:
        place = one.file if one.line is None else f"{one.file}:{one.line}"
        where = f"{place}: " if place and not one.message.startswith(place) else ""
        said.append(f"{where}{one.message} ({one.reproduce})")
    return tuple(said)
