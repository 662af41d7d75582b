import sqlite3
from unittest.mock import MagicMock, patch

import pytest

import customers
from customers import Customers, Unknown


@pytest.fixture
def shop():
    connection = sqlite3.connect(":memory:")
    yield Customers(connection)
    connection.close()


# verdict: witness: written and read back in a real database in memory
def test_customer_can_be_found(shop):
    shop.add("ann", 3)
    number = shop.add(" bob ", 7)
    assert number == 2
    assert shop.find("bob") == (2, 7)


# verdict: witness: both sides of a transfer, the result, a second one that has to fail, and one to nobody
def test_transfer_moves_credit(shop):
    shop.add("ann", 10)
    shop.add("bob", 1)
    assert shop.transfer("ann", "bob", 10) is True
    assert (shop.find("ann")[1], shop.find("bob")[1]) == (0, 11)
    assert shop.transfer("ann", "bob", 1) is False
    with pytest.raises(Unknown, match="^eve$"):
        shop.transfer("bob", "eve", 1)


# verdict: witness: the real constraint and the real rollback
def test_transfer_of_too_much_changes_nothing(shop):
    shop.add("ann", 5)
    shop.add("bob", 1)
    assert shop.transfer("ann", "bob", 6) is False
    assert (shop.find("ann"), shop.find("bob")) == ((1, 5), (2, 1))
    with pytest.raises(ValueError, match="^an amount must be positive$"):
        shop.transfer("ann", "bob", 0)
    assert shop.transfer("ann", "bob", 1) is True
    assert (shop.find("ann"), shop.find("bob")) == ((1, 4), (2, 2))


# verdict: witness: order, limit and wildcards
def test_search(shop):
    for name in ("zoe", "anna", "hanna", "bob%"):
        shop.add(name)
    assert shop.search("ann") == ["anna", "hanna"]
    assert shop.search("%", 2) == ["anna", "bob%"]


# verdict: witness: what is removed can't be found, a second time is False
def test_removed_customer_is_unknown(shop):
    shop.add("ann")
    shop.add("bob")
    assert [shop.remove("ann"), shop.remove("ann")] == [True, False]
    with pytest.raises(Unknown, match="^ann$"):
        shop.find("ann")
    assert shop.search("") == ["bob"]


# verdict: witness: a file, three connections: what was committed is there for the next
def test_database_keeps_customers_in_its_file(tmp_path):
    first = sqlite3.connect(tmp_path / "shop.db")
    assert [Customers(first).add(name, 4) for name in (" ann", "bob")] == [1, 2]
    first.close()
    second = sqlite3.connect(tmp_path / "shop.db")
    shop = Customers(second)
    assert shop.search("") == ["ann", "bob"]
    assert shop.find("ann") == (1, 4)
    assert [shop.remove("bob"), shop.remove("bob")] == [True, False]
    second.close()
    third = sqlite3.connect(tmp_path / "shop.db")
    assert Customers(third).search("") == ["ann"]
    third.close()


# verdict: smoke: it says no more than that some statement was executed, and __init__ does that before
# finding: claim: called a database test, and the connection is a MagicMock
# finding: blind-place: arguable: add's execute: no test with a double sees the statement; those on real SQLite do
def test_database_add():
    connection = MagicMock()
    Customers(connection).add("ann", 3)
    connection.execute.assert_called()


# verdict: faint_witness|witness: rowcount is told, and of the statement nothing
# finding: claim: called a database integration test, and there is no database
# finding: blind-place: arguable: remove's execute: no test with a double sees the statement; those on real SQLite do
def test_database_integration_remove():
    connection = MagicMock()
    connection.execute.return_value.rowcount = 1
    assert Customers(connection).remove("nobody at all") is True


# verdict: smoke: a chain on cursor() is arranged, execute is what the project calls; the result is a mock and never compared
# finding: unread-arrangement: connection.cursor().execute().fetchone() is configured three deep and never called
# finding: blind-place: arguable: find's execute: no test with a double sees the statement; those on real SQLite do
def test_find_row():
    connection = MagicMock()
    connection.cursor.return_value.execute.return_value.fetchone.return_value = (1, 50)
    Customers(connection).find("ann")
    assert connection.cursor.return_value is not None


# verdict: faint_witness: any exception at all will do, also that of a mock in the wrong place
# finding: blind-place: arguable: find's execute: no test with a double sees the statement; those on real SQLite do
def test_transfer_needs_money():
    connection = MagicMock()
    connection.execute.return_value.fetchone.return_value = None
    with pytest.raises(Exception):
        Customers(connection).transfer("ann", "bob", 5)


# verdict: witness|faint_witness: the message of the project's own error is compared; nothing may be asked of the database after it
@pytest.mark.parametrize("amount", [0, -1])
def test_transfer_of_nothing_is_refused(amount):
    connection = MagicMock(spec=sqlite3.Connection)
    shop = Customers(connection)
    connection.reset_mock()
    with pytest.raises(ValueError, match="^an amount must be positive$"):
        shop.transfer("ann", "bob", amount)
    assert connection.mock_calls == []


# verdict: untouched: find is replaced before it is called, and so is __init__; only the mock is asserted
# finding: unread-arrangement: arguable: find's return value is read by the test alone
def test_find_returns_id_and_credit():
    with (
        patch.object(customers.Customers, "__init__", return_value=None),
        patch.object(customers.Customers, "find", return_value=(1, 50)),
    ):
        assert Customers("ignored").find("ann") == (1, 50)
