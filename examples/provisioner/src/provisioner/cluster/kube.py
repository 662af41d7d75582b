"""The door to a real cluster: Helm for what is in a namespace, the API for the rest."""

from __future__ import annotations

from provisioner.cluster import access, readiness
from provisioner.cluster.helm import Helm
from provisioner.cluster.kubernetes import OWNER, Kubernetes
from provisioner.cluster.port import Health, Readiness, Refused, Release, Unreachable
from provisioner.settings import Settings


class KubeCluster:
    """See `provisioner.cluster.Cluster`."""

    def __init__(self, helm: Helm, api: Kubernetes) -> None:
        self._helm, self._api = helm, api

    @classmethod
    def of(cls, settings: Settings) -> KubeCluster:
        """The cluster that the settings name. Raises NoAccess."""
        found = access.find(settings.kubeconfig)
        helm = Helm(settings.helm, settings.chart, settings.kubeconfig)
        return cls(helm, Kubernetes(found))

    def claim(self, release: Release) -> None:
        """Make the namespace, or see that it is ours."""
        if self._api.namespace(release.namespace) is None:
            self._api.make_namespace(release.namespace, release.owner)
        found = self._api.namespace(release.namespace)
        if found is None:
            raise Unreachable(f"the namespace {release.namespace} has gone again")
        if not _ours(found, release):
            raise Refused(f"the namespace {release.namespace} belongs to somebody else")
        if found["metadata"].get("deletionTimestamp"):
            raise Unreachable(f"the namespace {release.namespace} is being deleted")

    def apply(self, release: Release) -> None:
        """Bring the namespace to what the release says, if it is not there already."""
        status = self._helm.status(release)
        there = self._api.deployment(release.namespace, release.name) is not None
        if there and self._helm.holds(release, status):
            return
        self._helm.apply(release, status)

    def readiness(self, release: Release) -> Readiness:
        """How the deployment does; its pods are asked only while it is not ready."""
        deployment = self._api.deployment(release.namespace, release.name)
        found = readiness.judge(deployment, [])
        if found.health is Health.WAITING:
            found = readiness.judge(deployment, self._api.pods(release.namespace, release.name))
        return found

    def remove(self, release: Release) -> None:
        """Take the release down, if the namespace is there and ours."""
        found = self._api.namespace(release.namespace)
        if found is not None and _ours(found, release):
            self._helm.remove(release)

    def vanished(self, release: Release) -> bool:
        """Delete the namespace, if it is ours; whether it is gone."""
        found = self._api.namespace(release.namespace)
        if found is None or not _ours(found, release):
            return True
        if not found["metadata"].get("deletionTimestamp"):
            self._api.delete_namespace(release.namespace)
        return self._api.namespace(release.namespace) is None

    def close(self) -> None:
        """Close the connections."""
        self._api.close()


def _ours(namespace: dict[str, object], release: Release) -> bool:
    metadata = namespace["metadata"]
    assert isinstance(metadata, dict)
    return bool((metadata.get("labels") or {}).get(OWNER) == release.owner)
