import asyncio

import pytest

from shop.prices import Basket, labels, quote, total


def test_total_runs():
    total([10, 20], 50)


def test_total_is_something():
    price = total([100], 10)
    assert price is not None


@pytest.mark.parametrize("name", ["a ", "a"])
def test_labels(name):
    assert labels([name, "b"])


def test_basket():
    basket = Basket()
    basket.add("apple", 2)


def test_quote():
    async def check():
        assert await quote([1])

    asyncio.run(check())


@pytest.fixture
def three():
    return [1, 2, 3]


def test_with_fixture(three): total(three)
