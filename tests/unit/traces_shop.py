"""A shop, and the tests under which its mutants are traced, as source."""

from __future__ import annotations

SHOP = """\
import asyncio
import subprocess
import time
import uuid
from datetime import datetime, timedelta

import cloud


def remove(name, namespace="default"):
    cloud.log("removing", name)
    done = cloud.run_kubectl(["delete", "pod", name], namespace=namespace, check=True)
    cloud.log("removed", name)
    return {"removed": done == 0, "name": name}


class Order:
    def __init__(self, item, count):
        self.item = item
        self.count = count + 0


def order(repository, item):
    made = Order(item, 2)
    repository.save(made)
    return True


def close(session, user):
    user.status = "closed"
    session.commit()
    session.refresh(user)


def expire(store, days):
    store.put("key", until=datetime.now() + timedelta(days=days), at=int(time.time()))
    store.put(str(uuid.uuid4()), note=f"of {datetime.now().isoformat()}: kept")


def touch(path, name):
    subprocess.run(["true", str(path / name)], check=False)


def sign(client, password):
    client.login("admin", password=password + "")


async def notify(client, text):
    reply = await client.post("/notes", json={"text": text, "urgent": False})
    return len(reply)


async def notify_all(client, texts):
    return await asyncio.gather(*(notify(client, text) for text in texts))


def plenty(sink):
    sink(list(range(30)) + ["last"])


def names(rows):
    for row in rows:
        yield row.strip()


def price(amount):
    if amount < 0:
        raise ValueError(f"negative: {amount}")
    return internal(amount) + 1 - 1


def internal(amount):
    return round(amount * 3, 2)


def each(rows, tell):
    for row in rows:
        tell(row, last=row == "x")


def unsteady(sink):
    sink(uuid.uuid4().hex, "steady")


def threaded(sink):
    return asyncio.run(_threaded(sink))


async def _threaded(sink):
    return await asyncio.to_thread(sink, "from a thread")


class Refused(Exception):
    def __init__(self, order):
        super().__init__()
        self.order = order


def refuse(order, other):
    raise Refused(order)


BASE = None


def use(base):
    global BASE
    BASE = base


def fetch(client, name):
    client.get(f"{BASE}/{name}")
    return len(name) + 0
"""

TESTS = """\
import asyncio
from unittest.mock import AsyncMock, MagicMock, Mock, patch

import pytest

import shop


def test_remove():
    with patch("cloud.run_kubectl", return_value=0) as run, patch("cloud.log"):
        shop.remove("web", "prod")
    assert run.called


def test_remove_fake(monkeypatch):
    monkeypatch.setattr("cloud.run_kubectl", lambda command, namespace, check: 0)
    monkeypatch.setattr("cloud.log", lambda *words: None)
    shop.remove("web", "prod")


def test_order():
    class Repository:
        def save(self, order):
            self.order = order

    assert shop.order(Repository(), "tea")


def test_close():
    shop.close(MagicMock(name="session"), MagicMock(name="user"))


def test_expire():
    shop.expire(Mock(name="store"), 30)


def test_touch(tmp_path):
    shop.touch(tmp_path, "flag")


def test_sign():
    shop.sign(Mock(name="client"), "hunter2-and-more")


def test_notify():
    client = AsyncMock(name="client")
    client.post.return_value = "done"
    asyncio.run(shop.notify(client, "hello"))


def test_notify_all():
    client = AsyncMock(name="client")
    client.post.return_value = "done"
    assert asyncio.run(shop.notify_all(client, ["a", "b"]))


def test_plenty():
    shop.plenty(Mock(name="sink"))


def test_names():
    assert len(list(shop.names([" a ", " b "]))) == 2


def test_price():
    assert shop.price(2)


def test_price_negative():
    with pytest.raises(ValueError):
        shop.price(-1)


def test_each():
    def tell(row, last):
        assert row

    shop.each(["a", "b"], tell)


def test_unsteady():
    shop.unsteady(Mock(name="sink"))


def test_threaded():
    shop.threaded(Mock(name="sink", return_value=1))


def test_refuse():
    with pytest.raises(shop.Refused):
        shop.refuse("one", "two")


def test_fetch():
    shop.fetch(Mock(name="client"), "index")


def test_use():
    shop.use("mirror")
"""

CLOUD = """\
def run_kubectl(command, namespace, check):
    raise AssertionError("the real one")


def log(*words):
    raise AssertionError("the real one")
"""
