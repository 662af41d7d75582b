"""What a namespace has to say when the test that used it has failed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from refute.real.kubernetes.api import Refused
from refute.real.kubernetes.cluster import Cluster
from refute.real.kubernetes.conditions import summary

__all__ = ["Telling"]

_LINES = 10


@dataclass(frozen=True, slots=True)
class Telling:
    """The words of a cluster, in the manner of a lease."""

    cluster: Cluster
    dependency: str = "kubernetes"

    def logs(self) -> str:
        """The state of the pods and their last lines, the events, the cluster's own errors.

        Raises RefuteError if the broker has gone away.
        """
        said: list[str] = []
        with suppress(Refused, OSError):
            for pod in self.cluster.all("pods"):
                name = str(pod["metadata"]["name"])
                said += [f"pod/{name}", *(f"  {line}" for line in summary(pod))]
                said += [f"  | {line}" for line in self._printed(name)]
            for event in self.cluster.events()[-_LINES:]:
                about = event["involvedObject"]
                what = f"{event['reason']}: {event.get('message', '')}"
                said.append(f"{about['kind'].lower()}/{about.get('name', '')} {what}")
        return "\n".join([*said, *self.cluster.lease.logs().splitlines()[-_LINES:]])

    def _printed(self, pod: str) -> list[str]:
        with suppress(Refused, OSError):
            return self.cluster.logs(pod).splitlines()[-_LINES:]
        return []
