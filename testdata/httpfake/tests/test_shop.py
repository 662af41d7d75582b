import json

import pytest
import responses

import shop


@pytest.fixture
def orders():
    return responses.RequestsMock("v1/orders", 201, b'{"id": 7}').start()


def test_order(orders):
    assert shop.order("cup", 2) == 7
    assert json.loads(orders.calls[0].body)["count"] == 2


def test_order_again(orders):
    shop.order("pot", 1)


def test_refused():
    responses.RequestsMock("v1/orders", 409, b"").start()
    with pytest.raises(RuntimeError, match="refused: 409"):
        shop.order("cup", 2)


def test_cancel():
    responses.RequestsMock("v1/orders/5/cancel", 200, b"").start()
    assert shop.cancel(5)
