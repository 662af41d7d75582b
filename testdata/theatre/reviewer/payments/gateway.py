"""A client for a card processor that speaks JSON."""

from __future__ import annotations

import json
import urllib.request

LIMIT_CENTS = 500_000


class PaymentError(Exception):
    """The processor did not do what was asked."""


class CardDeclined(PaymentError):
    """The processor answered, and said no."""


def http_post(url: str, body: dict, timeout: float = 5.0) -> dict | None:
    """Send a JSON document. None if nobody answers, or with something that is not JSON."""
    try:
        request = urllib.request.Request(
            url,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return json.loads(answer.read())
    except Exception:
        return None


class Gateway:
    """The processor, as the shop sees it."""

    def __init__(self, base: str, key: str, currency: str = "EUR") -> None:
        self.base = base
        self.key = key
        self.currency = currency
        self.failures = 0
        self.live = key[:3] != "tst"

    def charge(self, customer: str, cents: int) -> str:
        """Take money; the id of the charge."""
        if cents <= 0:
            raise ValueError("an amount must be positive")
        if cents > LIMIT_CENTS:
            raise PaymentError("over the limit")
        body = {"customer": customer, "amount": cents, "currency": self.currency}
        answer = http_post(f"{self.base}/charges", body, timeout=10.0)
        if answer is None:
            raise PaymentError("the processor can't be reached")
        if answer.get("status") == "declined":
            raise CardDeclined(answer.get("reason", "unknown"))
        return answer["id"]

    def charge_quietly(self, customer: str, cents: int) -> str | None:
        """As charge, but counts failures instead of raising them."""
        try:
            return self.charge(customer, cents)
        except (PaymentError, TimeoutError):
            self.failures += 1
            return None

    def refund(self, charge: str, cents: int | None = None) -> bool:
        """Give money back, all of it or a part; whether the processor agreed."""
        body: dict = {"charge": charge, "reason": "customer"}
        if cents is not None:
            if cents <= 0:
                raise ValueError("an amount must be positive")
            body["amount"] = cents
        answer = http_post(f"{self.base}/refunds", body, timeout=10.0)
        if answer is None:
            self.failures += 1
            return False
        return answer.get("status") == "refunded" and answer.get("charge", charge) == charge
