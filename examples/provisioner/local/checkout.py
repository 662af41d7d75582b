"""Stripe's side, by the stand-in of `refute.real`: its API, and a page where customers pay.

The stand-in has no page of its own, and addresses that name Stripe's. So we stand before it: its
answers name our page, and what is paid for there is told to the provisioner by webhooks, as often
as it takes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
from jinja2 import Template
from refute.real import StripeAccount
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from local.money import PAGE

_STRIPES = "https://checkout.stripe.com/c/pay/"
_PASSED = ("authorization", "content-type", "idempotency-key", "stripe-version")


class Till:
    """The stand-in's account, as an application."""

    def __init__(self, account: StripeAccount, url: str) -> None:
        self._account, self._url = account, url
        self._lock = threading.Lock()
        self._http = httpx2.Client(base_url=account.api_base, timeout=30)

    def price(self, tier: str, cents: int) -> str:
        """Stripe's id of a new monthly price."""
        given = {
            "currency": "usd",
            "unit_amount": str(cents),
            "recurring[interval]": "month",
            "product_data[name]": f"Room, {tier}",
        }
        return str(self._ask("POST", "/v1/prices", given)["id"])

    def application(self) -> Starlette:
        """Stripe's API, and the page."""
        return Starlette(
            routes=[
                Route("/c/pay/{id}", self._page, methods=["GET"]),
                Route("/c/pay/{id}", self._pay, methods=["POST"]),
                Route("/{path:path}", self._forward, methods=["GET", "POST", "DELETE"]),
            ]
        )

    @contextmanager
    def delivering(self, webhook: str) -> Iterator[None]:
        """Tell the provisioner what has happened, until the block ends."""
        over = threading.Event()

        def deliver() -> None:
            while not over.wait(0.3):
                try:
                    with self._lock:
                        self._account.deliver(webhook)
                except OSError:
                    # It is not there at the moment, and is told later.
                    continue

        thread = threading.Thread(target=deliver, name="webhooks", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._http.close()

    def _page(self, request: Request) -> Response:
        session = self._ask("GET", f"/v1/checkout/sessions/{request.path_params['id']}")
        if session["status"] != "open":
            return RedirectResponse(session["success_url"], 303)
        return HTMLResponse(Template(PAGE, autoescape=True).render(session=session))

    def _pay(self, request: Request) -> Response:
        id = request.path_params["id"]
        with self._lock:
            self._account.complete_checkout(id)
        back = self._ask("GET", f"/v1/checkout/sessions/{id}")["success_url"]
        return RedirectResponse(back, 303)

    async def _forward(self, request: Request) -> Response:
        body = await request.body()
        headers = {name: request.headers[name] for name in _PASSED if name in request.headers}

        def ask() -> httpx2.Response:
            return self._http.request(
                request.method, str(request.url.path), content=body, headers=headers
            )

        answer = await run_in_threadpool(ask)
        text = answer.text.replace(_STRIPES, f"{self._url}/c/pay/")
        kind = answer.headers.get("Content-Type", "application/json")
        return Response(text, answer.status_code, media_type=kind)

    def _ask(self, method: str, path: str, form: dict[str, str] | None = None) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self._account.api_key}"}
        answer = self._http.request(method, path, data=form, headers=headers)
        answer.raise_for_status()
        said: dict[str, str] = answer.json()
        return said
