import asyncio
from types import SimpleNamespace
from unittest.mock import AsyncMock, Mock, patch

import pytest

from shop import cloud, jobs


def test_signature():
    with patch.object(cloud, "run_kubectl"):
        jobs.delete_wrongly("a")


def test_signature_of_method():
    with patch("shop.cloud.Client") as client:
        jobs.spread(client("u").get, 2, 3, 4)
        jobs.spread(client("u").get, 2)


def test_attribute():
    with patch("shop.cloud.Client"):
        jobs.read_nothing()


def test_attribute_of_module():
    with patch("shop.jobs.cloud") as double:
        jobs.spread(double.run_kubectl, namespace="n")
        jobs.delete_wrongly("a")
        jobs.get(double, "a")


def test_async_given_plain():
    with patch("shop.cloud.fetch", new=Mock(return_value="v")), pytest.raises(TypeError):
        asyncio.run(jobs.load_both())


@pytest.mark.filterwarnings("ignore:coroutine")
def test_plain_given_async():
    with patch("shop.jobs.run_kubectl", AsyncMock()):
        jobs.delete("a")


def test_returns():
    with patch("shop.jobs.run_kubectl", return_value="zero"):
        jobs.delete("a")


def test_returns_optional():
    with patch("shop.cloud.fetch", return_value=3):
        asyncio.run(jobs.load_both())


def test_returns_as_it_should():
    with patch("shop.jobs.run_kubectl", return_value=True):
        jobs.delete("a")
    with patch("shop.cloud.fetch", return_value=None):
        asyncio.run(jobs.load_both())
    with patch("shop.jobs.run_kubectl", return_value=SimpleNamespace(code=0)):
        jobs.delete("a")
    with patch("shop.jobs.run_kubectl") as run:
        run.return_value = Mock()
        jobs.delete("a")


def test_unused():
    with patch("shop.cloud.run_kubectl"):
        jobs.retry(len)


def test_not_unused_behind_a_function():
    with patch.object(cloud.Client, "get", autospec=True):
        client = cloud.Client("http://host")
        assert client.get.call_count == 0


def test_not_unused(monkeypatch):
    with patch("shop.cloud.run_kubectl") as run:
        run.assert_not_called()
    with patch("shop.cloud.TIMEOUT", 3):
        pass
    monkeypatch.setattr(cloud, "run_kubectl", Mock())


def test_handed_on():
    with patch("shop.jobs.forget") as double:
        call = Mock()
        jobs.spread(call, double)
