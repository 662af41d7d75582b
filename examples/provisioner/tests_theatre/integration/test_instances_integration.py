"""Integration: a request of a customer becomes a change in the database and a job."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError

from factories import ACCOUNT_ID, INSTANCE_ID, NOW, SUBSCRIPTION_ID, make_instance
from provisioner.domain import instances
from provisioner.domain.problems import Problem
from provisioner.domain.status import Request, Status

pytestmark = pytest.mark.integration


@pytest.fixture
def audit():
    with patch("provisioner.domain.instances.audit") as mock:
        yield mock


@pytest.fixture
def enqueue():
    with patch("provisioner.domain.instances._enqueue") as mock:
        yield mock


@pytest.fixture
def available():
    with patch("provisioner.domain.instances.available", return_value="1.0.0") as mock:
        yield mock


def integrity_error(constraint):
    error = IntegrityError("INSERT", {}, Exception("duplicate key"))
    patcher = patch("provisioner.domain.problems.constraint", return_value=constraint)
    return error, patcher


def test_create_instance(session, subscription, instance, audit, enqueue, available):
    session.get.return_value = subscription
    session.scalars.return_value.one.return_value = instance
    made = instances.create(session, ACCOUNT_ID, SUBSCRIPTION_ID, "mine", None)
    assert made is instance
    enqueue.assert_called_once_with(session, "provision", instance.id, ACCOUNT_ID)
    audit.note.assert_called_once()


def test_create_instance_without_subscription(session):
    session.get.return_value = None
    with pytest.raises(Problem) as caught:
        instances.create(session, ACCOUNT_ID, SUBSCRIPTION_ID, "mine", None)
    assert caught.value.status == 404


def test_create_instance_that_is_not_paid(session, subscription):
    subscription.status = "past_due"
    session.get.return_value = subscription
    with pytest.raises(Problem) as caught:
        instances.create(session, ACCOUNT_ID, SUBSCRIPTION_ID, "mine", None)
    assert caught.value.slug == "not-paid"


@pytest.mark.parametrize(
    ("constraint", "slug"),
    [
        ("instances_one_active", "one-instance"),
        ("instances_name_unique", "name-taken"),
        ("instances_name", "bad-name"),
    ],
)
def test_create_instance_breaks_a_constraint(
    session, subscription, audit, enqueue, available, constraint, slug
):
    session.get.return_value = subscription
    error, patcher = integrity_error(constraint)
    session.scalars.side_effect = error
    with patcher, pytest.raises(Problem) as caught:
        instances.create(session, ACCOUNT_ID, SUBSCRIPTION_ID, "mine", None)
    assert caught.value.slug == slug
    enqueue.assert_not_called()


def test_create_instance_with_an_unknown_constraint(session, subscription, available):
    session.get.return_value = subscription
    error, patcher = integrity_error("something_else")
    session.scalars.side_effect = error
    with patcher, pytest.raises(IntegrityError):
        instances.create(session, ACCOUNT_ID, SUBSCRIPTION_ID, "mine", None)


def test_create_instance_against_policy(session, subscription, available):
    session.get.return_value = subscription
    session.scalars.side_effect = ProgrammingError("INSERT", {}, Exception("policy"))
    with patch("provisioner.domain.problems.sqlstate", return_value="42501"):
        with pytest.raises(Problem) as caught:
            instances.create(session, ACCOUNT_ID, SUBSCRIPTION_ID, "mine", None)
    assert caught.value.slug == "not-allowed"


def test_create_instance_with_a_broken_query(session, subscription, available):
    session.get.return_value = subscription
    session.scalars.side_effect = ProgrammingError("INSERT", {}, Exception("syntax"))
    with patch("provisioner.domain.problems.sqlstate", return_value="42601"):
        with pytest.raises(ProgrammingError):
            instances.create(session, ACCOUNT_ID, SUBSCRIPTION_ID, "mine", None)


@pytest.mark.parametrize("request_", [Request.START, Request.STOP, Request.DEPROVISION])
def test_ask(session, instance, audit, enqueue, request_):
    session.scalars.return_value.one_or_none.return_value = instance
    found = instances.ask(session, ACCOUNT_ID, INSTANCE_ID, request_)
    assert found is instance
    enqueue.assert_called_once()
    audit.note.assert_called_once()


def test_restart_sets_a_mark(session, instance, audit, enqueue):
    session.scalars.return_value.one_or_none.return_value = instance
    with patch("provisioner.domain.instances.uuid4") as uuid4:
        uuid4.return_value = INSTANCE_ID
        instances.ask(session, ACCOUNT_ID, INSTANCE_ID, Request.RESTART)
    uuid4.assert_called_once_with()


def test_upgrade(session, instance, audit, enqueue, available):
    session.scalars.return_value.one_or_none.return_value = instance
    with patch("provisioner.domain.instances._must_be_paid") as must_be_paid:
        instances.ask(session, ACCOUNT_ID, INSTANCE_ID, Request.UPGRADE, "1.1.0")
    must_be_paid.assert_called_once()
    available.assert_called_once()


def test_upgrade_that_is_not_paid(session):
    session.scalars.return_value.one_or_none.return_value = "past_due"
    with pytest.raises(Problem) as caught:
        instances.ask(session, ACCOUNT_ID, INSTANCE_ID, Request.UPGRADE)
    assert caught.value.status == 402


def test_ask_for_an_instance_that_does_not_exist(session):
    session.scalars.return_value.one_or_none.return_value = None
    with pytest.raises(Problem) as caught:
        instances.ask(session, ACCOUNT_ID, INSTANCE_ID, Request.START)
    assert caught.value.slug == "not-found"


def test_ask_at_the_wrong_time(session):
    session.scalars.return_value.one_or_none.side_effect = [None, "stopped"]
    with pytest.raises(Problem) as caught:
        instances.ask(session, ACCOUNT_ID, INSTANCE_ID, Request.STOP)
    assert caught.value.slug == "not-now"
    assert "stopped" in caught.value.detail


def test_take_down(session, audit, enqueue):
    session.execute.return_value = [(INSTANCE_ID, ACCOUNT_ID)]
    instances.take_down(session, SUBSCRIPTION_ID)
    enqueue.assert_called_once_with(session, Request.DEPROVISION, INSTANCE_ID, ACCOUNT_ID)


def test_available_version(session):
    session.scalars.return_value.one_or_none.return_value = "1.2.0"
    assert instances.available(session, "1.2.0") == "1.2.0"


def test_newest_version(session):
    session.scalars.return_value.one_or_none.return_value = "1.3.0"
    assert instances.available(session, None) == "1.3.0"


def test_no_such_version(session):
    session.scalars.return_value.one_or_none.return_value = None
    with pytest.raises(Problem) as caught:
        instances.available(session, "9.9.9")
    assert caught.value.slug == "no-such-version"


def test_enqueue(session):
    instances._enqueue(session, "provision", INSTANCE_ID, ACCOUNT_ID)
    session.execute.assert_called_once()


class TestApi:
    """The same by HTTP."""

    def test_create(self, client, instance):
        with patch("provisioner.api.routes.instances.instances.create") as create:
            create.return_value = make_instance(status="pending", tier=None, version=None)
            answer = client.post(
                "/v1/instances", json={"subscription": str(SUBSCRIPTION_ID), "name": "mine"}
            )
        assert answer.status_code == 202
        assert answer.json()["status"] == "pending"
        create.assert_called_once()

    def test_list(self, client, session, instance):
        session.scalars.return_value = [instance]
        answer = client.get("/v1/instances")
        assert answer.status_code == 200
        assert len(answer.json()) == 1

    def test_list_with_those_that_are_gone(self, client, session):
        session.scalars.return_value = [make_instance(status="deprovisioned")]
        answer = client.get("/v1/instances?gone=true")
        assert answer.json()[0]["status"] == "deprovisioned"

    def test_get(self, client, session, instance):
        session.get.return_value = instance
        answer = client.get(f"/v1/instances/{INSTANCE_ID}")
        assert answer.status_code == 200
        assert answer.json()["name"] == "mine"
        assert answer.json()["status"] == "running"

    def test_get_not_found(self, client, session):
        session.get.return_value = None
        assert client.get(f"/v1/instances/{INSTANCE_ID}").status_code == 404

    def test_events(self, client, session, instance):
        session.get.return_value = instance
        event = {"before": None, "after": "pending", "at": NOW}
        session.scalars.return_value = [type("Event", (), event)()]
        answer = client.get(f"/v1/instances/{INSTANCE_ID}/events")
        assert answer.json()[0]["after"] == "pending"

    def test_events_not_found(self, client, session):
        session.get.return_value = None
        assert client.get(f"/v1/instances/{INSTANCE_ID}/events").status_code == 404

    @pytest.mark.parametrize("verb", ["start", "stop", "restart"])
    def test_requests(self, client, verb):
        with patch("provisioner.api.routes.instances.instances.ask") as ask:
            ask.return_value = make_instance(status=Status.STARTING)
            answer = client.post(f"/v1/instances/{INSTANCE_ID}/{verb}")
        assert answer.status_code == 202
        ask.assert_called_once()

    def test_upgrade(self, client):
        with patch("provisioner.api.routes.instances.instances.ask") as ask:
            ask.return_value = make_instance(status="upgrading")
            answer = client.post(f"/v1/instances/{INSTANCE_ID}/upgrade", json={"version": "1.1.0"})
        assert answer.json()["status"] == "upgrading"

    def test_deprovision(self, client):
        with patch("provisioner.api.routes.instances.instances.ask") as ask:
            ask.return_value = make_instance(status="deprovisioning")
            answer = client.delete(f"/v1/instances/{INSTANCE_ID}")
        assert answer.status_code == 202
        assert answer.json()["status"] == "deprovisioning"
