"""The rules by which a call over a bad link becomes a verdict."""

from __future__ import annotations

import click
import pytest

from refute.chaos.links import REAL, links_of, used, users
from refute.chaos.rules import deadline, is_clear, judge, spoilt
from refute.chaos.text import HEADS
from refute.chaos.values import Link, Verdict
from refute.cli.chaos import chaos
from refute.faults.toxic import NAMES, amounts, bad
from refute.trials.services import Service
from refute.trials.strain import Carried
from refute.trials.strained import Call, Raised, read

ONE, TWO, OWN = (Service("127.0.0.1", port) for port in (1, 2, 3))


def raised(*bases: str, by_assertion: bool = False, by_project: bool = False) -> Raised:
    return Raised(bases[0], "m", bases, "so it is", by_assertion, by_project)


@pytest.mark.parametrize(
    ("error", "clear"),
    [
        (raised("ConnectionResetError", "ConnectionError", "OSError"), True),
        (raised("IncompleteReadError", "EOFError"), True),
        (raised("OperationalError", "DatabaseError", "Exception"), True),
        (raised("AttributeError", "Exception"), False),
        (raised("JSONDecodeError", "ValueError"), False),
        (raised("KeyError", "LookupError"), False),
        (raised("ValueError", by_project=True), True),
        # What requests makes of a bad address is both; it speaks of the outside.
        (raised("InvalidURL", "OSError", "ValueError"), True),
    ],
)
def test_an_error_is_clear_if_it_speaks_of_the_outside(error: Raised, clear: bool) -> None:
    assert is_clear(error) is clear
    verdict, words = judge(Call("failed", 1.0, error), 5.0, used=True)
    assert verdict is (Verdict.CLEAN if clear else Verdict.UNCLEAR)
    assert words == f"{error.type}: so it is"


@pytest.mark.parametrize(
    ("call", "verdict"),
    [
        (Call("passed", 1.0), Verdict.TOLERATED),
        (Call("passed", 5.1), Verdict.HUNG),
        (Call("hung", words="a.py:3 in read"), Verdict.HUNG),
        (Call("hung", invariant=False), Verdict.HUNG),
        (Call("passed", 1.0, invariant=True), Verdict.TOLERATED),
        (Call("passed", 1.0, invariant=False, words="lost"), Verdict.CORRUPTED),
        (Call("failed", 1.0, raised("OSError"), invariant=False), Verdict.CORRUPTED),
        (Call("failed", 1.0, raised("AssertionError", by_assertion=True)), Verdict.WRONG),
        (Call("failed", 1.0), Verdict.UNCLEAR),
        (Call("skipped", 1.0), Verdict.UNCLEAR),
        (Call("died", words="status 139"), Verdict.UNCLEAR),
        (Call("broken", 1.0, words="teardown: no"), Verdict.UNCLEAR),
    ],
)
def test_the_first_rule_that_holds_decides(call: Call, verdict: Verdict) -> None:
    assert judge(call, 5.0, used=True)[0] is verdict


def test_who_passes_without_using_the_link_tolerated_nothing() -> None:
    assert judge(Call("passed", 1.0), 5.0, used=False)[0] is Verdict.UNMET


def test_who_fails_from_then_on_has_met_a_corruption() -> None:
    well, ill = Call("passed"), Call("failed", error=raised("KeyError"))
    assert spoilt(Verdict.CLEAN, "x", well) == (Verdict.CLEAN, "x", False)
    assert spoilt(Verdict.CLEAN, "x", ill)[::2] == (Verdict.CORRUPTED, True)
    assert spoilt(Verdict.CORRUPTED, "x", ill) == (Verdict.CORRUPTED, "x", True)
    assert spoilt(Verdict.HUNG, "x", Call("passed", invariant=False))[0] is Verdict.CORRUPTED


def test_a_deadline_is_as_asked_or_follows_the_test() -> None:
    assert deadline(2.0, 100.0) == 2.0
    assert deadline(None, 0.1) == 10.0
    assert deadline(None, 7.0) == 35.0


def test_links_are_services_and_what_refute_real_started_goes_by_its_name() -> None:
    assert links_of({TWO, ONE}, frozenset(), None) == (
        Link("127.0.0.1:1", (ONE,)),
        Link("127.0.0.1:2", (TWO,)),
    )
    assert links_of({ONE, TWO, OWN}, frozenset({TWO, OWN}), 3) == (
        Link("127.0.0.1:1", (ONE,)),
        Link(REAL, (TWO,)),
    )
    named = {1: "redis", 2: "postgres"}
    assert links_of({OWN}, frozenset({ONE, TWO, OWN}), 3, named) == (
        Link("postgres", (TWO,)),
        Link("redis", (ONE,)),
    )
    # Proxies get their ports as tests run.
    assert links_of((), frozenset({ONE, TWO}), None, {1: "toxiproxy"}) == (
        Link("toxiproxy", (ONE, TWO)),
    )


def test_users_are_tests_that_pass_and_send_something() -> None:
    link = Link("both", (ONE, TWO))
    calls = {
        "idle": Call("passed", carried=(Carried(ONE, 0, 0, 0),)),
        "busy": Call("passed", carried=(Carried(ONE, 1, 2, 3), Carried(TWO, 1, 2, 3))),
        "red": Call("failed", carried=(Carried(ONE, 1, 2, 3),)),
        "elsewhere": Call("passed", carried=(Carried(OWN, 1, 2, 3),)),
    }
    assert users(calls, [link]) == [("busy", link)]
    assert used(calls["busy"], link) == Carried(ONE, 2, 4, 6)


@pytest.mark.parametrize("name", NAMES)
def test_a_toxic_is_repeated_by_its_seed_and_its_numbers(name: str) -> None:
    found = amounts(name, 5, 1000, 3000)
    assert found == amounts(name, 5, 1000, 3000)
    made = bad(name, 5, found)
    assert made.name == name
    assert made.spec.startswith(name)
    assert made.down or made.upstream or made.downstream
    if name == "limit_data":
        assert {amounts(name, seed, 9, 9)["bytes"] for seed in range(99)} == set(range(1, 9))
    assert amounts(name, 1, 0, 0) is not None


def test_the_command_and_the_matrix_know_all_toxics() -> None:
    toxic = next(option for option in chaos.params if option.name == "toxics")
    assert isinstance(toxic, click.Option)
    for name in NAMES:
        assert name in str(toxic.help)
    assert HEADS.keys() == NAMES.keys()


def test_a_process_that_ends_in_the_midst_of_a_test_has_died_or_hung() -> None:
    assert read([{"begin": "a"}], None).calls["a"].outcome == "hung"
    assert read([{"begin": "a"}], 139).calls["a"].outcome == "died"
    told = [{"begin": "a"}, {"hung": "a", "where": "x.py:3 in f"}]
    assert read(told, 98).calls["a"] == Call("hung", words="x.py:3 in f")
    late = [{"report": "a", "phase": "setup", "outcome": "failed", "words": "no"}]
    assert read(late, 1).calls["a"] == Call("broken", words="setup: no")
