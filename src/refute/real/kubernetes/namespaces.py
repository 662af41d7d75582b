"""A cluster that runs, as the broker has it: a namespace a test, and what goes through the node."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from refute.errors import fail
from refute.real.kubernetes.api import Api, Refused
from refute.real.kubernetes.box import IMPORT
from refute.real.kubernetes.starting import Started
from refute.real.provider import Json

__all__ = ["LABEL", "Namespaces"]

LABEL = "refute.real/run"
"""On every namespace that is handed out; its value is the run's own."""
_PREFIX = "refute-"
_PATIENCE = 10.0
"""Seconds for one answer; a server that has lost its store gives none."""


class Namespaces:
    """See `refute.real.provider.Running`."""

    def __init__(self, started: Started, pods: bool, programs: str) -> None:
        self._started = started
        self._pods = pods
        self._programs = programs
        self._api = Api(started.access, _PATIENCE)
        self._run = secrets.token_hex(6)

    def facts(self) -> Json:
        """``access``, the port of the ``registry`` (or 0), whether there are ``pods``, kubectl."""
        return {
            "access": self._started.access.json(),
            "registry": self._started.registry,
            "pods": self._pods,
            "import": self._started.run is not None,
            "kubectl": self._programs,
        }

    def lease(self, wish: Json) -> Json:
        """A namespace; nothing can be wished for it."""
        name = _PREFIX + secrets.token_hex(4)
        meta = {"name": name, "labels": {LABEL: self._run}}
        self._make("/api/v1/namespaces", {"metadata": meta})
        root = f"/api/v1/namespaces/{name}"
        # A controller makes this account, too, a moment later; no pod is admitted before.
        self._make(f"{root}/serviceaccounts", {"metadata": {"name": "default"}})
        return {"namespace": name}

    def _make(self, path: str, body: Json) -> None:
        try:
            self._api.request("POST", path, body)
        except Refused as refused:
            if refused.reason != "AlreadyExists":
                fail("real-unavailable", f"the cluster refuses a namespace: {refused}", remedy="")
        except OSError as error:
            fail("real-unavailable", f"the cluster does not answer: {error}", cause=error)

    def release(self, lease: Json) -> None:
        """Have the namespace deleted; the cluster goes on with that by itself."""
        if not self._started.alive():
            return
        path = f"/api/v1/namespaces/{lease['namespace']}"
        with suppress(Refused, OSError):
            # Nobody waits for a program that takes its time to end.
            at_once = {"gracePeriodSeconds": 0}
            self._api.text("DELETE", f"{path}/pods", at_once)
            self._api.text("DELETE", path)

    def call(self, lease: Json, what: str, args: Json) -> Any:
        """``import``: take an archive (base64) into the node."""
        if what != "import":
            raise ValueError(f"no such operation: {what}")
        if self._started.run is None:
            fail(
                "real-unavailable",
                "images can't be imported on this route",
                remedy="Push them to a registry that the cluster pulls from.",
            )
        self._started.run([*IMPORT, "-"], base64.b64decode(args["archive"]))

    def logs(self) -> str:
        """What the cluster's own programs complained of last."""
        return self._started.logs()

    def healthy(self) -> bool:
        """Whether the cluster answers."""
        with suppress(OSError, Refused):
            return self._started.alive() and self._api.text("GET", "/readyz") == "ok"
        return False

    def close(self) -> None:
        """Nothing: a cluster of ours goes as a whole."""


class Borrowed(Namespaces):
    """Namespaces in a cluster that stays when the run is over."""

    def __init__(
        self, started: Started, pods: bool, programs: str, afterwards: Callable[[list[str]], None]
    ) -> None:
        super().__init__(started, pods, programs)
        # Also when the broker is killed.
        afterwards(["delete", "namespace", "--wait=false", f"--selector={LABEL}={self._run}"])
