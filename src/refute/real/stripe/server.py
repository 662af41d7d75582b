"""The stand-in's HTTP server, a process of its own:

    python -m refute.real.stripe.server PORT SECRET [PORT OF STRIPE-MOCK]

Each account is known by its API key. Who knows SECRET may make and remove accounts, take their
events, and do what customers, banks and the clock do. Where stripe-mock runs, each request is put
to it first: what it refuses by Stripe's own OpenAPI description is refused here in its words.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
from base64 import b64decode
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from refute.real.provider import Json
from refute.real.stripe import control, routing, showing
from refute.real.stripe.account import VERSION, Account
from refute.real.stripe.faults import StripeFault, invalid
from refute.real.stripe.forms import decode

HOST = "127.0.0.1"
CONTROL = "/refute/"
KEPT = (200, 402)
"""Answers that an idempotency key keeps: those of requests that were carried out."""


class Server(ThreadingHTTPServer):
    """All accounts."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, secret: str, mock: int | None) -> None:
        super().__init__((HOST, port), Request)
        self.secret, self.mock = secret, mock
        self.accounts: dict[str, Account] = {}


class Request(BaseHTTPRequestHandler):
    """One request."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """See `_serve`."""
        self._serve()

    do_POST = do_DELETE = do_GET

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        parts = urlsplit(self.path)
        if parts.path.startswith(CONTROL):
            status, answer = self._control(parts.path.removeprefix(CONTROL), body)
            return self._answer(status, answer, {})
        self._id = f"req_{secrets.token_hex(7)}"
        replayed = False
        try:
            account = self._account()
            with account.lock:
                status, answer, replayed = self._once(account, parts.path, parts.query, body)
        except StripeFault as fault:
            status, answer = fault.status, {"error": fault.error}
        headers = {"Request-Id": self._id, "Stripe-Version": self._version()}
        key = self.headers.get("Idempotency-Key")
        if key:
            headers["Idempotency-Key"] = key
        if replayed:
            headers["Idempotent-Replayed"] = "true"
        self._answer(status, answer, headers)

    def _control(self, what: str, body: str) -> tuple[int, Any]:
        if not secrets.compare_digest(self.headers.get("Authorization", ""), self.server.secret):
            return 401, {"error": {"message": "not the broker"}}
        try:
            return 200, control.do(self.server.accounts, what, json.loads(body))
        except StripeFault as fault:
            return fault.status, {"error": fault.error}

    def _account(self) -> Account:
        given = self.headers.get("Authorization", "")
        kind, _, key = given.partition(" ")
        if kind == "Basic":
            key = b64decode(key).decode().partition(":")[0]
        if not key or kind not in ("Basic", "Bearer"):
            invalid("You did not provide an API key.", status=401)
        account = self.server.accounts.get(key)
        if account is None:
            shown = f"{key[:8]}{'*' * 8}{key[-4:]}"
            invalid(f"Invalid API Key provided: {shown}", status=401)
        return account

    def _version(self) -> str:
        return self.headers.get("Stripe-Version") or VERSION

    def _once(self, account: Account, path: str, query: str, body: str) -> tuple[int, Json, bool]:
        """Answer, or repeat the answer that was given to the same idempotency key."""
        key = self.headers.get("Idempotency-Key") if self.command == "POST" else None
        asked = json.dumps([self.command, path, decode(body)], sort_keys=True)
        if key and key in account.answered:
            before, status, answer = account.answered[key]
            if before != asked:
                raise StripeFault(400, _reused(key))
            return status, answer, True
        account.request = {"id": self._id, "idempotency_key": key}
        try:
            status, answer = 200, self._new(account, path, query, body)
        except StripeFault as fault:
            status, answer = fault.status, {"error": fault.error}
        if key and status in KEPT:
            account.answered[key] = (asked, status, answer)
        return status, answer, False

    def _new(self, account: Account, path: str, query: str, body: str) -> Json:
        if self.server.mock is not None:
            self._check(self.server.mock, body)
        params = {**decode(query), **decode(body)}
        expand = params.pop("expand", None)
        answer = routing.answer(account, self.command, path, params)
        return showing.shown(account, answer, expand, self._version())

    def _check(self, port: int, body: str) -> None:
        """Have stripe-mock look at the request."""
        connection = HTTPConnection(HOST, port, timeout=20)
        kept = ("Content-Type", "Idempotency-Key")
        headers = {name: self.headers[name] for name in kept if self.headers[name]}
        headers["Authorization"] = "Bearer sk_test_123"
        try:
            connection.request(self.command, self.path, body.encode(), headers)
            answer = connection.getresponse()
            said = json.loads(answer.read() or b"{}")
        finally:
            connection.close()
        if answer.status == 400:
            message = str(said["error"]["message"])
            param = re.search(r"param(?:eter)?s?[: ]+'?([\w\[\]]+)", message)
            invalid(f"{message} (so says stripe-mock)", param=param.group(1) if param else "")

    def _answer(self, status: int, answer: Any, headers: dict[str, str]) -> None:
        body = json.dumps(answer, indent=2).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _reused(key: str) -> Json:
    return {
        "type": "idempotency_error",
        "message": "Keys for idempotent requests can only be used with the same parameters they "
        f"were first used with. Try using a key other than '{key}' if you meant to execute a "
        "different request.",
    }


if __name__ == "__main__":
    Server(
        int(sys.argv[1]), sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None
    ).serve_forever()
