import psycopg
import pytest

from provisioner.store import NameTaken, Store

pytestmark = pytest.mark.integration


def test_create_schema(connect):
    Store("dsn").create_schema()
    connect.return_value.__enter__.return_value.execute.assert_called_once()


def test_add(connect):
    Store("dsn").add("acme", "team")
    connect.assert_called_once()


def test_add_taken(connect):
    connect.return_value.__exit__.return_value = False
    connection = connect.return_value.__enter__.return_value
    connection.execute.side_effect = psycopg.errors.UniqueViolation
    with pytest.raises(NameTaken):
        Store("dsn").add("acme", "team")


def test_get(connect):
    assert Store("dsn").get("acme")["name"] == "acme"


def test_set_status(connect):
    assert Store("dsn").set_status("acme", "running")
    assert connect.called


def test_remove(connect):
    assert Store("dsn").remove("acme") is True
