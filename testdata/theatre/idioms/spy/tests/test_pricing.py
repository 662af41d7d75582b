from unittest.mock import Mock

import pricing
import pytest
from pricing import Tariff

SUMMER = [(6, 8, 50), (12, 12, 80)]


# verdict: witness: a spy on the real function: what it was handed and what came of it are checked
def test_quote_asks_for_discount(mocker):
    discount = mocker.spy(pricing, "discount")
    assert pricing.quote(Tariff(100, SUMMER), 7, 6, member=True) == 893
    discount.assert_called_once_with(7, True)
    assert discount.spy_return == 15


# verdict: witness: a real object inside a mock; the mock's record is checked
def test_quote_with_wrapped_tariff():
    tariff = Mock(wraps=Tariff(100, SUMMER))
    assert pricing.quote(tariff, 2, 9) == 200
    tariff.night.assert_called_once_with(9)


# verdict: smoke: the spy is placed and never looked at; neither is the price
def test_quote_spied_and_forgotten(mocker):
    mocker.spy(pricing, "discount")
    pricing.quote(Tariff(100, SUMMER), 7, 6)


# verdict: faint_witness|witness: only that the spy was called
# finding: blind-place: the guest's list is handed an entry that nobody reads
def test_record_called():
    log = Mock(wraps=[])
    pricing.record(log, 100, "Ada")
    log.append.assert_called_once()


# verdict: witness: season limits by value, on the real class
@pytest.mark.parametrize(("month", "price"), [(5, 100), (6, 150), (8, 150), (9, 100), (12, 180)])
def test_night(month, price):
    assert Tariff(100, SUMMER).night(month) == price


# verdict: faint_witness|witness: it is told when the spy is passed by, nothing else
# finding: blind-place: the month that the spy is handed
def test_night_asks_for_surcharge(mocker):
    surcharge = mocker.spy(Tariff, "surcharge")
    Tariff(100, SUMMER).night(7)
    assert surcharge.call_count == 1
