"""A stand-in for Stripe: the two requests we make, its events, and its real way of signing them.

Not Stripe: prices, customers and rules are not there. What is real: HTTP by Stripe's own
library, idempotency keys, errors, and signatures (HMAC-SHA256 over time and body, as documented).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4


class StripeStandIn:
    """What was asked of it."""

    def __init__(self) -> None:
        self.url = ""
        #: The forms of checkouts, by idempotency key: who asks again gets the first answer.
        self.checkouts: dict[str, dict[str, list[str]]] = {}
        self.canceled: list[str] = []
        self.known: set[str] = set()
        #: Answer everything with this error.
        self.broken = 0
        #: Answer checkouts without the address of a page.
        self.without_page = False


class _Handler(BaseHTTPRequestHandler):
    stripe: StripeStandIn

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not printed."""

    def _answer(self, status: int, said: dict[str, Any]) -> None:
        content = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        """A checkout."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.stripe.broken:
            self._answer(self.stripe.broken, {"error": {"message": "down", "type": "api_error"}})
            return
        key = self.headers["Idempotency-Key"]
        self.stripe.checkouts.setdefault(key, form)
        url = None if self.stripe.without_page else f"https://checkout.stripe.test/{key}"
        self._answer(200, {"id": "cs_1", "object": "checkout.session", "url": url})

    def do_DELETE(self) -> None:
        """The end of a subscription."""
        id = self.path.rpartition("/")[2]
        if self.stripe.broken:
            self._answer(
                self.stripe.broken, {"error": {"message": "no", "type": _kind(self.stripe)}}
            )
        elif id not in self.stripe.known:
            error = {"type": "invalid_request_error", "code": "resource_missing", "message": "No"}
            self._answer(404, {"error": error})
        else:
            # One that has ended can't be asked for any more.
            self.stripe.known.discard(id)
            self.stripe.canceled.append(id)
            self._answer(200, {"id": id, "object": "subscription", "status": "canceled"})


def _kind(stripe: StripeStandIn) -> str:
    return "api_error" if stripe.broken >= 500 else "invalid_request_error"


@contextmanager
def serving() -> Iterator[StripeStandIn]:
    """A stand-in that listens on the loopback."""
    stripe = StripeStandIn()
    handler = type("Handler", (_Handler,), {"stripe": stripe})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    stripe.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield stripe
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def event(kind: str, subject: dict[str, Any], created: int, id: str = "") -> dict[str, Any]:
    """An event as Stripe delivers it."""
    return {
        "id": id or f"evt_{uuid4().hex}",
        "object": "event",
        "type": kind,
        "created": created,
        "data": {"object": subject},
    }


def subscription(status: str, ours: object, id: str = "sub_1") -> dict[str, Any]:
    """A subscription inside an event."""
    return {
        "id": id,
        "object": "subscription",
        "status": status,
        "customer": "cus_1",
        "metadata": {"subscription": str(ours)},
    }


def signed(body: bytes, secret: str, at: int | None = None) -> str:
    """The header ``Stripe-Signature``."""
    moment = int(time.time()) if at is None else at
    words = f"{moment}.".encode() + body
    return f"t={moment},v1={hmac.new(secret.encode(), words, hashlib.sha256).hexdigest()}"
