import asyncio
from unittest.mock import AsyncMock, Mock, create_autospec, patch

import desk
import pytest
from store import RoomStore


# verdict: witness: arguments and result are checked, yet the real `assign` refuses the call
# finding: lying-double: assign takes `reason`, which the real signature does not have
def test_upgrade():
    with patch("desk.STORE") as store:
        assert desk.upgrade(7, "Ada") == 107
    store.assign.assert_called_once_with(107, "Ada", reason="upgrade")


# verdict: witness: the honest counterpart: an autospec refuses as the real one does
def test_upgrade_is_broken():
    with (
        patch("desk.STORE", create_autospec(RoomStore, instance=True)),
        pytest.raises(TypeError, match="reason"),
    ):
        desk.upgrade(7, "Ada")


# verdict: witness: result and call are checked; the attribute is of the mock's own making
# finding: lying-double: `release` is no attribute of the real store
def test_check_out():
    with patch("desk.STORE") as store:
        store.find.return_value = "Ada"
        assert desk.check_out(7) == "Ada"
    store.find.assert_called_once_with(7)
    store.release.assert_called_once_with(7)


# verdict: witness: with the class as its spec the double has only what is there
def test_check_out_is_broken():
    with (
        patch("desk.STORE", Mock(spec=RoomStore)) as store,
        pytest.raises(AttributeError, match="release"),
    ):
        desk.check_out(7)
    store.find.assert_called_once_with(7)


# verdict: witness: the sum is right, the type is not
# finding: lying-double: count returns a str, its annotation says int
def test_occupancy_of_text():
    with patch("desk.STORE") as store:
        store.count.return_value = "12"
        assert desk.occupancy(24) == 50


# verdict: witness: the honest counterpart
def test_occupancy():
    with patch("desk.STORE", autospec=True) as store:
        store.count.return_value = 12
        assert desk.occupancy(24) == 50
        assert desk.occupancy(0) == 0


# verdict: witness: the number is right; in life there is nothing to await
# finding: lying-double: an AsyncMock stands in for tax_of, which is sync
def test_deposit():
    with patch("desk.store.tax_of", AsyncMock(return_value=5.0)) as tax:
        assert asyncio.run(desk.deposit(50)) == 2.5
    tax.assert_awaited_once_with(100.0)


# verdict: witness: the order is right; in life two coroutines cannot be compared
# finding: lying-double: a plain function stands in for rate, which is async
def test_cheapest():
    with patch("desk.store.rate", Mock(side_effect=lambda number: 100 - number)) as rate:
        assert desk.cheapest([3, 9, 5]) == 9
    assert [asked.args for asked in rate.call_args_list] == [(3,), (9,), (5,)]


# verdict: witness: async for async, sync for sync
def test_bill():
    with (
        patch("desk.store.rate", AsyncMock(return_value=100.0)) as rate,
        patch("desk.store.tax_of", Mock(return_value=7.5)) as tax,
    ):
        assert asyncio.run(desk.bill(7, 2)) == 207.5
    rate.assert_awaited_once_with(7)
    tax.assert_called_once_with(200.0)


# verdict: witness: the real store, which needs no double at all
def test_check_in(monkeypatch):
    monkeypatch.setattr(desk, "STORE", RoomStore())
    assert desk.check_in(7, "Ada") is True
    assert desk.check_in(7, "Eve") is False
    assert desk.STORE.rooms == {7: "Ada"}
