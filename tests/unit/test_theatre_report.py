"""What people read of tests and doubles, at any size."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from tests.unit.factory import shop
from tests.unit.theatre_factory import KUBECTL, NAMES, VERB, stage, theatre, theatres
from tests.unit.theatre_prints import ESCAPE, NOTHING, everything, printed, section

from refute.judgement import Theatre
from refute.report import console_for, terminal
from refute.report.theatre import WEAK
from refute.report.words import example
from refute.strength import Strength, TestVerdict


def test_verdicts_are_counted_and_explained() -> None:
    text = section(stage())
    assert "1 of 7 judged tests is a good witness: 14.3%\n" in text
    assert "  2 prayers          run against every fault in reach, and noticed none\n" in text
    assert "  1 set aside        skipped, or failing without any fault\n" in text
    assert "  1 witness is told of nothing that a quicker test is not told of, too.\n" in text


def test_share_of_a_few_is_not_that_of_all() -> None:
    few = (Strength(TestVerdict.WITNESS, told=1),)
    rest = tuple(Strength(TestVerdict.UNJUDGED) for _ in NAMES[1:])
    text = section(stage(Theatre(few + rest)))
    assert "Only 1 of " in text
    assert "could be judged; 1 is a good witness.\n" in text
    assert "%" not in text


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
