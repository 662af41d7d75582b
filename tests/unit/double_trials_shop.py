"""A shop whose tests put doubles in its way, with and without assertions, as source."""

from __future__ import annotations

SHOP = """\
import cloud


def remove(name, namespace="default"):
    done = cloud.run_kubectl(["delete", "pod", name], namespace=namespace, check=True)
    return {"removed": done == 0}


async def notify(client, text):
    reply = await client.post("/notes", json={"text": text, "urgent": False})
    return len(reply)


class Report:
    def __init__(self, store):
        self.store = store

    def write(self, title):
        rows = [row for row in (self.store
                                .rows(title, limit=10))]
        return "; ".join(rows)
"""

CLOUD = """\
def run_kubectl(command, namespace, check):
    raise AssertionError("the real one")
"""

LATE = """\
def greet(send):
    return send("hello")
"""

TESTS = """\
import asyncio
from unittest.mock import AsyncMock, Mock, call, patch

import shop


def test_mock_asserting():
    with patch("cloud.run_kubectl", return_value=0) as run:
        assert shop.remove("web", "prod") == {"removed": True}
    run.assert_called_once_with(["delete", "pod", "web"], namespace="prod", check=True)


def test_mock_bare():
    with patch("cloud.run_kubectl", return_value=0) as run:
        shop.remove("web", "prod")
    assert run.called


def test_fake_asserting(monkeypatch):
    sent = []

    def fake(command, namespace, check):
        sent.append((command, namespace, check))
        return 0

    monkeypatch.setattr("cloud.run_kubectl", fake)
    assert shop.remove("web", "prod")["removed"]
    assert sent == [(["delete", "pod", "web"], "prod", True)]


def test_fake_bare(monkeypatch):
    monkeypatch.setattr("cloud.run_kubectl", lambda command, namespace, check: 0)
    shop.remove("web", "prod")


def test_async_asserting():
    client = AsyncMock()
    client.post.return_value = "done"
    assert asyncio.run(shop.notify(client, "hello")) == 4
    assert client.mock_calls == [call.post("/notes", json={"text": "hello", "urgent": False})]


def test_async_bare():
    client = AsyncMock()
    client.post.return_value = "done"
    asyncio.run(shop.notify(client, "hello"))
    client.post.assert_awaited_once()


def test_object_asserting():
    class Store:
        def rows(self, title, limit):
            assert (title, limit) == ("sales", 10)
            return ["a", "b"]

    assert shop.Report(Store()).write("sales") == "a; b"


def test_object_bare():
    class Store:
        def rows(self, title, limit):
            return ["a", "b"]

    shop.Report(Store()).write("sales")


def test_late():
    import late

    send = Mock()
    late.greet(send)
    send.assert_called_once_with("hello")
"""
