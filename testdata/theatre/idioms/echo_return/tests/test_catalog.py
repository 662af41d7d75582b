from unittest.mock import Mock, patch

from catalog import Catalog


# verdict: untouched: the test talks to its own mock; no line of the project is executed
# finding: unread-arrangement: the test alone reads what it configured
def test_store_returns_product():
    store = Mock()
    store.fetch.return_value = {"id": 1, "price": 9}
    assert store.fetch(1) == {"id": 1, "price": 9}


# verdict: echo|prayer: the subject is patched, and only its constructor runs
# finding: unread-arrangement: the test alone reads the price that it configured
def test_price_is_what_we_said():
    with patch.object(Catalog, "price", return_value=19.0):
        catalog = Catalog(Mock())
        assert catalog.price("a", 2) == 19.0


# verdict: echo|prayer: the answer asserted on is asked of the double, not of the catalogue
# finding: blind-place: which key is fetched in `refresh`
def test_refresh_loads():
    store = Mock()
    store.fetch.return_value = {"id": "a", "price": 3}
    Catalog(store).refresh(["a"])
    assert store.fetch("a") == {"id": "a", "price": 3}


# verdict: witness: weak as it looks, the mock's value went through the project to come back
# finding: blind-place: the key of store.fetch in `product`
def test_product_comes_from_store():
    store = Mock()
    store.fetch.return_value = {"id": 1, "price": 9}
    assert Catalog(store).product("a") == {"id": 1, "price": 9}


# verdict: witness: the honest counterpart: the price is computed from what the double returned
# finding: blind-place: the key of store.fetch in `product`
def test_price_with_discount():
    store = Mock()
    store.fetch.return_value = {"price": 2.5}
    assert Catalog(store).price("a", 10) == 23.75


# verdict: witness: no discount below ten, and the store is asked once
# finding: blind-place: the key of store.fetch in `product`
def test_price_below_ten_and_cached():
    store = Mock()
    store.fetch.return_value = {"price": 3}
    catalog = Catalog(store)
    assert catalog.price("a", 9) == 27
    assert catalog.price("a") == 3
    assert store.fetch.call_count == 1
    assert catalog.hits == 1


# verdict: echo|prayer: it asserts on the return value that it configured itself
# finding: blind-place: which key is fetched in `refresh`
def test_refresh_value():
    store = Mock()
    store.fetch.return_value = None
    catalog = Catalog(store)
    catalog.refresh(["gone"])
    assert store.fetch.return_value is None
