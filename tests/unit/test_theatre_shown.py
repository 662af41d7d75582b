"""One test, double or blind place, shown with all that is known of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.unit.factory import judgement, passed, shop, survived
from tests.unit.theatre_factory import (
    BLOWN,
    CODE,
    KUBECTL,
    NAMES,
    SPACE,
    SWALLOWED,
    VERB,
    stage,
    theatre,
)
from tests.unit.theatre_prints import NOTHING, one, printed

from refute.errors import RefuteError
from refute.judgement import Judgement, TestOutcome, Theatre
from refute.report import lookup, one_double
from refute.report.words import WORDS, explain
from refute.strength import Strength, TestVerdict
from refute.theatre.places import BlindPlace


def test_a_prayer_is_shown_with_what_it_overlooked() -> None:
    text = one(NAMES[0])
    assert text.startswith(f"{NAMES[0]}\nprayer: run against every fault in reach")
    assert "It can't fail." in text
    assert "         34  not noticed\n" in text
    assert "  d-11111111  src/shop/cloud.py:5  argument 0[0]: 'delete' -> 'deleet'\n" in text
    assert f'  {SWALLOWED.mutant.id}  src/shop/cloud.py:5  "delete" became ""\n' in text
    assert "  w-11111111  shop.cloud.run_kubectl\n" in text
    assert "They receive 2 arguments, and it notices no change of any.\n" in text
    assert "  doubled  src/shop/cloud.py:5  process kubectl and 1 more\n" in text
    assert "It says e2e, and really crosses nothing.\n" in text
    assert text.endswith(f"eyes: refute try {VERB.id} {NAMES[0]}\n")


def test_a_witness_is_shown_with_what_it_was_told() -> None:
    text = one(NAMES[3])
    assert "Its assertions told of 20 of the 38 faults" in text
    assert "          20  told: an assertion said so\n" in text
    assert "    15 of 20  mild faults told (75.0%)\n" in text
    assert "           9  told to no other test\n" in text
    told, overlooked = text.split("Faults that it overlooked")
    assert f"  {CODE.id}  src/shop/cloud.py:5  run_kubectl" in told
    assert "instead of (0, 'ok')\n" in told
    assert "raise RuntimeError(out) became pass" in told
    assert VERB.id in overlooked
    assert text.endswith(f"refute try {CODE.id} {NAMES[3]}\n")


def test_what_only_blew_up_is_not_called_overlooked() -> None:
    smoke = Strength(TestVerdict.SMOKE, 6, 6, crashed=6, evidence=(BLOWN.id,))
    made = Theatre((smoke, *NOTHING.strengths[1:]), double_faults=theatre().double_faults[3:])
    text = one(NAMES[0], stage(made))
    assert BLOWN.id in text.partition("Faults that it noticed, but was not told of")[2]
    assert BLOWN.id not in text.partition("Faults that it overlooked")[2].partition("Faults")[0]


def test_what_runs_at_import_is_overlooked_by_nobody_in_particular() -> None:
    inside = SWALLOWED.mutant
    import_time = replace(inside, id="m-0000000a", unit=None)
    judged = [survived(inside, *NAMES[:2]), survived(import_time, *NAMES[:2])]
    text = one(NAMES[0], judgement(judged, tests=passed(*NAMES[:2])))
    assert inside.id in text.partition("Faults that it overlooked")[2]
    assert import_time.id not in text
    assert "2 faults on lines that it runs or imports\n" in text


def test_tests_that_were_set_aside_say_why() -> None:
    skipped, flaky = (" ".join(one(name).split()) for name in NAMES[7:9])
    assert "test_skipped set aside skipped, 0.010 s" in skipped
    assert "without any fault it is skipped. The reason: needs a cluster." in skipped
    assert "by chance, so it was set aside. The reason: passes only after others" in flaky


def test_a_test_of_a_report_without_a_theatre_is_shown_by_its_mutants() -> None:
    text = one("tests/test_money.py::test_price[1]", shop())
    assert "The last run did not judge what its tests are worth." in text
    assert "and became or" in text


@pytest.mark.parametrize("verdict", list(TestVerdict))
def test_there_are_words_for_every_verdict(verdict: TestVerdict) -> None:
    assert WORDS[verdict].meaning
    known = stage().tests[0]
    sentence = explain(known, Strength(verdict, 6, 6))
    assert sentence.startswith(("It", "Too little"))
    for outcome in TestOutcome:
        assert explain(replace(known, outcome=outcome), Strength(verdict, 6, 6)).endswith(".")


@pytest.mark.parametrize(
    ("crashed", "timeout", "words"),
    [(6, 0, "something blew up:"), (4, 2, "something blew up or hung:"), (0, 6, "something hung:")],
)
def test_smoke_says_what_befell_the_code(crashed: int, timeout: int, words: str) -> None:
    smoke = Strength(TestVerdict.SMOKE, 9, 9, crashed=crashed, timeout=timeout)
    assert words in explain(stage().tests[0], smoke)


def test_a_double_is_shown_with_what_it_hides() -> None:
    found = stage()
    double = lookup.find_double(found, "w-1")
    text = printed(lambda console: one_double.show_double(found, double, console))
    assert text.startswith(
        "w-11111111  shop.cloud.run_kubectl\n"
        "a mock, first made at tests/test_cloud.py:7; called 4 times by project code\n"
    )
    assert "  p-22222222  src/shop/cloud.py:5  namespace\n    namespace='live' -> dropped\n" in text
    assert f'  {SWALLOWED.mutant.id}  src/shop/cloud.py:5  "delete" became ""\n' in text
    assert "    raises OSError, which the real one catches\n" in text
    assert text.endswith(f"To see it: refute try {VERB.id} {NAMES[0]}\n")


def test_a_blind_place_is_shown_with_its_line() -> None:
    found = stage()
    place = lookup.find_place(found, "P-1")
    text = printed(lambda console: one_double.show_place(found, place, console))
    assert '  5 | code, out = run_kubectl(["delete", "pod", name], namespace=namespace)\n' in text
    assert "['deleet', 'pod', 'a'], still green\n" in text
    assert "Of the same call, nobody looks at these either\n  p-22222222" in text
    assert f"refute try {VERB.id} {NAMES[0]}\n" in text


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (SPACE, "unnoticed by all of 4 tests"),
        (CODE, "noticed by 2 of 4 tests"),
        (BLOWN, "run_kubectl raises RuntimeError('injected')"),
    ],
)
def test_a_double_fault_is_shown_with_who_noticed(fault: object, words: str) -> None:
    found = stage()
    wanted = getattr(fault, "id", "")
    tried = lookup.find_fault(found, wanted)
    text = printed(lambda console: one_double.show_fault(found, tried, console))
    assert text.startswith(wanted)
    assert words in text


def test_doubles_are_found_by_what_they_replace() -> None:
    found = stage()
    for text in (KUBECTL, "run_kubectl", "cloud.run_kubectl"):
        assert [one.id for one in lookup.named(found, text)] == ["w-11111111"]
    assert [one.id for one in lookup.named(found, "session")] == ["w-22222222"]
    for text in ("", "kubectl", "shop"):
        assert lookup.named(found, text) == []


@pytest.mark.parametrize(
    ("find", "wanted"),
    [
        (lookup.find_double, "w-"),
        (lookup.find_double, "w-9"),
        (lookup.find_place, "p-zz"),
        (lookup.find_fault, "d-"),
    ],
)
def test_ids_that_name_nothing_or_several(
    find: Callable[[Judgement, str], object], wanted: str
) -> None:
    with pytest.raises(RefuteError) as caught:
        find(stage(), wanted)
    assert caught.value.slug == "unknown-fault"


def test_an_old_report_has_no_doubles() -> None:
    with pytest.raises(RefuteError) as caught:
        lookup.find_double(shop(), "w-1")
    assert caught.value.slug == "no-report"
    assert "refute run" in caught.value.remedy


def test_a_place_without_faults_has_no_command() -> None:
    bare: BlindPlace = replace(theatre().blind_places[0], faults=(), tests=())
    found = stage(replace(theatre(), blind_places=(bare,)))
    assert "refute try" not in printed(lambda c: one_double.show_place(found, bare, c))
