from unittest.mock import MagicMock, Mock, call, create_autospec, patch

import pytest

import orders
from orders import Line, OutOfStock, Stock


class FakeStock:
    """A warehouse in a dict: the behaviour of the real one, without the machine."""

    def __init__(self, **counts):
        self.counts = counts

    def reserve(self, sku, quantity):
        if self.counts.get(sku, 0) < quantity:
            return False
        self.counts[sku] -= quantity
        return True

    def release(self, sku, quantity):
        self.counts[sku] += quantity


# verdict: witness: sums by hand, with and without the free one
@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([Line("tea", 4, 100), Line("mug", 1, 250)], 650),
        ([Line("tea", 5, 100)], 400),
        ([Line("tea", 11, 100)], 900),
    ],
)
def test_subtotal(lines, expected):
    assert orders.subtotal(lines) == expected


# verdict: witness: known codes, an unknown one, none, and the ceiling
@pytest.mark.parametrize(
    ("total", "code", "expected"),
    [(1000, "spring", 100), (1999, "STAFF", 599), (90_000, "STAFF", 5000)],
)
def test_discount(total, code, expected):
    assert orders.discount(total, code) == expected
    assert orders.discount(total, "NOPE") == 0
    assert orders.discount(total, None) == 0


# verdict: witness: a fake with behaviour; what is left in the fake after the order shows release and reserve
def test_order_that_cannot_be_filled_gives_everything_back():
    stock = FakeStock(tea=4, mug=0)
    with pytest.raises(OutOfStock, match="^mug$"):
        orders.place([Line("tea", 3, 100), Line("mug", 1, 250)], stock, "ann@shop.test")
    assert stock.counts == {"tea": 4, "mug": 0}


# verdict: witness: the sum, the rest in the fake, and the whole mail through a strict spy
def test_order_is_priced_and_confirmed():
    stock = FakeStock(tea=10)
    with patch("orders.mailer", autospec=True) as mailer:
        due = orders.place([Line("tea", 6, 199)], stock, "ann@shop.test", "Spring")
    assert due == 896
    assert stock.counts == {"tea": 4}
    mailer.send.assert_called_once_with(
        "ann@shop.test", "Your order of 1 lines", "To pay: 8.96 EUR"
    )


# verdict: witness: answers by a list, and every message to the warehouse in order
def test_second_line_out_of_stock_releases_the_first():
    stock = create_autospec(Stock, instance=True)
    stock.reserve.side_effect = [True, False]
    with pytest.raises(OutOfStock):
        orders.place([Line("tea", 2, 100), Line("mug", 7, 250)], stock, "ann@shop.test")
    assert stock.mock_calls == [
        call.reserve("tea", 2),
        call.reserve("mug", 7),
        call.release("tea", 2),
    ]


# verdict: untouched: the function under test is the one that is replaced; no line of the project runs
# finding: unread-arrangement: arguable: the return value of orders.subtotal is read by the test alone
def test_subtotal_of_an_empty_order():
    with patch("orders.subtotal", return_value=0):
        assert orders.subtotal([]) == 0


# verdict: untouched: it asserts on its own literals
def test_codes_are_percentages():
    codes = {"SPRING": 10, "STAFF": 30}
    assert all(0 < percent < 100 for percent in codes.values())


# verdict: smoke: place runs, and then a constant is asserted
# finding: unread-arrangement: mailer.deliver is configured, and the project calls mailer.send
# finding: lying-double: orders.mailer has an attribute deliver that the real Mailer lacks
# finding: deaf-test: reserve and send receive five places, and none is looked at
def test_order_goes_through():
    with patch("orders.mailer") as mailer:
        mailer.deliver.return_value = True
        orders.place([Line("tea", 1, 100)], MagicMock(), "ann@shop.test", "STAFF")
    assert True


# verdict: prayer: the order has no lines, place raises at once, and the except of the test hides that and all else
# finding: unread-arrangement: stock.reserve is told to return True and is never called
def test_order_reserves_stock():
    stock = Mock()
    stock.reserve.return_value = True
    try:
        orders.place([], stock, "ann@shop.test")
        stock.reserve.assert_called_once_with("tea", 1)
    except Exception:
        pass


# verdict: smoke: it looks at nothing but the type, which any int has; faults that raise are all it sees
# finding: deaf-test: the two doubles receive five places, and none is looked at
def test_order_returns_a_number():
    stock = Mock(**{"reserve.return_value": True})
    with patch.object(orders, "mailer"):
        due = orders.place([Line("tea", 2, 50)], stock, "ann@shop.test")
    assert due == due
