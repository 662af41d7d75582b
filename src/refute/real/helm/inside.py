"""Helm as a library in the test's own process: the package helm-python-sdk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from refute.real.helm.values import HelmFailed, Release

__all__ = ["Inside"]

_SEVERITIES = ("UNKNOWN", "INFO", "WARNING", "ERROR")


@dataclass(frozen=True, slots=True)
class Inside:
    """Calls the package ``library`` with the cluster that ``config`` stands for."""

    library: Any
    config: Any
    namespace: str

    @classmethod
    @contextmanager
    def opened(cls, kubeconfig: str, namespace: str) -> Iterator[Inside]:
        """The library, with a cluster by the text of a kubeconfig, for the time of the block."""
        import helm_python

        settings = {"kubeconfig_content": kubeconfig, "namespace": namespace}
        with helm_python.Config(**settings) as config:
            yield cls(helm_python, config, namespace)

    def lint(self, chart: Path, values: Mapping[str, Any]) -> list[str]:
        """Its remarks, in the form of the program."""
        with self._failures():
            found = self.library.lint(chart, dict(values), namespace=self.namespace)
        messages = found["messages"]
        return [
            f"[{_SEVERITIES[one['severity']]}] {one['path']}: {one['error']}" for one in messages
        ]

    def template(self, name: str, chart: Path, values: Mapping[str, Any]) -> str:
        """See `Helm.template`."""
        with self._failures(), self.library.Chart.load(chart) as loaded:
            made = loaded.render(dict(values), name=name, namespace=self.namespace)
        texts = (f"---\n# Source: {path}\n{text}" for path, text in made.items() if text.strip())
        return "\n".join(text for text in texts if "/NOTES.txt\n" not in text)

    def install(self, name: str, chart: Path, values: Mapping[str, Any], wait: float) -> Release:
        """See `Helm.install`."""
        with self._failures():
            told = self.config.install(chart, name, dict(values), **_patience(wait))
        return self._released(told)

    def upgrade(self, name: str, chart: Path, values: Mapping[str, Any], wait: float) -> Release:
        """See `Helm.upgrade`."""
        with self._failures():
            told = self.config.upgrade(
                chart, name, dict(values), reset_values=True, **_patience(wait)
            )
        return self._released(told)

    def rollback(self, name: str, revision: int, wait: float) -> None:
        """See `Helm.rollback`."""
        with self._failures():
            self.config.rollback(name, version=revision or None, **_patience(wait))

    def uninstall(self, name: str, wait: float) -> None:
        """See `Helm.uninstall`."""
        with self._failures():
            self.config.uninstall(name, **_patience(wait))

    def history(self, name: str) -> list[Release]:
        """See `Helm.history`."""
        with self._failures():
            return [self._released(one) for one in self.config.history(name)]

    def _released(self, told: Mapping[str, Any]) -> Release:
        chart = f"{told['chart_name']}-{told['chart_version']}"
        return Release(told["name"], self.namespace, told["revision"], told["status"], chart)

    @contextmanager
    def _failures(self) -> Iterator[None]:
        try:
            yield
        except self.library.HelmError as error:
            raise HelmFailed(str(error)) from error


def _patience(seconds: float) -> dict[str, Any]:
    return {"wait": "watcher", "timeout": max(1, round(seconds))} if seconds else {}
