"""Stripe as the broker has it: the test mode of an account, or the stand-in."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from refute.errors import RefuteError, fail
from refute.real.golang import install_go
from refute.real.install import Installed, Say, installed
from refute.real.ports import LOOPBACK, answers, wait_until
from refute.real.provider import Json, Running, Start
from refute.real.routes import Route, refuse_foreign

KEY = "REFUTE_STRIPE_KEY"
"""A secret key of an account's test mode; those of live modes are refused."""
API = "https://api.stripe.com"
PACKAGE = "github.com/stripe/stripe-mock"
VERSION = "0.203.0"
_READY = 30.0
_LIMITS = "cards only; no taxes, coupons, proration, disputes or Connect; amounts are not converted"


class StripeProvider:
    """See `refute.real.provider.Provider`. There are no options."""

    name = "stripe"

    def routes(self, options: Json) -> list[Route]:
        """Test mode, if there is a key for it; the stand-in."""
        mock = stripe_mock()
        checked = f"requests are checked by {mock}" if mock else "requests are not checked"
        return [
            _given(),
            Route(
                "stand-in",
                True,
                f"refute's own; {checked} against Stripe's OpenAPI",
                "" if mock else "refute real install stripe",
                real=False,
                limits=_LIMITS,
            ),
        ]

    def start(self, start: Start) -> Running:
        """See `Provider.start`."""
        if start.route.name == "test-mode":
            key = os.environ[KEY]
            if not _is_for_tests(key):
                fail(
                    "real-refused",
                    f"the key in {KEY} is not one of a test mode",
                    remedy="Take a key that begins with sk_test_ or rk_test_.",
                )
            refuse_foreign(self.name, API)
            return TestMode(key)
        return _serve(start)


def install(say: Say) -> Installed:
    """Have Go build stripe-mock into the cache. Raises RefuteError ``real-unavailable``."""
    return install_go("stripe", PACKAGE, VERSION, say)


def _given() -> Route:
    key = os.environ.get(KEY)
    if not key:
        return Route("test-mode", False, f"{KEY} is not set")
    # A key of a live mode is not passed over in silence: it is taken, and refused.
    return Route("test-mode", True, f"an account's test mode, by {KEY}")


def _is_for_tests(key: str) -> bool:
    return key.startswith(("sk_test_", "rk_test_"))


def stripe_mock() -> Path | None:
    """The program that checks requests, on the PATH or in the cache."""
    found = shutil.which("stripe-mock")
    kept = installed("stripe")
    return Path(found) if found else kept.folder / "stripe-mock" if kept else None


def _serve(start: Start) -> Accounts:
    port, secret = start.ports.take(), secrets.token_urlsafe(16)
    mock = stripe_mock()
    checking: list[str] = []
    if mock is not None:
        behind = start.ports.take()
        # Without an address for HTTPS it would listen at one of its own, on all interfaces.
        secure = f"{LOOPBACK}:{start.ports.take()}"
        checker = start.keeper.spawn(
            [mock, "-http-addr", f"{LOOPBACK}:{behind}", "-https-addr", secure],
            env={"HOME": str(start.keeper.directory)},
            log="stripe-mock.log",
        )
        checking = [str(behind)]
    server = start.keeper.spawn(
        [sys.executable, "-P", "-m", "refute.real.stripe.server", str(port), secret, *checking],
        log="stripe.log",
    )

    def alive() -> bool:
        return start.keeper.code(server) is None

    wait_until(
        lambda: answers(port),
        what="the stand-in for Stripe",
        seconds=_READY,
        alive=alive,
        log=server.tail,
    )
    if mock is not None:
        wait_until(
            lambda: answers(behind),
            what="stripe-mock",
            seconds=_READY,
            alive=lambda: start.keeper.code(checker) is None,
            log=checker.tail,
        )
    return Accounts(port, secret, server.tail, alive)


class Accounts:
    """The stand-in. See `refute.real.provider.Running`."""

    def __init__(
        self, port: int, secret: str, logs: Callable[[], str], alive: Callable[[], bool]
    ) -> None:
        self._port, self._secret, self._logs, self._alive = port, secret, logs, alive

    def facts(self) -> Json:
        """Where it is."""
        return {"api_base": f"http://{LOOPBACK}:{self._port}"}

    def lease(self, wish: Json) -> Json:
        """An account, empty."""
        key = f"sk_test_{secrets.token_hex(24)}"
        self._do("open", key, {})
        return {"api_key": key, "webhook_secret": f"whsec_{secrets.token_hex(16)}"}

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """What the test does beside the API, see control.py."""
        return self._do(what, lease["api_key"], args)

    def release(self, lease: Json) -> None:
        """Forget the account."""
        with suppress(RefuteError):
            self._do("close", lease["api_key"], {})

    def _do(self, what: str, key: str, args: Json) -> Any:
        connection = HTTPConnection(LOOPBACK, self._port, timeout=30)
        try:
            body = json.dumps({**args, "key": key})
            connection.request("POST", f"/refute/{what}", body, {"Authorization": self._secret})
            answer = connection.getresponse()
            said = json.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            fail("real-unavailable", f"Stripe: {said['error']['message']}", remedy="")
        return said

    def logs(self) -> str:
        """The requests that the stand-in got last."""
        return self._logs()

    def healthy(self) -> bool:
        """Whether it still runs."""
        return self._alive()

    def close(self) -> None:
        """The keeper does it."""


class TestMode:
    """The test mode of the user's account, shared by all tests. See `Running`."""

    __test__ = False

    def __init__(self, key: str) -> None:
        self._key = key

    def facts(self) -> Json:
        """Where the API is."""
        return {"api_base": API}

    def lease(self, wish: Json) -> Json:
        """The account itself; events from now on are the test's."""
        newest = self._events({"limit": "1"})
        return {
            "api_key": self._key,
            "webhook_secret": f"whsec_{secrets.token_hex(16)}",
            "after": newest[0]["id"] if newest else "",
            "done": [],
        }

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """Events are fetched; what customers and clocks do can't be had from Stripe so."""
        match what:
            case "pending":
                asked = {"limit": "100"}
                if lease["after"]:
                    asked["ending_before"] = lease["after"]
                found = self._events(asked)[::-1]
                return [one for one in found if one["id"] not in lease["done"]]
            case "delivered":
                lease["done"] += args["ids"]
                return None
            case _:
                fail(
                    "real-unavailable",
                    f"`{what}` is for the stand-in; in test mode, use Stripe's own ways",
                    remedy="",
                )

    def _events(self, asked: dict[str, str]) -> list[Json]:
        connection = HTTPSConnection(urlsplit(API).netloc, timeout=30)
        try:
            headers = {"Authorization": f"Bearer {self._key}"}
            connection.request("GET", f"/v1/events?{urlencode(asked)}", headers=headers)
            said = json.loads(connection.getresponse().read())
        except OSError as error:
            fail("real-unavailable", f"Stripe does not answer: {error}", cause=error)
        finally:
            connection.close()
        if "error" in said:
            fail("real-unavailable", f"Stripe: {said['error']['message']}", remedy="")
        events: list[Json] = said["data"]
        return events

    def release(self, lease: Json) -> None:
        """What tests made in test mode stays there, as Stripe wants it."""

    def logs(self) -> str:
        """Stripe's dashboard has them."""
        return ""

    def healthy(self) -> bool:
        """As far as we know."""
        return True

    def close(self) -> None:
        """There is nothing to undo."""
