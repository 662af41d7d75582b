"""A suite that is full of mocks, made on demand: what observing doubles costs at the worst.

Nine kinds of test, each written out many times as suites do, with an autouse fixture that
patches. None of them does anything but set mocks up, call a little code, and look.
"""

from __future__ import annotations

from pathlib import Path

_CODE = '''
"""A small shop: what it needs from others comes through three modules."""

import json
import os

from shop import clock, cloud, mail


def price(items, rate):
    total = 0
    for item in items:
        amount = item["price"] * item["count"]
        if item.get("reduced"):
            amount -= amount // 10
        total += amount
    return round(total * (1 + rate), 2)


def order(store, user, items):
    found = store.session().query("user").filter(name=user).first()
    if not found:
        raise LookupError(user)
    total = price(items, 0.19)
    for item in items:
        store.reserve(item["name"], item["count"], note={"user": user})
    number = store.save({"user": user, "total": total, "items": items})
    mail.send(user, "Your order", f"It costs {total}", headers={"X-Number": str(number)})
    return number


def deploy(names, namespace="default"):
    done = []
    for name in names:
        code, out = cloud.kubectl(["apply", "-f", f"{name}.yaml", "-n", namespace], timeout=30)
        if code:
            raise RuntimeError(out)
        done.append((name, clock.now()))
    return done


def report(client, path):
    answer = client.get(f"/reports/{path}", params={"page": 1}, headers=client.headers)
    if answer.status_code >= 400:
        answer.raise_for_status()
    rows = answer.json()["rows"]
    region = os.environ.get("REGION", "eu")
    return json.dumps({"region": region, "rows": [row["id"] for row in rows]})


async def notify(bus, users):
    sent = 0
    for user in users:
        if await bus.publish("news", {"user": user, "text": f"Hello {user}"}):
            sent += 1
    return sent
'''
_OTHERS = {
    "clock": "import time\ndef now() -> float:\n    return time.time()\n",
    "mail": "def send(to, subject, text, headers=None) -> bool:\n    raise OSError('no network')\n",
    "cloud": (
        "class Client:\n    headers = {}\n"
        "    def get(self, path, params=None, headers=None):\n        raise OSError('no network')\n"
        "def kubectl(words, timeout=5) -> tuple:\n    raise OSError('no cluster')\n"
    ),
}
_CONFTEST = """
from unittest.mock import patch
import pytest

@pytest.fixture(autouse=True)
def still():
    with patch("shop.clock.now", return_value=12.5) as now:
        yield now

@pytest.fixture
def items():
    return [{"name": f"n{i}", "price": 10 + i, "count": i, "reduced": i % 2} for i in range(5)]
"""
_HEAD = """
import asyncio, json
from unittest.mock import AsyncMock, MagicMock, Mock, call, create_autospec, patch
import pytest
from shop import cloud, main

class FakeStore:
    def __init__(self):
        self.saved, self.reserved = [], []
    def session(self): return self
    def query(self, kind): return self
    def filter(self, name): return self
    def first(self): return True
    def reserve(self, name, count, note): self.reserved.append((name, count))
    def save(self, order):
        self.saved.append(order)
        return len(self.saved)
"""
_TESTS = """
@patch("shop.mail.send")
def test_order_{n}(send, items):
    store = MagicMock()
    store.save.return_value = {n}
    assert main.order(store, "ann{n}", items) == {n}
    send.assert_called_once()
    assert store.reserve.call_count == 5

@patch("shop.mail.send")
def test_chain_{n}(send, items):
    store = Mock()
    store.session.return_value.query.return_value.filter.return_value.first.return_value = None
    with pytest.raises(LookupError):
        main.order(store, "bob{n}", items)
    store.session().query.assert_called_once_with("user")
    send.assert_not_called()

@patch("shop.cloud.kubectl")
def test_deploy_{n}(kubectl, still):
    kubectl.return_value = (0, "done")
    assert main.deploy(["a{n}", "b", "c"], namespace="n{n}") == [
        ("a{n}", 12.5), ("b", 12.5), ("c", 12.5)]
    assert kubectl.call_args_list[0] == call(
        ["apply", "-f", "a{n}.yaml", "-n", "n{n}"], timeout=30)
    assert still.call_count == 3

def test_refused_{n}():
    with patch.object(cloud, "kubectl", side_effect=[(0, ""), (1, "no such thing {n}")]):
        with pytest.raises(RuntimeError):
            main.deploy(["a", "b", "c"])

def test_report_{n}():
    client = create_autospec(cloud.Client, instance=True)
    client.get.return_value.status_code = 200
    client.get.return_value.json.return_value = {{"rows": [{{"id": {n}}}, {{"id": 2}}]}}
    assert json.loads(main.report(client, "p{n}"))["rows"] == [{n}, 2]
    client.get.assert_called_once()

def test_plain_{n}(monkeypatch, items):
    sent = []
    monkeypatch.setattr("shop.mail.send", lambda to, *rest, headers=None: sent.append(to))
    assert main.order(FakeStore(), "eve{n}", items) == 1
    assert sent == ["eve{n}"]

def test_environment_{n}(monkeypatch):
    monkeypatch.setenv("REGION", "us-{n}")
    client = Mock(headers={{}})
    client.get.return_value.status_code = 200
    client.get.return_value.json.return_value = {{"rows": []}}
    assert json.loads(main.report(client, "q"))["region"] == "us-{n}"

def test_notify_{n}():
    bus = AsyncMock()
    bus.publish.side_effect = [True, False, True]
    assert asyncio.run(main.notify(bus, ["a{n}", "b", "c"])) == 2
    bus.publish.assert_awaited_with("news", {{"user": "c", "text": "Hello c"}})

def test_many_{n}():
    with patch("shop.cloud.kubectl", return_value=(0, "ok")) as kubectl:
        assert len(main.deploy([f"a{{i}}" for i in range(40)])) == 40
    assert kubectl.call_count == 40
"""


def make(folder: Path, files: int = 8, each: int = 6) -> None:
    """Write the project into an empty folder: ``files`` test files of 9 times ``each`` tests."""
    package, tests = folder / "shop", folder / "tests"
    package.mkdir(parents=True)
    tests.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n", encoding="utf-8")
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "main.py").write_text(_CODE.lstrip(), encoding="utf-8")
    for name, code in _OTHERS.items():
        (package / f"{name}.py").write_text(code, encoding="utf-8")
    (tests / "conftest.py").write_text(_CONFTEST.lstrip(), encoding="utf-8")
    for number in range(files):
        cases = "".join(_TESTS.format(n=number * each + index) for index in range(each))
        (tests / f"test_{number}.py").write_text(_HEAD.lstrip() + cases, encoding="utf-8")
