import psycopg
import pytest

from provisioner.store import NameTaken

pytestmark = pytest.mark.integration


def test_added_is_pending(store):
    store.add("acme", "team")
    assert store.get("acme") == {"name": "acme", "plan": "team", "status": "pending", "detail": ""}


def test_unknown_is_none(store):
    store.add("acme", "team")
    assert store.get("other") is None


def test_name_is_taken_once(store):
    store.add("acme", "team")
    with pytest.raises(NameTaken, match="acme"):
        store.add("acme", "trial")
    assert store.get("acme")["plan"] == "team"


def test_status_changes_one_instance(store):
    store.add("acme", "team")
    store.add("other", "trial")
    assert store.set_status("acme", "failed", "no quota") is True
    assert (store.get("acme")["status"], store.get("acme")["detail"]) == ("failed", "no quota")
    assert store.get("other")["status"] == "pending"


def test_status_of_unknown(store):
    assert store.set_status("acme", "running") is False


def test_status_is_one_of_four(store):
    store.add("acme", "team")
    with pytest.raises(psycopg.errors.CheckViolation):
        store.set_status("acme", "runing")


def test_remove(store):
    store.add("acme", "team")
    assert store.remove("acme") is True
    assert store.get("acme") is None
    assert store.remove("acme") is False


def test_schema_can_be_made_twice(store):
    store.add("acme", "team")
    store.create_schema()
    assert store.get("acme") is not None
