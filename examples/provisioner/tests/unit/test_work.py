"""What a job comes to, and how long it waits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from provisioner.cluster.values import Place
from provisioner.domain.status import Status
from provisioner.models import Instance, Subscription
from provisioner.worker.plans import PLANS, Act, Record
from provisioner.worker.queue import Claim, pause
from provisioner.worker.work import expected, work

ID, MARK = UUID(int=1), UUID(int=2)
PLACE = Place("example/room", "rooms.test")


def claim(kind: str, **changes: Any) -> Claim:
    return replace(Claim(1, ID, kind, ID, ID, 0, False, 0, 0.0, ""), **changes)


def instance(status: str, tier: str | None = "free", version: str | None = "1.0") -> Instance:
    return Instance(
        id=ID,
        namespace=f"room-{ID}",
        status=status,
        tier=tier,
        version=version,
        wanted_version="2.0",
        restart_mark=MARK,
    )


BOUGHT = Subscription(tier="professional", status="active")


def shape(kind: str, status: str, **changes: Any) -> tuple[str, str, int]:
    """Tier, version, replicas."""
    values = work(claim(kind, **changes), instance(status), BOUGHT, PLACE).release.values
    return values["tier"], values["image"]["tag"], values["replicas"]


@pytest.mark.parametrize(
    ("kind", "status", "wanted"),
    [
        ("upgrade", "upgrading", ("professional", "2.0", 1)),
        ("restart", "restarting", ("free", "1.0", 1)),
        ("start", "starting", ("free", "1.0", 1)),
        ("stop", "stopping", ("free", "1.0", 0)),
    ],
)
def test_only_an_upgrade_changes_what_runs(
    kind: str, status: str, wanted: tuple[str, str, int]
) -> None:
    assert shape(kind, status) == wanted


def test_making_good_after_an_upgrade_is_what_ran() -> None:
    assert shape("upgrade", "upgrading", amending=True) == ("free", "1.0", 1)


@pytest.mark.parametrize("amending", [False, True])
def test_new_instance_is_what_was_bought(amending: bool) -> None:
    fresh = instance("provisioning", None, None)
    made = work(claim("provision", amending=amending), fresh, BOUGHT, PLACE)
    assert (made.wanted.tier, made.wanted.version) == ("professional", "2.0")
    assert made.release.values["restartMark"] == str(MARK)
    assert made.release.owner == str(ID)
    assert made.during is Status.PROVISIONING


def test_release_has_an_address_of_its_own() -> None:
    made = work(claim("start"), instance("starting"), BOUGHT, PLACE).release
    assert (made.namespace, made.values["host"]) == (f"room-{ID}", f"room-{ID}.rooms.test")
    assert made.values["image"]["repository"] == "example/room"


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [
        ("stop", {"stopping"}),
        ("start", {"starting"}),
        ("restart", {"restarting"}),
        ("upgrade", {"upgrading"}),
        ("deprovision", {"deprovisioning"}),
    ],
)
def test_job_is_for_one_status(kind: str, statuses: set[str]) -> None:
    assert expected(claim(kind)) == statuses


def test_provisioning_begins_as_pending_and_does_not_go_back() -> None:
    assert expected(claim("provision")) == {"pending", "provisioning"}
    assert expected(claim("provision", step=1)) == {"provisioning"}
    # Making good may begin before anything has.
    assert expected(claim("provision", step=1, amending=True)) == {"pending", "provisioning"}


def test_pauses_double_up_to_a_limit() -> None:
    assert [pause(number) for number in range(5)] == [1, 2, 4, 8, 16]
    assert pause(2, first=0.5) == 2
    assert pause(9) == 300
    assert pause(10**6) == 300
    assert pause(3, longest=5) == 5


@pytest.mark.parametrize("kind", list(PLANS))
def test_plans_end_in_the_database(kind: str) -> None:
    """What was done in the cluster is written down last, and once."""
    for steps in (PLANS[kind].steps, PLANS[kind].amends):
        assert not steps or isinstance(steps[-1], Record)
        names = [step.name for step in steps]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", ["provision", "start", "restart", "upgrade"])
def test_running_is_said_right_after_it_was_seen(kind: str) -> None:
    names = [step.name for step in PLANS[kind].steps]
    assert names[-2:] == ["ready", "running"]
    assert isinstance(PLANS[kind].steps[-2], Act)
