"""A cluster of plain sets, for tests that are about the worker's own promises.

No Helm, no Kubernetes: what was claimed, applied and removed, and errors as a test wants them.
It keeps to what `provisioner.cluster.Cluster` promises, and nothing more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from provisioner.cluster import Health, Readiness, Refused, Release, Unreachable


class PlainCluster:
    """May be shared by threads. ``trouble`` is asked before each call, and may raise."""

    def __init__(self, trouble: Callable[[str], None] = lambda call: None) -> None:
        self.trouble = trouble
        self._lock = threading.Lock()
        self.owners: dict[str, str] = {}
        self.releases: dict[str, Release] = {}

    def running(self, namespace: str) -> bool:
        """Whether pods of an instance run."""
        with self._lock:
            found = self.releases.get(namespace)
            return found is not None and found.values["replicas"] == 1

    def claim(self, release: Release) -> None:
        """See `Cluster`."""
        self.trouble("claim")
        with self._lock:
            if self.owners.setdefault(release.namespace, release.owner) != release.owner:
                raise Refused("the namespace belongs to somebody else")

    def apply(self, release: Release) -> None:
        """See `Cluster`."""
        self.trouble("apply")
        with self._lock:
            if release.namespace not in self.owners:
                raise Unreachable("there is no such namespace")
            self.releases[release.namespace] = release

    def readiness(self, release: Release) -> Readiness:
        """See `Cluster`."""
        self.trouble("readiness")
        with self._lock:
            found = self.releases.get(release.namespace)
            if found is None:
                return Readiness(Health.ABSENT)
            return Readiness(Health.READY if found.values["replicas"] else Health.IDLE)

    def remove(self, release: Release) -> None:
        """See `Cluster`."""
        self.trouble("remove")
        with self._lock:
            self.releases.pop(release.namespace, None)

    def vanished(self, release: Release) -> bool:
        """See `Cluster`."""
        self.trouble("vanished")
        with self._lock:
            self.releases.pop(release.namespace, None)
            self.owners.pop(release.namespace, None)
        return True
