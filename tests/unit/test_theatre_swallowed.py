"""Where survivors were lost, and what it says of the doubles."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from refute.theatre.swallowed import Change, Difference, Fate, by_double, trace

SENT = Change("w-1", "shop.cloud.run_kubectl", "src/cloud.py", 12, "'delete'", "'deleet'")
LEFT = Change("", "process kubectl", "src/cloud.py", 12, "'delete'", "'deleet'")
CAME = Change("", "", "src/api.py", 30, "200", "500")

CHANGES = st.one_of(st.none(), st.sampled_from([SENT, LEFT, CAME]))
DIFFERENCES = st.builds(Difference, received=CHANGES, returned=CHANGES)


def test_what_a_double_received_says_more_than_what_came_back() -> None:
    found = trace("m-1", {0: Difference(None, CAME), 1: Difference(SENT, CAME)})
    assert (found.fate, found.test, found.doubles, found.tests) == (
        Fate.SWALLOWED,
        1,
        ("w-1",),
        (1,),
    )
    assert found.words == (
        "swallowed by double shop.cloud.run_kubectl at src/cloud.py:12 "
        "(sent 'deleet' instead of 'delete')"
    )


def test_a_real_boundary_swallows_too() -> None:
    found = trace("m-1", {0: Difference(LEFT), 1: Difference(SENT)})
    assert (found.test, found.doubles) == (1, ("w-1",))
    found = trace("m-1", {0: Difference(LEFT)})
    assert found.words.startswith("swallowed by process kubectl at src/cloud.py:12")
    assert found.doubles == ()


def test_what_came_back_and_nobody_asserted_on() -> None:
    found = trace("m-1", {0: Difference(), 1: Difference(None, CAME)})
    assert (found.fate, found.tests) == (Fate.PROPAGATED, (1,))
    assert found.words == "propagated, not asserted: src/api.py:30 returned 500 instead of 200"


def test_an_exception_is_raised_and_not_returned() -> None:
    came = replace(CAME, before="'7'", after="exception KeyError('id')")
    found = trace("m-1", {0: Difference(None, came)})
    assert "src/api.py:30 raised exception KeyError('id') instead of '7'" in found.words


def test_no_difference() -> None:
    found = trace("m-1", {0: Difference(), 1: Difference()})
    assert (found.fate, found.words, found.tests) == (Fate.NO_DIFFERENCE, "no difference", (0, 1))


def test_a_call_that_was_never_made() -> None:
    gone = Change("w-1", "mail", "src/a.py", 3, "'hello'", "")
    assert "(sent nothing instead of 'hello')" in trace("m-1", {0: Difference(gone)}).words


@given(st.dictionaries(st.integers(0, 9), DIFFERENCES))
def test_a_fate_follows_from_the_differences_alone(found: dict[int, Difference]) -> None:
    one = trace("m-1", found)
    assert one == trace("m-1", dict(reversed(found.items())))
    assert (one.change is None) == (one.fate is Fate.NO_DIFFERENCE)
    assert set(one.tests) <= set(found)


def test_survivors_are_added_up_by_double() -> None:
    traces = [
        trace("m-1", {0: Difference(SENT)}),
        trace("m-2", {0: Difference(None, CAME)}),
        trace("m-3", {0: Difference(SENT), 1: Difference(Change("w-2", "b", "f", 1, "1", "2"))}),
    ]
    assert by_double(traces) == {"w-1": ("m-1", "m-3"), "w-2": ("m-3",)}
