from unittest.mock import MagicMock, patch

import pytest


@pytest.fixture(autouse=True)
def guard():
    with patch("shop.jobs.forget") as double:
        yield double


@pytest.fixture(scope="session")
def shared_client():
    client = MagicMock(name="client")
    client.get.return_value = {"a": 1}
    return client


@pytest.fixture
def db():
    double = MagicMock()
    double.never.return_value = 4
    return double
