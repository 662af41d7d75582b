"""A customer's whole journey against a deployment that runs, by HTTP: ``provisioner probe URL``.

Safe for production: it has an account of its own, takes the free tier alone, touches nothing that
it did not make, and takes away what it made, also where a step fails.
"""

from __future__ import annotations

import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2

WELL, FAILED, NOT_ASKED, LEFT = 0, 1, 2, 3
"""Exit codes: all is well; a step failed; nothing could be asked; something was left behind."""
_OURS = "probe-"
_PAUSE = 1.0


class Failed(Exception):
    """A step did not go as it should."""


class NotAsked(Exception):
    """The account is no account for probes: nothing was done, and nothing is known."""


@dataclass(slots=True)
class Report:
    """How long each step took, in the order of the steps, and how it all ended."""

    seconds: dict[str, float] = field(default_factory=dict)
    failed: str = ""
    why: str = ""
    left: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code."""
        if self.failed:
            return FAILED
        return LEFT if self.left else WELL

    def metrics(self, now: float) -> str:
        """As OpenMetrics: a file for an exporter, or the body of a push."""
        lines = [
            "# TYPE provisioner_probe_success gauge",
            "# HELP provisioner_probe_success Whether the whole journey went as it should.",
            f"provisioner_probe_success {int(self.code == WELL)}",
            "# TYPE provisioner_probe_left_behind gauge",
            "# HELP provisioner_probe_left_behind Things that could not be taken away again.",
            f"provisioner_probe_left_behind {len(self.left)}",
            "# TYPE provisioner_probe_step_failed gauge",
            *(
                f'provisioner_probe_step_failed{{step="{step}"}} {int(step == self.failed)}'
                for step in self.seconds
            ),
            "# TYPE provisioner_probe_step_seconds gauge",
            "# UNIT provisioner_probe_step_seconds seconds",
            *(
                f'provisioner_probe_step_seconds{{step="{step}"}} {took:.3f}'
                for step, took in self.seconds.items()
            ),
            "# TYPE provisioner_probe_time_seconds gauge",
            "# UNIT provisioner_probe_time_seconds seconds",
            f"provisioner_probe_time_seconds {now:.0f}",
            "# EOF",
        ]
        return "\n".join(lines) + "\n"


class Probe:
    """One journey. ``patience``: seconds that an instance may take to come, and to go."""

    def __init__(
        self,
        url: str,
        email: str,
        password: str,
        patience: float,
        say: Callable[[str], None] = lambda words: print(words, file=sys.stderr),
    ) -> None:
        self._http = httpx2.Client(base_url=url.rstrip("/"), timeout=30)
        self._given = {"email": email, "password": password}
        self._patience, self._say = patience, say
        self._report = Report()
        self._subscription = self._instance = ""

    def run(self) -> Report:
        """All steps, and the taking away. Raises NotAsked."""
        try:
            try:
                self._journey()
            except (Failed, httpx2.HTTPError, ValueError, KeyError) as error:
                self._report.why = str(error) or type(error).__name__
                self._say(f"  failed: {self._report.why}")
            finally:
                self._take_away()
        finally:
            self._http.close()
        return self._report

    def _journey(self) -> None:
        with self._step("ready"):
            self._ask("GET", "/readyz")
        with self._step("sign-in"):
            token = self._ask("POST", "/v1/sessions", self._given)["token"]
            self._http.headers["Authorization"] = f"Bearer {token}"
        self._only_ours()
        with self._step("subscribe"):
            self._subscription = self._subscribed()
        with self._step("create"):
            wanted = {"subscription": self._subscription, "name": _OURS + secrets.token_hex(4)}
            self._instance = str(self._ask("POST", "/v1/instances", wanted)["id"])
        with self._step("running"):
            self._await("running")
        with self._step("talk"):
            self._talk()
        with self._step("usage"):
            lines = self._ask("GET", "/v1/usage")["lines"]
            if not any(line["tier"] == "free" for line in lines):
                raise Failed("what ran is not in the usage")
        with self._step("deprovision"):
            self._ask("DELETE", f"/v1/instances/{self._instance}")
            self._await("deprovisioned")
            self._instance = ""
        with self._step("cancel"):
            self._ask("DELETE", f"/v1/subscriptions/{self._subscription}")
            self._subscription = ""

    def _only_ours(self) -> None:
        """What an earlier probe left is taken away; what is not a probe's stops this one."""
        there = self._ask("GET", "/v1/instances")
        bought = self._ask("GET", "/v1/subscriptions")
        foreign = [one["name"] for one in there if not one["name"].startswith(_OURS)]
        paid = [
            one["tier"]
            for one in bought
            if one["tier"] != "free" and one["status"] in ("active", "past_due")
        ]
        if foreign or paid:
            raise NotAsked(
                f"this account is used for something else: {', '.join([*foreign, *paid])}"
            )
        for one in there:
            with self._step("take away what was left"):
                self._instance = str(one["id"])
                if one["status"] != "deprovisioning":
                    self._ask("DELETE", f"/v1/instances/{one['id']}")
                self._await("deprovisioned")
                self._instance = ""

    def _subscribed(self) -> str:
        for one in self._ask("GET", "/v1/subscriptions"):
            if one["tier"] == "free" and one["status"] == "active":
                return str(one["id"])
        return str(self._ask("POST", "/v1/subscriptions", {"tier": "free"})["id"])

    def _await(self, status: str) -> None:
        deadline = time.monotonic() + self._patience
        while True:
            found = self._ask("GET", f"/v1/instances/{self._instance}")
            if found["status"] == status:
                return
            if found["status"] == "failed":
                raise Failed(f"the instance has failed: {found['error']}")
            if time.monotonic() > deadline:
                raise Failed(f"still {found['status']} after {self._patience:g} s")
            time.sleep(_PAUSE)

    def _talk(self) -> None:
        """Say something at the instance's page, and read it there."""
        url = self._ask("GET", f"/v1/instances/{self._instance}")["url"]
        key = self._ask("GET", f"/v1/instances/{self._instance}/key")
        words = f"probe {secrets.token_hex(8)}"
        with _room(url) as room:
            page = room.post("/sign-in", data={"name": key["name"], "password": key["password"]})
            word = re.search(r'name="word" value="([^"]+)"', page.text)
            if page.status_code != 200 or word is None:
                raise Failed(f"signing in at the instance: {page.status_code}")
            page = room.post("/messages", data={"word": word[1], "text": words})
            if page.status_code != 200 or words not in page.text:
                raise Failed(f"what was said is not to be read: {page.status_code}")

    def _take_away(self) -> None:
        """After a failure: what was made goes, and what can't be taken away is told."""
        for what, path in (
            ("instance", f"/v1/instances/{self._instance}"),
            ("subscription", f"/v1/subscriptions/{self._subscription}"),
        ):
            if path.endswith("/"):
                continue
            try:
                answer = self._http.delete(path)
                # The one may take the other down with it, or be on its way already.
                if answer.status_code not in (200, 202, 204, 404, 409):
                    raise Failed(str(answer.status_code))
            except (httpx2.HTTPError, Failed) as error:
                self._report.left.append(what)
                self._say(f"  left behind: {what} {path}: {error}")

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        self._report.failed = name
        try:
            yield
            self._report.failed = ""
        finally:
            self._report.seconds[name] = time.monotonic() - began
            self._say(f"{self._report.seconds[name]:8.2f} s  {name}")

    def _ask(self, method: str, path: str, body: dict[str, str] | None = None) -> Any:
        answer = self._http.request(method, path, json=body)
        if not answer.is_success:
            raise Failed(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None


def _room(url: str) -> httpx2.Client:
    """A browser at an instance. Names below ``localhost`` are this machine's, whatever DNS says."""
    parts = urlsplit(url)
    host, headers = parts.hostname or "", {}
    if host.endswith(".localhost"):
        headers = {"Host": parts.netloc}
        url = f"{parts.scheme}://127.0.0.1:{parts.port or 80}"
    return httpx2.Client(base_url=url, headers=headers, follow_redirects=True, timeout=30)
