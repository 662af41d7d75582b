"""What people read of tests and doubles, at any size."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from rich.console import Console
from tests.unit.factory import shop
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
    theatres,
)

from refute.errors import RefuteError
from refute.judgement import Judgement, TestOutcome, Theatre
from refute.report import console_for, lookup, mutant, one_double, one_test, terminal
from refute.report.theatre import WEAK, render
from refute.report.words import WORDS, example, explain
from refute.strength import Strength, TestVerdict
from refute.theatre.places import BlindPlace

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
NOTHING = Theatre(strengths=tuple(Strength(TestVerdict.UNJUDGED) for _ in NAMES))


def printed(draw: Callable[[Console], None], width: int = 80) -> str:
    stream = io.StringIO()
    draw(console_for(stream, width=width))
    return stream.getvalue()


def section(found: Judgement, width: int = 80) -> str:
    return printed(lambda console: render(found, console), width)


def one(name: str, found: Judgement | None = None) -> str:
    return printed(lambda console: one_test.show(found or stage(), name, console))


def everything(found: Judgement, console: Console) -> None:
    """All that can be shown of a judgement."""
    terminal.render(found, console)
    made = found.theatre
    assert made is not None
    for test in found.tests:
        one_test.show(found, test.id, console)
    for double in made.doubles:
        one_double.show_double(found, double, console)
    for place in made.blind_places:
        one_double.show_place(found, place, console)
    for fault in made.double_faults:
        one_double.show_fault(found, fault, console)
    for item in found.judged:
        mutant.show(found, item, console)


def test_verdicts_are_counted_and_explained() -> None:
    text = section(stage())
    assert "1 of 7 judged tests is a good witness: 14.3%\n" in text
    assert "  2 prayers          run against every fault in reach, and noticed none\n" in text
    assert "  1 set aside        skipped, or failing without any fault\n" in text
    assert "  1 witness is told of nothing that a quicker test is not told of, too.\n" in text


def test_only_words_that_occur_are_explained() -> None:
    strengths = tuple(Strength(TestVerdict.WITNESS, told=1) for _ in NAMES)
    text = section(stage(Theatre(strengths)))
    assert f"{len(NAMES)} of {len(NAMES)} judged tests are good witnesses: 100%" in text
    assert "prayer" not in text
    assert "smoke" not in text


def test_prayers_and_their_like_are_named() -> None:
    text = section(stage())
    assert "  prayer      tests/test_cloud.py::test_delete_passes  noticed none of 34\n" in text
    assert "test_delete_runs  told of none of 40, 12 blew up\n" in text
    assert "test_delete_echo  noticed 1 of 12, all in doubles\n" in text
    # Another case of the same test is a witness, so this one comes last.
    assert "test_delete_faint (1 of 2 cases)  noticed none of 8\n\n" in text


def test_cases_of_one_function_are_one_row_wherever_they_are_collected() -> None:
    made = stage()
    defined = ("tests/test_cloud.py:3", "tests/test_cloud.py:3")
    tests = [replace(one, defined=at) for one, at in zip(made.tests, defined, strict=False)]
    strengths = tuple(Strength(TestVerdict.SMOKE, 9 - n, 9 - n) for n in range(len(NAMES)))
    found = replace(stage(Theatre(strengths)), tests=(*tests, *made.tests[2:]))
    text = section(found)
    assert "test_delete_passes (2 of 2 cases)  told of none of 9, 0 blew up\n" in text
    assert "test_delete_runs" not in text.partition("To watch")[0]


def test_a_change_behind_what_is_shown_is_said_in_words() -> None:
    long = "'/tmp/pytest/test_install_node_wrapped_success/src/node-v18…'"
    (line,) = example(f"{long} -> {long}, with a typo", 60)
    assert len(line) == 60
    assert line.endswith("v18…', with a typo")


def test_of_many_prayers_the_first_few_are_named() -> None:
    strengths = tuple(Strength(TestVerdict.PRAYER, 9, 9) for _ in NAMES)
    text = section(stage(Theatre(strengths)))
    assert text.count("noticed none of 9\n") == WEAK
    assert "  and 1 more test\n" in text


def test_blind_places_show_the_bug_that_would_pass() -> None:
    text = section(stage())
    assert (
        "  src/shop/cloud.py:5  shop.cloud.run_kubectl in delete_pod  p-11111111\n"
        "    ['delete', 'pod', 'a'] -> ['deleet', 'pod', 'a'], still green\n"
        "    in 4 tests, and so for 1 more argument\n"
    ) in text


def test_calls_on_money_and_access_come_first() -> None:
    first = replace(theatre().blind_places[0], function="sync")
    charge = replace(first, id="p-3", call="0", tests=(0,), target="shop.pay.charge_card")
    many = replace(theatre(), blind_places=(first, charge))
    text = section(stage(many))
    assert text.index("charge_card in") < text.index("run_kubectl in")


def test_the_rest_of_the_theatre_is_there() -> None:
    text = " ".join(section(stage()).split())
    for words in (
        "Where 3 survivors went: 1 swallowed by a double or a real boundary; 1 returned,",
        "and nobody asserted on it; 1 without any difference there.",
        f"{KUBECTL} w-11111111 stood in for the real one in 4 tests, swallowed 1 fault,",
        "nobody looks at 2 of its 3 arguments",
        "tests/test_cloud.py:7 shop.cloud.run_kubectl w-11111111 raises OSError",
        "src/shop/cloud.py:5 process kubectl create ns likely beyond this machine",
        "tests/test_cloud.py::test_delete_passes says e2e",
        "1 4 4 src/shop/cloud.py:5 process kubectl and 1 more",
        "- 1 8 src/shop/mail.py:30 connect mail:25",
        "integration \u2588\u2588\u2591",
        "12.5% (20%) 1",
        "1 test notices no change of any argument that doubles receive there: test_delete_passes.",
        "1 arrangement of doubles is never used by the project: session.",
        f"refute try {VERB.id} tests/test_cloud.py::test_delete_passes",
        "refute show tests/test_cloud.py::test_delete_passes",
    ):
        assert words in text


def test_a_claim_that_is_true_is_not_blamed() -> None:
    assert "test_integration" not in section(stage()).partition("Claims")[2].partition("Where")[0]


def test_the_summary_of_a_run_ends_with_the_theatre_and_one_command() -> None:
    text = printed(lambda console: terminal.render(stage(), console))
    assert text.index("Left out of the score") < text.index("What the tests are worth")
    assert "Tests that noticed nothing so far" not in text
    assert re.search(r"To see one closely: refute show m-[0-9a-f]{8}\n$", text)
    assert "swallowed by double shop.cloud.run_kubectl" in " ".join(text.split())


def test_without_a_theatre_nothing_is_said() -> None:
    assert section(shop()) == ""


def test_an_empty_theatre() -> None:
    text = section(stage(NOTHING))
    assert "What the tests are worth\n" in text
    assert "  8 unjudged" in text
    assert "%" not in text
    assert len(text.splitlines()) == 4
    empty = replace(shop(), tests=(), judged=(), findings=(), theatre=Theatre(()))
    assert section(empty) == "\nWhat the tests are worth\nThere is no test to judge.\n"


@pytest.mark.parametrize("width", [60, 88, 120])
def test_it_fits_the_width_and_no_line_ends_in_blanks(width: int) -> None:
    lines = section(stage(), width).splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    commands = ("To watch", "To read")
    assert max(len(line) for line in lines if not line.startswith(commands)) <= max(width, 90)
    assert len(lines) < 80


@pytest.mark.parametrize("width", [60, 120])
def test_thousands_of_everything_still_fit_two_screens(width: int) -> None:
    made = theatre()
    places = [
        replace(made.blind_places[0], id=f"p-{n:08x}", call=str(n), function=f"f{n}" * 30)
        for n in range(3000)
    ]
    many = replace(
        made,
        doubles=made.doubles * 1000,
        blind_places=tuple(places),
        boundaries=made.boundaries * 1000,
        leaks=tuple(replace(made.leaks[0], what=f"a program {n} " * 20) for n in range(2000)),
    )
    lines = section(stage(many), width).splitlines()
    assert "  and 2,996 more calls" in lines
    assert len(lines) < 110


def test_colours_add_nothing_to_the_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured, plain = io.StringIO(), io.StringIO()
    everything(stage(), console_for(coloured, width=80))
    everything(stage(), console_for(plain, width=80, plain=True))
    assert "\x1b[31m" in coloured.getvalue()
    assert ESCAPE.sub("", coloured.getvalue()) == plain.getvalue()


def test_a_stream_that_cannot_show_a_character_is_no_error() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    made = theatre()
    places = (replace(made.blind_places[0], example="'\xe9' -> '\U0001f600'"),)
    everything(stage(replace(made, blind_places=places)), console_for(stream, width=80))
    stream.flush()
    assert rb"'\xe9' -> '\U0001f600', still green" in raw.getvalue()
    assert b"##########" in raw.getvalue()


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(theatres)
def test_any_theatre_can_be_shown_and_none_moves_the_cursor(made: Theatre) -> None:
    text = printed(lambda console: everything(stage(made), console))
    assert all(char.isprintable() or char == "\n" for char in text)


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
