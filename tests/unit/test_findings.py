"""Findings: which there are, in which order, and that they can be acted on."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import pytest
from tests.unit.factory import TEXTS, baseline, fault, killed, other, passed, shop, survived

from refute.baseline import TestOutcome
from refute.findings import Finding, Severity, Slug, find
from refute.verdicts import Judged, Verdict

QUIET = "tests/test_money.py::TestShop::test_smoke"


def of(slug: Slug, judged: Iterable[Judged], unsealed: str = "") -> list[Finding]:
    return [one for one in find(judged, baseline(), unsealed=unsealed) if one.slug is slug]


def test_all_kinds_come_in_one_order_whatever_the_input_order() -> None:
    whole = shop()
    again = find(reversed(whole.judged), baseline([]))
    first = find(whole.judged, baseline([]))
    assert first == again
    severities = [list(Severity).index(one.severity) for one in first]
    assert severities == sorted(severities)


def test_survivors_of_one_line_are_one_finding_with_the_most_telling_first() -> None:
    number = survived(fault("100", "101", operator="number"))
    compared = survived(fault("amount > 100", "amount >= 100"))
    elsewhere = survived(fault("log(amount)", "pass", operator="statement_removed"))
    found = of(Slug.SURVIVOR, [number, elsewhere, compared])
    assert [one.line for one in found] == [5, 7]
    assert found[0].evidence == (compared.mutant.id, number.mutant.id)
    assert found[0].reproduce == f"refute show {compared.mutant.id}"
    assert "amount > 100 became amount >= 100" in found[0].message
    assert "1 more on this line" in found[0].message


def test_the_id_of_a_survivor_stays_when_its_neighbour_is_killed() -> None:
    one, two = fault("100", "101", operator="number"), fault("amount > 100", "amount >= 100")
    (before,) = of(Slug.SURVIVOR, [survived(one), survived(two)])
    for later in ([survived(one), killed(two)], [killed(one), survived(two)]):
        (after,) = of(Slug.SURVIVOR, later)
        assert after.id == before.id


def test_severity_follows_the_kind_of_fault_and_the_place() -> None:
    def severity(operator: str, function: str) -> Severity:
        mutant = fault("and", "or", operator=operator, function=function, file="src/a.py")
        return of(Slug.SURVIVOR, [survived(mutant)])[0].severity

    assert severity("comparison", "check_password") is Severity.HIGH
    assert severity("comparison", "render") is Severity.MEDIUM
    assert severity("string", "render") is Severity.LOW


def test_a_function_that_no_test_runs() -> None:
    judged = [
        other(fault("not order.paid", "order.paid", function="undo"), Verdict.NO_COVERAGE),
        other(fault("-order.total", "0", function="undo"), Verdict.NO_COVERAGE),
        other(fault('"not paid"', '""', function="undo"), Verdict.SUPPRESSED),
        other(fault("100", "1", function="undo.<locals>.inner"), Verdict.NO_COVERAGE),
    ]
    (found,) = of(Slug.UNTESTED_FUNCTION, judged)
    assert found.message == "No test runs undo: any of 2 faults in it would go unseen."
    assert len(found.evidence) == 2


@pytest.mark.parametrize("also", [Verdict.PENDING, Verdict.ERROR, Verdict.KILLED])
def test_a_function_with_anything_unknown_or_noticed_is_not_called_untested(also: Verdict) -> None:
    judged = [
        other(fault("and", "or"), Verdict.NO_COVERAGE),
        other(fault("100", "1"), also),
    ]
    assert of(Slug.UNTESTED_FUNCTION, judged) == []


def test_code_that_runs_at_import_is_no_function() -> None:
    mutant = fault("and", "or", function="<module>", at_import=True)
    assert of(Slug.UNTESTED_FUNCTION, [other(mutant, Verdict.NO_COVERAGE)]) == []


def test_a_function_that_is_run_while_nobody_looks() -> None:
    faults = [fault(text, "0") for text in ("100", "0.9", "amount > 100", "log(amount)")]
    (found,) = of(Slug.UNNOTICED_FUNCTION, [*map(survived, faults[:3]), killed(faults[3])])
    assert "3 of 4 faults in it went unnoticed" in found.message
    half = [*map(survived, faults[:2]), *map(killed, faults[2:])]
    assert of(Slug.UNNOTICED_FUNCTION, half) == []
    assert of(Slug.UNNOTICED_FUNCTION, map(survived, faults[:3])) == []


def test_a_function_is_not_accused_while_the_rest_could_still_be_noticed() -> None:
    texts = ("100", "0.9", "amount > 100", "log(amount)")
    known = [survived(fault(text, "0")) for text in texts]
    waiting = [other(fault(text, "1"), Verdict.PENDING) for text in texts]
    assert of(Slug.UNNOTICED_FUNCTION, [*known, *waiting]) == []
    assert of(Slug.UNNOTICED_FUNCTION, [*known, *waiting[:3]]) != []


def silent(judged: Iterable[Judged], *tests: str) -> list[str]:
    found = find(judged, baseline(passed(*tests)))
    return [one.message for one in found if one.slug is Slug.SILENT_TEST]


def test_a_test_that_noticed_none_of_five_faults() -> None:
    texts = ("100", "0.9", "amount > 100", "log(amount)", "and")
    judged = [survived(fault(text, "0"), QUIET) for text in texts]
    assert silent(judged[:4], QUIET) == []
    assert silent(judged, QUIET) == [f"{QUIET} ran against 5 faults and noticed nothing so far."]
    assert silent([*judged, killed(fault("refund", "x"), QUIET)], QUIET) == []


def test_a_test_that_ran_before_the_one_that_noticed_was_silent_too() -> None:
    loud = "tests/test_money.py::test_loud"
    texts = ("100", "0.9", "amount > 100", "log(amount)", "and")
    judged = [killed(fault(text, "0"), loud, tests_run=(QUIET, loud)) for text in texts]
    assert [line.partition(" ")[0] for line in silent(judged, QUIET, loud)] == [QUIET]


def test_the_cases_of_one_test_count_as_one() -> None:
    cases = [f"t.py::test_x[{number}]" for number in range(5)]
    texts = ("100", "0.9", "amount > 100", "log(amount)", "and")
    judged = [survived(fault(text, "0"), case) for text, case in zip(texts, cases, strict=True)]
    assert len(silent(judged, *cases)) == 1
    assert silent([*judged, killed(fault("refund", "x"), cases[0])], *cases) == []


def test_tests_that_were_set_aside_are_named_with_a_command_for_the_shell() -> None:
    tests = [
        *passed("t.py::test_red[a b]", outcome=TestOutcome.FAILED, detail="KeyError: 1"),
        *passed("t.py::test_flaky", outcome=TestOutcome.FLAKY),
        *passed("t.py::test_skipped", outcome=TestOutcome.SKIPPED),
    ]
    found = find([], baseline(tests))
    assert [one.slug for one in found] == [Slug.RED_TEST, Slug.FLAKY_TEST]
    assert shlex.split(found[0].reproduce) == ["pytest", "t.py::test_red[a b]"]
    assert found[0].evidence == ("KeyError: 1",)


def test_a_red_test_says_where_it_is_red() -> None:
    tests = baseline(passed("t.py::test_red", outcome=TestOutcome.FAILED))
    (sealed,) = find([], tests)
    assert sealed.message == "t.py::test_red fails in the seal without a fault; set aside."
    assert "if it passes" in sealed.remedy
    _, open_ = find([], tests, unsealed="no user namespaces")
    assert open_.message == "t.py::test_red fails without a fault; set aside."
    assert "seal" not in open_.remedy


def test_unjudged_code_is_grouped_by_reason() -> None:
    inside = fault("word", "w", text=TEXTS, file="src/shop/texts.py")
    judged = [
        other(fault("and", "or"), Verdict.ERROR, "runs in another process"),
        other(inside, Verdict.ERROR, "runs in another process"),
        other(fault("100", "1"), Verdict.UNSTABLE, "random code"),
    ]
    found = of(Slug.UNJUDGED_CODE, judged)
    assert [one.message for one in found] == [
        "2 faults could not be judged: runs in another process.",
        "1 fault got no stable verdict: random code.",
    ]
    assert found[0].evidence == ("src/shop/money.py: 1", "src/shop/texts.py: 1")


def test_a_run_without_a_seal_says_so() -> None:
    (found,) = of(Slug.UNSEALED, [], unsealed="no user namespaces")
    assert "no user namespaces" in found.message
    assert of(Slug.UNSEALED, []) == []


def test_every_finding_can_be_acted_on() -> None:
    for one in shop().findings:
        assert one.message.endswith((".", ". "))
        assert one.reproduce.startswith(("refute ", "pytest "))
        assert one.remedy
    ids = [one.id for one in shop().findings]
    assert len(ids) == len(set(ids))


def test_silence_is_no_finding_where_more_is_known() -> None:
    texts = ("100", "0.9", "amount > 100", "log(amount)", "and")
    judged = [survived(fault(text, "0"), QUIET) for text in texts]
    assert silent(judged, QUIET)
    more = find(judged, baseline(passed(QUIET)), silent=False)
    assert [one for one in more if one.slug is Slug.SILENT_TEST] == []
