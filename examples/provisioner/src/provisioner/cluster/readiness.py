"""Whether a deployment is ready, from what the Kubernetes API says of it: pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from provisioner.cluster.port import Health, Readiness

_HOPELESS = frozenset(
    {
        "InvalidImageName",
        "ErrImagePull",
        "ImagePullBackOff",
        "ErrImageNeverPull",
        "CreateContainerConfigError",
        "CrashLoopBackOff",
    }
)
"""Reasons of waiting that seldom end well; the worker gives them its whole patience still."""


def judge(deployment: dict[str, Any] | None, pods: Iterable[dict[str, Any]]) -> Readiness:
    """How a deployment does.

    It counts as ready only when its controller has seen its newest form and all pods are of
    that form and available: until then what is available may be the form before.
    """
    if deployment is None:
        return Readiness(Health.ABSENT, "there is no deployment")
    status = deployment.get("status") or {}
    wanted = deployment["spec"].get("replicas", 1)
    seen = status.get("observedGeneration", 0) >= deployment["metadata"].get("generation", 0)
    have, updated, available = (
        status.get(key, 0) for key in ("replicas", "updatedReplicas", "availableReplicas")
    )
    if seen and wanted == have == updated == available:
        return Readiness(Health.READY if wanted else Health.IDLE)
    trouble = _trouble(pods) if wanted else ""
    if trouble:
        return Readiness(Health.BROKEN, trouble)
    if not seen:
        return Readiness(Health.WAITING, "its newest form has not been taken up")
    return Readiness(Health.WAITING, _refusal(status) or f"{available} of {wanted} pods are ready")


def _trouble(pods: Iterable[dict[str, Any]]) -> str:
    for pod in pods:
        for container in (pod.get("status") or {}).get("containerStatuses") or []:
            waiting = (container.get("state") or {}).get("waiting") or {}
            if waiting.get("reason") in _HOPELESS:
                return ": ".join(
                    part for part in (waiting["reason"], waiting.get("message", "")) if part
                )
    return ""


def _refusal(status: dict[str, Any]) -> str:
    """Why no pod could be made, if that is so: a quota, for one."""
    for condition in status.get("conditions") or []:
        if condition.get("type") == "ReplicaFailure" and condition.get("status") == "True":
            return str(condition.get("message", ""))
    return ""
