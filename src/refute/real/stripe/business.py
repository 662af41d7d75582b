"""A Stripe account of a test's own, and the webhooks that it would get."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from refute.real.client import Lease, lease
from refute.real.provider import Json
from refute.real.stripe.signing import Webhook, signed


@dataclass(frozen=True, slots=True)
class Delivery:
    """A webhook that was sent, and how the app answered: its HTTP status."""

    event_id: str
    type: str
    status: int


@dataclass(frozen=True, slots=True)
class StripeAccount:
    """An account; on the stand-in it is empty at first and gone when the test is over.

    The official library works against it unchanged: `stripe.api_key = account.api_key` and
    `stripe.api_base = account.api_base`. Webhooks are delivered by the test, when it says so, and
    as late, as often and in whatever order it wants.
    """

    lease: Lease

    @property
    def api_key(self) -> str:
        """``sk_test_...``."""
        return str(self.lease.part["api_key"])

    @property
    def api_base(self) -> str:
        """Where the API is, without ``/v1``."""
        return str(self.lease.facts["api_base"])

    @property
    def webhook_secret(self) -> str:
        """``whsec_...``, with which webhooks are signed."""
        return str(self.lease.part["webhook_secret"])

    @property
    def is_real(self) -> bool:
        """Whether this is Stripe's test mode, and not a stand-in for it."""
        return bool(self.lease.started["real"])

    def pending(self, *types: str) -> list[Json]:
        """Events that were not delivered yet, oldest first; all, or those of some types."""
        events: list[Json] = self.lease.call("pending")
        return [one for one in events if not types or one["type"] in types]

    def webhook(self, event: Json, *, signed_seconds_ago: float = 0.0) -> Webhook:
        """An event as a signed request, for an app's test client; it stays pending."""
        return signed(event, self.webhook_secret, seconds_ago=signed_seconds_ago)

    def deliver(
        self,
        url: str,
        *,
        types: Sequence[str] = (),
        twice: bool = False,
        seed: int | None = None,
        signed_seconds_ago: float = 0.0,
    ) -> list[Delivery]:
        """Send what is pending to the app; what it answers with 2xx is pending no longer.

        ``types`` sends only those, and the others stay for a later call. ``twice`` sends each of
        them twice. ``seed`` shuffles them. A signature that is more than five minutes old is
        refused by Stripe's own library.
        """
        events = self.pending(*types)
        events = events * 2 if twice else events
        if seed is not None:
            random.Random(seed).shuffle(events)
        sent = [
            _send(url, self.webhook(event, signed_seconds_ago=signed_seconds_ago))
            for event in events
        ]
        self.done(*(one.event_id for one in sent if 200 <= one.status < 300))
        return sent

    def deliver_to_endpoints(self) -> list[Delivery]:
        """Send what is pending to the webhook endpoints that the app has registered itself.

        Each gets the types that it wants, signed with its own secret.
        """
        sent = []
        endpoints = self.lease.call("endpoints")
        for event in self.pending():
            answers = [
                _send(one["url"], signed(event, one["secret"]))
                for one in endpoints
                if {"*", event["type"]} & set(one["enabled_events"])
            ]
            sent += answers
            if all(200 <= one.status < 300 for one in answers):
                self.done(event["id"])
        return sent

    def done(self, *event_ids: str) -> None:
        """These events were delivered, by whatever way."""
        self.lease.call("delivered", ids=list(event_ids))

    def complete_checkout(
        self,
        session_id: str,
        *,
        payment_method: str = "pm_card_visa",
        email: str = "ada@example.com",
    ) -> Json:
        """Be the customer on the checkout page, and pay. Raises RefuteError if it is refused."""
        done: Json = self.lease.call(
            "complete_checkout", session=session_id, method=payment_method, email=email
        )
        return done

    def authenticate(self, payment_intent_id: str, *, succeeds: bool = True) -> Json:
        """Be the customer whom the bank asks about a payment."""
        intent: Json = self.lease.call("authenticate", intent=payment_intent_id, succeeds=succeeds)
        return intent

    def advance(self, *, days: float = 0.0, seconds: float = 0.0) -> int:
        """Let time pass in the account: trials end, periods are renewed, payments are tried again.

        The account's new time. Signatures keep the real one.
        """
        return int(self.lease.call("advance", seconds=int(days * 86400 + seconds)))


def _send(url: str, webhook: Webhook) -> Delivery:
    request = Request(url, webhook.body, webhook.headers, method="POST")
    try:
        with urlopen(request, timeout=30) as answer:
            status = int(answer.status)
    except HTTPError as error:
        with error:
            status = error.code
    return Delivery(webhook.event["id"], webhook.type, status)


@contextmanager
def stripe_account(*, route: str | None = None) -> Iterator[StripeAccount]:
    """A Stripe account: the test mode of the user's, or an empty one at refute's stand-in.

    ``route`` insists on one of them. Raises RefuteError ``real-unavailable``, ``real-refused``
    (for a key of an account's live mode, always) or ``real-start-failed``.
    """
    with lease("stripe", route=route) as taken:
        yield StripeAccount(taken)
