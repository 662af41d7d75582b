"""Kubernetes for tests: a namespace of one's own in a real cluster."""

from __future__ import annotations

from refute.real.kubernetes.api import Refused
from refute.real.kubernetes.cluster import Cluster, local_k8s_cluster
from refute.real.kubernetes.images import Image, build, program

__all__ = ["Cluster", "Image", "Refused", "build", "local_k8s_cluster", "program"]
