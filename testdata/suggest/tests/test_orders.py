import asyncio
from unittest.mock import AsyncMock, Mock

import pytest

from shop.orders import send, send_later


def test_sends():
    client = Mock()
    assert send({'id': 7, 'items': ['apple']}, client)


def test_sends_later():
    client = AsyncMock()
    asyncio.run(send_later({'id': 7}, client))


def test_empty_order():
    with pytest.raises(ValueError):
        send({'id': 7, 'items': []}, Mock())
