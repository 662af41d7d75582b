"""Releases of a chart in the namespace of a test, by the helm program or by Helm as a library."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from refute.real.helm.inside import Inside
from refute.real.helm.outside import Outside
from refute.real.helm.programs import in_cache, routes
from refute.real.helm.values import HelmFailed, Release
from refute.real.kubernetes import Cluster
from refute.real.routes import choose

__all__ = ["Helm", "HelmFailed", "Release", "helm"]

Values = Mapping[str, Any]
"""Values for a chart, as nested mappings."""


class _Way(Protocol):
    """What program and library have in common."""

    def lint(self, chart: Path, values: Values) -> list[str]: ...

    def template(self, name: str, chart: Path, values: Values) -> str: ...

    def install(self, name: str, chart: Path, values: Values, wait: float) -> Release: ...

    def upgrade(self, name: str, chart: Path, values: Values, wait: float) -> Release: ...

    def rollback(self, name: str, revision: int, wait: float) -> None: ...

    def uninstall(self, name: str, wait: float) -> None: ...

    def history(self, name: str) -> list[Release]: ...


@dataclass(frozen=True, slots=True)
class Helm:
    """Helm on one namespace. Methods raise HelmFailed with Helm's words.

    ``timeout`` is how long Helm waits, in seconds, until what was installed is ready; 0: it
    does not wait.
    """

    namespace: str
    #: The route that was taken.
    route: str
    _way: _Way

    def lint(self, chart: Path, values: Values | None = None) -> list[str]:
        """What Helm finds wrong with a chart, a line each, beginning with ``[ERROR]`` and so on.

        What is only recommended (``[INFO]``) is left out.
        """
        found = self._way.lint(chart, values or {})
        return [line for line in found if not line.startswith("[INFO]")]

    def template(self, chart: Path, values: Values | None = None, name: str = "release") -> str:
        """The manifests as YAML, rendered without asking the cluster."""
        return self._way.template(name, chart, values or {})

    def install(
        self, name: str, chart: Path, values: Values | None = None, timeout: float = 60.0
    ) -> Release:
        """Install a chart as the first revision of a release."""
        return self._way.install(name, chart, values or {}, timeout)

    def upgrade(
        self, name: str, chart: Path, values: Values | None = None, timeout: float = 60.0
    ) -> Release:
        """Another revision of a release, with these values and no older ones."""
        return self._way.upgrade(name, chart, values or {}, timeout)

    def rollback(self, name: str, revision: int = 0, timeout: float = 60.0) -> Release:
        """Another revision that is like an older one; 0: like the one before the current."""
        self._way.rollback(name, revision, timeout)
        return self.history(name)[-1]

    def uninstall(self, name: str, timeout: float = 60.0) -> None:
        """Remove a release and all that it made."""
        self._way.uninstall(name, timeout)

    def history(self, name: str) -> list[Release]:
        """All revisions of a release, oldest first."""
        return sorted(self._way.history(name), key=lambda one: one.revision)


@contextmanager
def helm(cluster: Cluster, route: str | None = None) -> Iterator[Helm]:
    """Helm on the namespace of a test; what the user has configured for Helm is not touched.

    ``route`` insists on ``path``, ``installed`` or ``in-process``. Raises RefuteError
    ``real-unavailable``.
    """
    chosen = choose("helm", routes(), route).name
    if chosen == "in-process":
        with Inside.opened(cluster.kubeconfig, cluster.namespace) as library:
            yield Helm(cluster.namespace, chosen, library)
        return
    program = in_cache() if chosen == "installed" else shutil.which("helm")
    with tempfile.TemporaryDirectory(prefix="refute-helm-") as folder:
        homes = {f"HELM_{kind}_HOME": f"{folder}/{kind}" for kind in ("CACHE", "CONFIG", "DATA")}
        outside = Outside(str(program), cluster.namespace, {**cluster.environment, **homes})
        yield Helm(cluster.namespace, chosen, outside)
