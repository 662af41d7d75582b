"""Helm as a program."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refute.real.helm.values import HelmFailed, Release

__all__ = ["Outside"]


@dataclass(frozen=True, slots=True)
class Outside:
    """Runs ``program``, which finds the cluster and its own files by ``environment``."""

    program: str
    namespace: str
    environment: Mapping[str, str]

    def lint(self, chart: Path, values: Mapping[str, Any]) -> list[str]:
        """Its remarks. That there are errors among them is no failure."""
        done = self._run(["lint", str(chart), "--values", "-"], values)
        lines = (done.stdout + done.stderr).splitlines()
        return [line for line in lines if line.startswith("[")]

    def template(self, name: str, chart: Path, values: Mapping[str, Any]) -> str:
        """See `Helm.template`."""
        return self._said(["template", name, str(chart), "--values", "-"], values)

    def install(self, name: str, chart: Path, values: Mapping[str, Any], wait: float) -> Release:
        """See `Helm.install`."""
        command = ["install", name, str(chart), "--values", "-", "--output", "json"]
        return self._released(self._said([*command, *_patience(wait)], values))

    def upgrade(self, name: str, chart: Path, values: Mapping[str, Any], wait: float) -> Release:
        """See `Helm.upgrade`."""
        command = ["upgrade", name, str(chart), "--reset-values", "--values", "-"]
        words = [*command, "--output", "json", *_patience(wait)]
        return self._released(self._said(words, values))

    def rollback(self, name: str, revision: int, wait: float) -> None:
        """See `Helm.rollback`."""
        self._said(["rollback", name, *([str(revision)] if revision else []), *_patience(wait)])

    def uninstall(self, name: str, wait: float) -> None:
        """See `Helm.uninstall`."""
        self._said(["uninstall", name, *_patience(wait)])

    def history(self, name: str) -> list[Release]:
        """See `Helm.history`."""
        told = json.loads(self._said(["history", name, "--output", "json"]))
        return [
            Release(name, self.namespace, one["revision"], one["status"], one["chart"])
            for one in told
        ]

    def _released(self, text: str) -> Release:
        told = json.loads(text)
        meta = told["chart"]["metadata"]
        chart = f"{meta['name']}-{meta['version']}"
        status = told["info"]["status"]
        return Release(told["name"], self.namespace, told["version"], status, chart)

    def _said(self, words: list[str], values: Mapping[str, Any] | None = None) -> str:
        done = self._run(words, values)
        if done.returncode:
            raise HelmFailed(done.stderr.strip() or done.stdout.strip())
        return done.stdout

    def _run(
        self, words: list[str], values: Mapping[str, Any] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Values go by the standard input: JSON is YAML."""
        return subprocess.run(
            [self.program, *words],
            input=json.dumps(values or {}),
            env=dict(self.environment),
            capture_output=True,
            text=True,
        )


def _patience(seconds: float) -> list[str]:
    return ["--wait", "--timeout", f"{seconds}s"] if seconds else []
