"""What one test's account at the stand-in holds: objects, events, answers that were given."""

from __future__ import annotations

import copy
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from refute.real.provider import Json
from refute.real.stripe.faults import no_such

VERSION = "2026-08-26.dahlia"
"""The API version whose shapes are used, unless a request asks for one before BASIL."""
BASIL = "2025-03-31"
"""From here on a subscription's period lies at its items, and an invoice's at its parent."""
PREFIXES = {
    "customer": "cus",
    "product": "prod",
    "price": "price",
    "payment_method": "pm",
    "payment_intent": "pi",
    "setup_intent": "seti",
    "charge": "ch",
    "refund": "re",
    "subscription": "sub",
    "subscription_item": "si",
    "invoice": "in",
    "invoiceitem": "ii",
    "line_item": "il",
    "checkout.session": "cs_test",
    "event": "evt",
    "webhook_endpoint": "we",
}


_BARE = {
    "line_item": "created",
    "invoiceitem": "created",
    "subscription_item": "livemode",
    "refund": "livemode",
}
"""What objects of these kinds don't have, and most others do."""


@dataclass(slots=True)
class Account:
    """All of one account; used by one request at a time."""

    key: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    #: Kind to id to object, oldest first.
    objects: dict[str, dict[str, Json]] = field(default_factory=dict)
    #: Ids of events that nobody has taken yet.
    pending: list[str] = field(default_factory=list)
    #: Idempotency key to what was asked, and the answer's status and body.
    answered: dict[str, tuple[str, int, Json]] = field(default_factory=dict)
    #: What objects know of each other and don't show: (relation, id) to id.
    links: dict[tuple[str, str], Any] = field(default_factory=dict)
    #: Seconds by which the account's clock is ahead.
    ahead: int = 0
    #: Of the request that is being answered.
    request: Json = field(default_factory=lambda: {"id": None, "idempotency_key": None})

    def now(self) -> int:
        """The account's time, in seconds since 1970."""
        return int(time.time()) + self.ahead

    def new(self, kind: str, id: str = "", **values: Any) -> Json:
        """Make an object of a kind and keep it."""
        made = {
            "id": id or f"{PREFIXES[kind]}_{secrets.token_hex(12)}",
            "object": kind,
            "created": self.now(),
            "livemode": False,
            **values,
        }
        made.pop(_BARE.get(kind, ""), None)
        self.objects.setdefault(kind, {})[made["id"]] = made
        return made

    def get(self, kind: str, id: str, param: str = "id") -> Json:
        """The object itself. Raises StripeFault as Stripe does where there is none."""
        found = self.objects.get(kind, {}).get(id)
        if found is None or (found.get("deleted") and param != "id"):
            no_such(kind, id, param)
        return found

    def find(self, id: str) -> Json | None:
        """The object with an id, of whatever kind."""
        return next((each[id] for each in self.objects.values() if id in each), None)

    def all(self, kind: str) -> list[Json]:
        """The objects of a kind that are not deleted, oldest first."""
        return [one for one in self.objects.get(kind, {}).values() if not one.get("deleted")]

    def emit(self, happening: str, subject: Json, previous: Json | None = None) -> None:
        """Something has happened: an event with the object as it is now."""
        data: Json = {"object": copy.deepcopy(subject)}
        if previous:
            data["previous_attributes"] = previous
        event = self.new(
            "event",
            api_version=VERSION,
            data=data,
            pending_webhooks=1,
            request=dict(self.request),
            type=happening,
        )
        self.pending.append(event["id"])

    def happened(self) -> int:
        """How many events there were so far."""
        return len(self.objects.get("event", {}))

    def take_back(self, since: int, *beginnings: str) -> None:
        """After the first ``since`` events, those whose types begin so have not happened."""
        events = self.objects.get("event", {})
        for id in list(events)[since:]:
            if events[id]["type"].startswith(beginnings):
                del events[id]
                self.pending.remove(id)

    def change(self, subject: Json, happening: str = "", **values: Any) -> None:
        """Set values, and tell of it by an event if something is another now."""
        previous = {
            key: subject.get(key) for key, value in values.items() if subject.get(key) != value
        }
        subject.update(values)
        if happening and previous:
            self.emit(happening, subject, copy.deepcopy(previous))


def listing(url: str, data: list[Json], has_more: bool = False) -> Json:
    """A list as Stripe has it."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}
