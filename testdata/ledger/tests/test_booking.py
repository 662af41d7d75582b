import psycopg
import pytest

from ledger.booking import balance, book, open_account

OWNER = "6f2c9f4e-5a34-4b7c-9d3a-0d1f9a1d2b3c"


def test_balance_is_the_sum(connection):
    open_account(connection, "rent", OWNER)
    book(connection, "rent", 500)
    book(connection, "rent", -200)
    assert balance(connection, "rent") == 300


def test_nothing_is_booked_at_first(connection):
    open_account(connection, "rent", OWNER)
    assert balance(connection, "rent") == 0


def test_account_has_to_be_there(connection):
    with pytest.raises(LookupError, match="rent"):
        book(connection, "rent", 500)
    open_account(connection, "rent", OWNER)


def test_zero_is_no_entry(connection):
    open_account(connection, "rent", OWNER)
    with pytest.raises(psycopg.errors.CheckViolation):
        book(connection, "rent", 0)
