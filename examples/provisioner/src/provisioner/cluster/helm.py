"""Helm, driven by its command line; one release at a time, each call whole or made good later."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from provisioner.cluster.port import Refused, Release, Unreachable

_HOPELESS = (
    "don't meet the specifications of the schema",
    "is forbidden",
    "is invalid",
    "cannot be imported into the current release",
    "execution error at",
    "parse error at",
)
"""Words of Helm's that mean: not this time, and not the next."""

_CUT_OFF = frozenset({"pending-install", "pending-upgrade", "pending-rollback"})
_HALF_REMOVED = frozenset({"uninstalling", "uninstalled"})


@dataclass(frozen=True, slots=True)
class Status:
    """What Helm has on record of a release."""

    status: str
    values: dict[str, Any]
    chart_version: str
    revision: int

    def holds(self, values: dict[str, Any], chart_version: str) -> bool:
        """Whether it was put in place whole, with these values, from this chart."""
        return (
            self.status == "deployed"
            and self.values == values
            and self.chart_version == chart_version
        )


class Helm:
    """Helm with one chart. Raises Unreachable or Refused."""

    def __init__(
        self, program: str, chart: Path, kubeconfig: Path | None, timeout: float = 60.0
    ) -> None:
        self._chart, self._timeout = chart, timeout
        self._command = [
            # A helm that outlived its worker would work on while the next one makes good.
            *(("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()),
            program,
            *(("--kubeconfig", str(kubeconfig)) if kubeconfig else ()),
        ]
        self._chart_version: str | None = None

    def status(self, release: Release) -> Status | None:
        """What is on record, or None."""
        done = self._run(release, "status", release.name, "--output", "json")
        if done.returncode and "not found" in done.stderr:
            return None
        said = json.loads(self._checked(done))
        metadata = json.loads(
            self._checked(self._run(release, "get", "metadata", release.name, "--output", "json"))
        )
        return Status(
            status=str(said["info"]["status"]),
            values=dict(said.get("config") or {}),
            chart_version=str(metadata["version"]),
            revision=int(said["version"]),
        )

    def holds(self, release: Release, status: Status | None) -> bool:
        """Whether the release is in place as it shall be, by what is on record."""
        return status is not None and status.holds(release.values, self.chart_version())

    def apply(self, release: Release, status: Status | None) -> None:
        """Install or upgrade; what an earlier call left half done is made good first."""
        if status is not None and status.status in _CUT_OFF:
            # Once more what it was about to do. Taking it down would take the data with it: Helm
            # also calls a release pending whose last word it could not write down.
            again = self._run(release, "rollback", release.name, str(status.revision))
            self._checked(again)
        elif status is not None and status.status in _HALF_REMOVED:
            self.remove(release)
        self._checked(
            self._run(
                release,
                *("upgrade", release.name, str(self._chart), "--install"),
                *("--values", "-", "--history-max", "5", "--disable-openapi-validation"),
                stdin=json.dumps(release.values),
            )
        )

    def remove(self, release: Release) -> None:
        """Take the release down, and wait until what it made is gone."""
        self._checked(
            self._run(
                release,
                *("uninstall", release.name, "--ignore-not-found", "--wait"),
                *("--timeout", f"{self._timeout * 0.8:.0f}s"),
            )
        )

    def chart_version(self) -> str:
        """The version of the chart at hand."""
        if self._chart_version is None:
            said = yaml.safe_load((self._chart / "Chart.yaml").read_text())
            self._chart_version = str(said["version"])
        return self._chart_version

    def _run(
        self, release: Release, *words: str, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        # What the service itself is told (secrets!) is none of Helm's business.
        kept = ("PATH", "HOME", "TMPDIR", "KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT")
        environment = {name: os.environ[name] for name in kept if name in os.environ}
        try:
            return subprocess.run(  # noqa: S603 - no shell, and no word comes from a customer
                [*self._command, *words, "--namespace", release.namespace],
                input=stdin,
                capture_output=True,
                text=True,
                timeout=self._timeout,
                env=environment,
            )
        except subprocess.TimeoutExpired as error:
            raise Unreachable(f"helm {words[0]} took over {self._timeout:g} s") from error
        except OSError as error:
            raise Unreachable(f"helm can't be started: {error}") from error

    def _checked(self, done: subprocess.CompletedProcess[str]) -> str:
        if done.returncode == 0:
            return done.stdout
        lines = [line for line in done.stderr.splitlines() if not line.startswith("WARNING: ")]
        words = "\n".join(lines).strip().removeprefix("Error: ")[-2000:]
        if any(hopeless in words for hopeless in _HOPELESS):
            raise Refused(f"Helm: {words}")
        raise Unreachable(f"Helm: {words}")
