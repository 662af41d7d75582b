"""The parts of Stripe's stand-in that need no server: forms, periods, pages, signatures, keys."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime
from typing import Any

import pytest

from refute.real.stripe.account import Account
from refute.real.stripe.faults import StripeFault
from refute.real.stripe.forms import decode
from refute.real.stripe.provider import StripeProvider
from refute.real.stripe.routing import answer
from refute.real.stripe.showing import page, shown
from refute.real.stripe.signing import signed
from refute.real.stripe.subscriptions import after


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a=1&b=", {"a": "1", "b": ""}),
        ("metadata%5Bkey%5D=a+b", {"metadata": {"key": "a b"}}),
        (
            "items[0][price]=p0&items[1][price]=p1&items[1][quantity]=2",
            {"items": [{"price": "p0"}, {"price": "p1", "quantity": "2"}]},
        ),
        ("expand[]=a&expand[]=b", {"expand": ["a", "b"]}),
        ("enabled_events[1]=b&enabled_events[0]=a", {"enabled_events": ["a", "b"]}),
        ("created[gte]=5", {"created": {"gte": "5"}}),
    ],
)
def test_forms_are_nested(text: str, values: dict[str, Any]) -> None:
    assert decode(text) == values


def moment(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, 12, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("interval", "count", "start", "end"),
    [
        ("month", 1, (2026, 1, 31), (2026, 2, 28)),
        ("month", 1, (2026, 12, 15), (2027, 1, 15)),
        ("month", 3, (2026, 11, 30), (2027, 2, 28)),
        ("year", 1, (2028, 2, 29), (2029, 2, 28)),
        ("week", 2, (2026, 2, 20), (2026, 3, 6)),
        ("day", 10, (2026, 2, 20), (2026, 3, 2)),
    ],
)
def test_period_ends(
    interval: str, count: int, start: tuple[int, int, int], end: tuple[int, int, int]
) -> None:
    recurring = {"interval": interval, "interval_count": count}
    assert after(moment(*start), recurring) == moment(*end)


def test_short_month_does_not_move_the_anchor() -> None:
    recurring = {"interval": "month", "interval_count": 1}
    anchor = moment(2026, 1, 31)
    assert after(moment(2026, 2, 28), recurring, anchor) == moment(2026, 3, 31)


def test_signature_is_over_the_moment_and_the_body() -> None:
    hook = signed({"id": "evt_1", "type": "customer.created"}, "whsec_x")
    fields = dict(part.split("=", 1) for part in hook.headers["Stripe-Signature"].split(","))
    known = hmac.new(b"whsec_x", f"{fields['t']}.".encode() + hook.body, hashlib.sha256)
    assert fields["v1"] == known.hexdigest()
    assert hook.type == "customer.created"


def test_page_knows_whether_more_follows() -> None:
    found = [{"id": str(at), "created": at} for at in range(5)]
    account = Account("sk_test_x")
    first = page(account, "/v1/things", found, {"limit": "2"})
    assert [one["id"] for one in first["data"]] == ["4", "3"]
    assert first["has_more"]
    last = page(account, "/v1/things", found, {"limit": "2", "starting_after": "2"})
    assert [one["id"] for one in last["data"]] == ["1", "0"]
    assert not last["has_more"]
    newest = page(account, "/v1/things", found, {"limit": "2", "ending_before": "2"})
    assert [one["id"] for one in newest["data"]] == ["4", "3"]
    assert not newest["has_more"]
    some = page(account, "/v1/things", found, {"created": {"gte": "1", "lt": "3"}})
    assert [one["id"] for one in some["data"]] == ["2", "1"]


def test_answer_is_a_copy_that_later_changes_do_not_reach() -> None:
    account = Account("sk_test_x")
    made = answer(account, "POST", "/v1/customers", {"name": "Ada"})
    before = shown(account, made, None, "2026-08-26.dahlia")
    answer(account, "POST", f"/v1/customers/{made['id']}", {"name": "Eva"})
    assert before["name"] == "Ada"
    assert account.get("event", account.pending[0])["data"]["object"]["name"] == "Ada"
    event = account.get("event", account.pending[1])["data"]
    assert (event["object"]["name"], event["previous_attributes"]) == ("Eva", {"name": "Ada"})


def test_what_the_stand_in_does_not_have_is_said() -> None:
    with pytest.raises(StripeFault) as refused:
        answer(Account("sk_test_x"), "POST", "/v1/coupons", {})
    assert refused.value.status == 404
    assert "refute's stand-in does not have it" in refused.value.error["message"]


def test_stand_in_is_no_real_route() -> None:
    route = StripeProvider().routes({})[-1]
    assert (route.works, route.real) == (True, False)
