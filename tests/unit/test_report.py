"""Reports for people: what they say at any size."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.factory import MONEY, fault, judgement, killed, other, passed, shop, survived

from refute.baseline import TestOutcome
from refute.cli.run import ended
from refute.diary import Diary
from refute.errors import ExitCode, RefuteError
from refute.judgement import Estimate, Judged, Judgement, KillKind, Source, Verdict
from refute.report import bar, console_for, crop, crop_path, plural, printable
from refute.report.lookup import find_mutant as find
from refute.report.mutant import show
from refute.report.terminal import ran_over, render
from refute.trials.outcome import Mechanism

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def summary(found: Judgement, width: int = 80) -> str:
    stream = io.StringIO()
    render(found, console_for(stream, width=width))
    return stream.getvalue()


def one(found: Judgement, item: Judged) -> str:
    stream = io.StringIO()
    show(found, item, console_for(stream, width=80))
    return stream.getvalue()


def test_the_summary_says_the_score_in_words() -> None:
    text = summary(shop())
    assert "\n3 of 10 faults noticed: 30.0%\n" in text
    assert "  2 told      an assertion said so\n" in text
    assert "  2 not run   no test runs their lines; of the others 37.5% were noticed\n" in text
    assert "90.9% of the faults could be judged; 1 could not and don't count." in text


def test_the_summary_shows_survivors_as_readable_diffs() -> None:
    text = summary(shop())
    assert (
        "      def price(amount, member):\n"
        "    -     if amount > 100 and member:\n"
        "    +     if amount >= 100 and member:\n"
        "    not noticed by test_price (4 cases), test_smoke\n"
    ) in text
    assert re.search(r"To see one closely: refute show m-[0-9a-f]{8}\n$", text)


def test_the_summary_names_files_functions_and_tests() -> None:
    text = summary(shop())
    assert re.search(r"src/shop/money\.py  \S{10}   28\.6%   42\.9%          3         2\n", text)
    assert re.search(r"price +3 of 5 unnoticed +src/shop/money\.py:1\n", text)
    assert re.search(r"refund +2 faults +src/shop/money\.py:1\n", text)
    assert "tests/test_money.py::TestShop::test_smoke  of 6 faults\n" in text
    assert "Note: tests/test_net.py::test_sync fails in the seal without a fault" in text
    assert "To run outside the seal: pytest tests/test_net.py::test_sync\n" in text
    assert "1 fault in a place that rules leave alone: the text of an error (1)\n" in text


def test_without_a_seal_there_is_no_outside() -> None:
    red = passed("t.py::test_red", outcome=TestOutcome.FAILED)
    text = summary(judgement([], tests=red, unsealed="no user namespaces"))
    assert "Note: t.py::test_red fails without a fault" in text
    assert "outside the seal" not in text


@pytest.mark.parametrize("width", [60, 80, 120])
def test_nothing_ends_in_blanks_and_prose_keeps_to_the_width(width: int) -> None:
    lines = summary(shop(), width).splitlines()
    assert [line for line in lines if line != line.rstrip()] == []
    assert max(len(line) for line in lines) <= max(width, 80)


def test_colours_add_nothing_to_the_meaning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured, plain = io.StringIO(), io.StringIO()
    render(shop(), console_for(coloured, width=80))
    render(shop(), console_for(plain, width=80, plain=True))
    assert "\x1b[31m" in coloured.getvalue()
    assert "\x1b" not in plain.getvalue()
    assert ESCAPE.sub("", coloured.getvalue()) == plain.getvalue()


def test_a_run_without_survivors() -> None:
    text = summary(judgement([killed(fault("and", "or")), killed(fault("100", "101"))]))
    assert "2 of 2 faults noticed: 100%\n" in text
    assert "Nothing went unnoticed, in 1 file.\n" in text
    assert "Survivors" not in text
    assert "refute verify" in text


def test_a_run_without_faults() -> None:
    text = summary(judgement([]))
    assert "Nothing was judged: no fault could be made in the chosen code." in text
    assert "%" not in text


def test_a_run_that_judged_nothing_says_why() -> None:
    judged = [
        other(fault("and", "or", excluded="suppressed", reason="logging"), Verdict.SUPPRESSED),
        other(fault("100", "101"), Verdict.ERROR, "the worker died"),
    ]
    text = " ".join(summary(judgement(judged)).split())
    assert "1 fault in a place that rules leave alone, 1 fault that could not be run." in text
    assert "the worker died (1)" in text


def test_a_run_stopped_before_its_first_trial_claims_no_score() -> None:
    judged = [
        other(fault("and", "or"), Verdict.PENDING),
        other(fault("-order.total", "0", function="refund"), Verdict.NO_COVERAGE),
    ]
    text = summary(judgement(judged, partial=True))
    assert "Nothing was judged" in text
    assert "%" not in text


def many(pending: int) -> Judgement:
    """40 faults: 16 killed, 4 survived, some not tried, the rest not covered."""
    faults = [fault("and", f"or {number} or") for number in range(40)]
    verdicts = [*map(killed, faults[:16]), *map(survived, faults[16:20])]
    verdicts += [other(one, Verdict.PENDING) for one in faults[20 : 20 + pending]]
    verdicts += [other(one, Verdict.NO_COVERAGE) for one in faults[20 + pending :]]
    about = Estimate(0.8, 0.584, 0.9)
    return judgement(verdicts, partial=pending > 0, estimate=about if pending else None)


def test_a_partial_run_gives_an_interval_instead_of_a_score() -> None:
    text = " ".join(summary(many(20)).split())
    assert "Stopped early. 16 of 20 faults tried were noticed: 80.0%" in text
    assert "about 80.0% (with 95% confidence 58.4% to 90.0%)" in text
    assert "20 to try the run was stopped first" in text
    assert text.endswith("To go on from here, run the same command again")


def test_a_wide_interval_foretells_nothing() -> None:
    found = replace(many(20), estimate=Estimate(0.6, 0.2, 0.9))
    text = " ".join(summary(found).split())
    assert "too little to foretell the score of the whole run: 20.0% to 90.0%." in text
    assert "about" not in text


@pytest.mark.parametrize(
    ("budget", "said"),
    [
        (None, "Stopped early, before the first fault was tried."),
        (9.0, "The time is spent, before the first fault was tried."),
    ],
)
def test_what_needed_no_trial_was_not_tried(budget: float | None, said: str) -> None:
    faults = [fault("and", f"or {number} or") for number in range(40)]
    judged = [survived(one, mechanism=Mechanism.NONE) for one in faults[:20]]
    judged += [other(one, Verdict.PENDING) for one in faults[20:]]
    found = judgement(judged, partial=True, estimate=Estimate(0.25, 0.0, 0.5))
    found = replace(found, selection=replace(found.selection, budget=budget))
    text = " ".join(summary(found).split())
    assert text.startswith(said)
    assert "were noticed" not in text
    assert "20 settled survive without a trial" in text


def test_survivors_that_needed_no_trial_stand_apart_from_those_that_were_tried() -> None:
    faults = [fault("and", f"or {number} or") for number in range(40)]
    judged = [*map(killed, faults[:8]), *map(survived, faults[8:10])]
    judged += [survived(one, mechanism=Mechanism.NONE) for one in faults[10:15]]
    judged += [other(one, Verdict.PENDING) for one in faults[15:]]
    text = " ".join(summary(judgement(judged, partial=True)).split())
    assert "8 of 10 faults tried were noticed" in text
    assert "2 survived tests ran over them" in text
    assert "5 settled survive without a trial" in text


def test_a_run_that_was_stopped_while_tests_were_judged_goes_on_too() -> None:
    diary = Diary(lambda event: None)
    diary.interrupted(5, 5)
    found = replace(shop(), notes=tuple(diary.remarks))
    assert (found.stopped, found.spent, found.partial) == (True, False, False)
    assert ended(found) is ExitCode.INTERRUPTED
    assert summary(found).endswith("To go on from here, run the same command again\n")


def test_a_shard_without_faults_is_nothing_to_complain_about() -> None:
    found = judgement([])
    text = summary(replace(found, selection=replace(found.selection, shard="2/7")))
    assert "Nothing was judged: none of the faults is in this part (shard 2/7)." in text
    assert text.endswith("Part 2/7. To put all parts together: refute merge REPORTS\n")


def test_a_run_of_20000_faults_still_fits_a_screen_or_two() -> None:
    judged = []
    for number in range(20_000):
        mutant = replace(
            fault("amount > 100", "amount >= 100"),
            id=f"m-{number:08x}",
            file=f"src/a/long/way/down/to/module_{number // 200}.py",
            function=f"Class{number // 50}.method_{number // 10}",
        )
        judged.append((survived if number % 3 else killed)(mutant))
    source = Source("utf-8", MONEY)
    found = judgement(judged, sources={item.mutant.file: source for item in judged})
    text = summary(found)
    assert "6,667 of 20,000 faults noticed: 33.3%" in text
    assert "  and 92 more files\n" in text
    assert len(text.splitlines()) < 75


def test_show_says_all_about_a_kill() -> None:
    found = shop()
    item = next(one for one in found.judged if one.mutant.operator == "arithmetic")
    text = one(found, item)
    assert text.startswith(f"{item.mutant.id}  killed: a test noticed\nsrc/shop/money.py:6:16  in")
    assert "  6 -         return amount * 0.9\n    +         return amount / 0.9\n" in text
    assert "Noticed by tests/test_money.py::test_price[2]\n  crashed: the exception" in text
    assert "  in call: AssertionError: assert 95 == 90\n" in text
    assert "1 test on its lines; 2 run, in this order:\n" in text
    assert f"  refute show {item.mutant.id} --patch | git apply -R\n" in text


@pytest.mark.parametrize("verdict", list(Verdict))
def test_show_has_words_for_every_verdict(verdict: Verdict) -> None:
    item = other(fault("and", "or"), verdict, "some reason")
    text = one(judgement([item]), item)
    assert text.splitlines()[0].partition("  ")[2]
    assert "Reason: some reason" in text


@pytest.mark.parametrize("kind", list(KillKind))
def test_show_has_words_for_every_kind_of_kill(kind: KillKind) -> None:
    item = killed(fault("and", "or"), kill_kind=kind)
    assert f"  {kind}: " in one(judgement([item]), item)


def test_show_does_without_sources() -> None:
    item = survived(fault("and", "or"))
    text = one(judgement([item], sources={}), item)
    assert "  5 - and\n    + or\n" in text


def test_ids_can_be_shortened() -> None:
    found = shop()
    wanted = found.judged[0]
    name = wanted.mutant.id
    for text in (name, name[:8], name[2:], f" {name.upper()} "):
        assert find(found, text) is wanted


def test_an_id_that_is_a_prefix_of_another_is_itself() -> None:
    items = [survived(replace(fault("and", "or"), id=name)) for name in ("m-12", "m-123")]
    assert find(judgement(items), "m-12").mutant.id == "m-12"


@pytest.mark.parametrize("wanted", ["m-", "", "m-zzzzzzzz"])
def test_ids_that_name_no_mutant_or_several(wanted: str) -> None:
    with pytest.raises(RefuteError) as caught:
        find(shop(), wanted)
    assert caught.value.slug == "unknown-mutant"


def test_an_id_with_a_slip_gets_the_nearest() -> None:
    found = shop()
    right = found.judged[0].mutant.id
    with pytest.raises(RefuteError) as caught:
        find(found, f"{right[:-1]}x")
    assert right in caught.value.message


@given(st.text(), st.integers(8, 40))
def test_text_from_outside_cannot_move_the_cursor(text: str, width: int) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert len(crop(shown, width)) <= width


def test_paths_lose_their_first_folders() -> None:
    assert crop_path("src/package/module.py", 21) == "src/package/module.py"
    assert crop_path("src/package/module.py", 20) == ".../module.py"
    assert len(crop_path("a_module_with_a_very_long_name.py", 20)) == 20


def test_a_bar_is_full_or_empty_only_for_all_or_nothing() -> None:
    console = console_for(io.StringIO())
    lengths = [len(bar(share, 10, console)[0][0]) for share in (0, 0.001, 0.5, 0.999, 1)]
    assert lengths == [0, 1, 5, 9, 10]


def test_numbers_and_nouns() -> None:
    assert [plural(number, "fault") for number in (0, 1, 1204)] == [
        "0 faults",
        "1 fault",
        "1,204 faults",
    ]


def test_a_stream_that_cannot_show_a_character_is_no_error() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    item = survived(fault("and", "or", function="gr\xfc\xdfe"))
    render(judgement([item], tests=passed("t.py::t")), console_for(stream, width=80))
    stream.flush()
    assert rb"gr\xfc\xdfe" in raw.getvalue()
    assert b"----------" in raw.getvalue()


def test_the_tests_over_a_survivor_are_named_in_part() -> None:
    item = survived(fault("and", "or"), *(f"t.py::test_{name}[1]" for name in "abcde"))
    assert ran_over(item) == "test_a, test_b, test_c and 2 more tests"


def test_tests_of_the_same_name_are_told_apart_and_every_test_is_counted() -> None:
    item = survived(
        fault("and", "or"),
        "a.py::One::test_fetch", "a.py::Two::test_fetch", "b.py::test_it[1]", "b.py::test_it[2]",
        "c.py::test_more[1]", "c.py::test_more[2]", "c.py::test_last",
    )  # fmt: skip
    assert ran_over(item) == "One::test_fetch, Two::test_fetch, test_it (2 cases) and 3 more tests"
    item = survived(fault("and", "or"), "a.py::test_it", "b.py::test_it")
    assert ran_over(item) == "a.py::test_it, b.py::test_it"
    item = survived(fault("and", "or"), "tests/unit/a.py::One::test_it", "tests/b.py::One::test_it")
    assert ran_over(item) == "a.py::One::test_it, b.py::One::test_it"
    item = survived(fault("and", "or"), "tests/one/a.py::test_it", "tests/two/a.py::test_it")
    assert ran_over(item) == "one/a.py::test_it, two/a.py::test_it"
