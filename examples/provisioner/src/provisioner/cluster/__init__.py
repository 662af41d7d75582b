"""All that is known of Kubernetes: the rest of the service sees `Cluster` alone."""

from __future__ import annotations

from provisioner.cluster.port import Cluster, Health, Readiness, Refused, Release, Unreachable

__all__ = ["Cluster", "Health", "Readiness", "Refused", "Release", "Unreachable"]
