"""The door to a cluster whose instances have Matrix rooms: they come and go with the namespace."""

from __future__ import annotations

from provisioner.cluster.homeserver import Homeserver
from provisioner.cluster.kube import KubeCluster
from provisioner.cluster.port import Readiness, Release
from provisioner.settings import Settings


class RoomCluster:
    """See `provisioner.cluster.Cluster`."""

    def __init__(self, inner: KubeCluster, homeserver: Homeserver) -> None:
        self._inner, self._homeserver = inner, homeserver

    def claim(self, release: Release) -> None:
        """Make the namespace, and the account that the room will belong to."""
        self._inner.claim(release)
        room = release.values["matrix"]
        self._homeserver.admit(room["user"], room["password"])

    def apply(self, release: Release) -> None:
        """See `Cluster.apply`; the instance itself makes the room."""
        self._inner.apply(release)

    def readiness(self, release: Release) -> Readiness:
        """See `Cluster.readiness`: who is ready has its room."""
        return self._inner.readiness(release)

    def remove(self, release: Release) -> None:
        """See `Cluster.remove`; what was said stays until all goes."""
        self._inner.remove(release)

    def vanished(self, release: Release) -> bool:
        """Delete the namespace, then the room with all that was said, and the account."""
        gone = self._inner.vanished(release)
        return gone and self._homeserver.forgotten(release.values["matrix"]["user"])

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()
        self._homeserver.close()


def found(settings: Settings) -> KubeCluster | RoomCluster:
    """The cluster that the settings name, with rooms if they name a homeserver. Raises NoAccess."""
    inner = KubeCluster.of(settings)
    if not settings.matrix_url:
        return inner
    token = settings.matrix_token.get_secret_value()
    return RoomCluster(inner, Homeserver(settings.matrix_url, token))
