"""The order of Stripe's events."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.billing.events import Event, order, parse
from provisioner.domain.problems import Problem


def event(kind: str, created: int, id: str = "evt_1") -> Event:
    return Event(id, f"customer.subscription.{kind}", created, {})


def test_order_is_that_of_what_happened() -> None:
    happened = [
        order(event("created", 999), "active"),
        order(event("created", 1_000), "incomplete"),
        order(event("updated", 1_000), "incomplete"),
        order(event("updated", 1_000), "active"),
        order(event("updated", 1_000), "past_due"),
        order(event("updated", 1_000, "evt_2"), "past_due"),
        order(event("deleted", 1_000), "canceled"),
        order(event("paused", 1_001), "past_due"),
        order(event("resumed", 10_000_000_000), "active"),
    ]
    assert happened == sorted(happened)
    assert len(set(happened)) == len(happened)


@given(st.integers(0, 99_999_999_999), st.integers(0, 99_999_999_999))
def test_later_is_later(one: int, other: int) -> None:
    keys = [order(event("updated", at), "active") for at in (one, other)]
    assert (keys[0] < keys[1]) == (one < other)


def test_parsing_takes_what_is_needed() -> None:
    said: dict[str, Any] = {"id": "evt_1", "type": "x", "created": 5, "more": 1}
    said["data"] = {"object": {"id": "sub_1"}}
    assert parse(json.dumps(said).encode()) == Event("evt_1", "x", 5, {"id": "sub_1"})
    for name in ("id", "type", "created", "data"):
        rest = {key: value for key, value in said.items() if key != name}
        with pytest.raises(Problem, match="bad-event"):
            parse(json.dumps(rest).encode())
