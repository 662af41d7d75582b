"""The life of an instance, as a table and as what follows from it."""

from __future__ import annotations

import pytest

from provisioner.domain.status import REQUESTS, TRANSITIONS, Request, Status, allowed, requests_in

_AT_WORK = (
    *(Status.PENDING, Status.PROVISIONING, Status.STOPPING, Status.STARTING),
    *(Status.RESTARTING, Status.UPGRADING, Status.DEPROVISIONING),
)


def reachable(start: Status) -> set[Status]:
    found, front = {start}, [start]
    while front:
        at = front.pop()
        for before, after in TRANSITIONS:
            if before is at and after not in found:
                found.add(after)
                front.append(after)
    return found


def test_every_status_is_reached_from_the_beginning() -> None:
    assert reachable(Status.PENDING) == set(Status)


@pytest.mark.parametrize("status", list(Status))
def test_every_life_can_end(status: Status) -> None:
    assert Status.DEPROVISIONED in reachable(status)


def test_nothing_follows_the_end() -> None:
    assert reachable(Status.DEPROVISIONED) == {Status.DEPROVISIONED}


def test_running_comes_after_work_alone() -> None:
    before = {one for one, after in TRANSITIONS if after is Status.RUNNING}
    assert before == {
        Status.PROVISIONING,
        Status.STARTING,
        Status.RESTARTING,
        Status.UPGRADING,
    }


@pytest.mark.parametrize("status", _AT_WORK)
def test_while_there_is_work_only_the_end_can_be_asked_for(status: Status) -> None:
    wanted = [] if status is Status.DEPROVISIONING else [Request.DEPROVISION]
    assert requests_in(status) == wanted


@pytest.mark.parametrize(
    ("status", "requests"),
    [
        (Status.RUNNING, ["stop", "restart", "upgrade", "deprovision"]),
        (Status.STOPPED, ["start", "deprovision"]),
        (Status.FAILED, ["deprovision"]),
        (Status.DEPROVISIONED, []),
    ],
)
def test_what_can_be_asked_at_rest(status: Status, requests: list[str]) -> None:
    assert requests_in(status) == requests


@pytest.mark.parametrize("request_", list(Request))
def test_each_request_leads_where_only_its_job_leads_on(request_: Request) -> None:
    change = REQUESTS[request_]
    assert all(allowed(before, change.after) for before in change.before)
    assert change.after not in change.before


def test_no_status_follows_itself() -> None:
    assert all(before is not after for before, after in TRANSITIONS)
