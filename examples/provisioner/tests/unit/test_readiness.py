"""When a deployment counts as ready, from real answers of the Kubernetes API cut to size."""

from __future__ import annotations

from typing import Any

import pytest

from provisioner.cluster import Health, Readiness
from provisioner.cluster.readiness import judge


def deployment(
    wanted: int = 1, generation: int = 2, observed: int = 2, **status: Any
) -> dict[str, Any]:
    return {
        "metadata": {"generation": generation},
        "spec": {"replicas": wanted},
        "status": {"observedGeneration": observed, **status},
    }


ALL = {"replicas": 1, "updatedReplicas": 1, "availableReplicas": 1}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    state = {"waiting": {"reason": reason, **({"message": message} if message else {})}}
    return {"status": {"containerStatuses": [{"state": state}]}}


def test_ready() -> None:
    assert judge(deployment(**ALL), []) == Readiness(Health.READY)


def test_idle() -> None:
    assert judge(deployment(wanted=0), []) == Readiness(Health.IDLE)


def test_absent() -> None:
    assert judge(None, []).health is Health.ABSENT


@pytest.mark.parametrize("missing", ["replicas", "updatedReplicas", "availableReplicas"])
def test_not_ready_while_something_is_missing(missing: str) -> None:
    status = {key: value for key, value in ALL.items() if key != missing}
    assert judge(deployment(**status), []).health is Health.WAITING


def test_what_is_available_may_be_the_form_before() -> None:
    """The controller has not seen the change yet: all looks well, and none of it is new."""
    found = judge(deployment(observed=1, **ALL), [])
    assert found == Readiness(Health.WAITING, "its newest form has not been taken up")


def test_an_old_pod_is_still_there() -> None:
    status = {"replicas": 2, "updatedReplicas": 1, "availableReplicas": 1}
    found = judge(deployment(**status), [])
    assert found == Readiness(Health.WAITING, "1 of 1 pods are ready")


def test_stopping_is_not_over_while_a_pod_is_there() -> None:
    assert judge(deployment(wanted=0, **ALL), []).health is Health.WAITING


def test_fresh_deployment_has_no_status() -> None:
    fresh = {"metadata": {"generation": 1}, "spec": {}}
    assert judge(fresh, []).health is Health.WAITING


@pytest.mark.parametrize(
    "reason",
    [
        *("InvalidImageName", "ErrImagePull", "ImagePullBackOff", "ErrImageNeverPull"),
        *("CreateContainerConfigError", "CrashLoopBackOff"),
    ],
)
def test_broken_says_why(reason: str) -> None:
    found = judge(deployment(replicas=1), [{"status": {}}, waiting(reason, "in its own words")])
    assert found == Readiness(Health.BROKEN, f"{reason}: in its own words")
    assert judge(deployment(replicas=1), [waiting(reason)]).reason == reason


def test_creating_is_not_broken() -> None:
    pods = [waiting("ContainerCreating"), {}, {"status": {"containerStatuses": [{"state": {}}]}}]
    assert judge(deployment(replicas=1), pods).health is Health.WAITING


def test_broken_pod_does_not_matter_when_none_is_wanted_or_all_is_well() -> None:
    pods = [waiting("CrashLoopBackOff")]
    assert judge(deployment(wanted=0, replicas=1), pods).health is Health.WAITING
    assert judge(deployment(**ALL), pods).health is Health.READY


def test_quota_that_is_used_up_is_told() -> None:
    conditions = [
        {"type": "Progressing", "status": "True", "message": "no"},
        {"type": "ReplicaFailure", "status": "False", "message": "no"},
        {"type": "ReplicaFailure", "status": "True", "message": "exceeded quota"},
    ]
    assert judge(deployment(conditions=conditions), []).reason == "exceeded quota"
