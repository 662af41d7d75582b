from unittest.mock import patch

from shop import store


def test_names():
    with patch("shop.store.sqlite3.connect") as connect:
        connect.return_value.execute.return_value.fetchall.return_value = [("tea",)]
        assert store.names("shop.db", 7) == [("tea",)]


def test_forget():
    with patch("shop.store.sqlite3.connect") as connect:
        store.forget("shop.db", 7)
        assert connect.called
