import asyncio
import os
import types

import pytest

from refute_child.observe.doubles import is_double
from shop import cloud, jobs


class Client:
    def __init__(self, url="u"):
        self.url = url

    def get(self, path, retries=1, **more):
        return {"a": path}

    @staticmethod
    def parse(text):
        return text + "!"

    def items(self, count):
        yield from range(count)

    def __len__(self):
        return 3


class Call:
    def __call__(self, text):
        return text


class Half(cloud.Client):
    def get(self, path):
        return 1


class Session:
    async def commit(self):
        await asyncio.sleep(0)


class Broken(Session):
    async def commit(self):
        try:
            raise KeyError
        except KeyError:
            pass
        await asyncio.sleep(0)
        raise ValueError


def test_function(monkeypatch):
    monkeypatch.setattr(jobs, "run_kubectl", lambda args, namespace: 0)
    assert jobs.delete("a")


def test_set_value(monkeypatch):
    monkeypatch.setattr("shop.cloud.TIMEOUT", 9)
    monkeypatch.setitem(cloud.OPTIONS, "retries", 1)
    monkeypatch.setenv("STAGE", "test")
    monkeypatch.delattr(cloud, "forget")
    monkeypatch.delenv("STAGE")


def test_class(monkeypatch):
    monkeypatch.setattr(jobs, "Client", Client)
    assert jobs.use_client() == {"a": "/a"}


def test_methods(monkeypatch):
    monkeypatch.setattr(cloud.Client, "get", lambda self, path: path)
    monkeypatch.setattr(cloud.Client, "parse", staticmethod(lambda text: "p"))
    client = cloud.Client("u")
    assert jobs.get(client, "/a") == "/a"
    assert jobs.parse(client, "t") == "p"


def test_method_without_names(monkeypatch):
    monkeypatch.setattr(cloud.Client, "get", lambda *args, **kwargs: "v")
    assert jobs.get(cloud.Client("u"), "/a") == "v"


def test_namespace(monkeypatch):
    monkeypatch.setattr(jobs, "cloud", types.SimpleNamespace(run_kubectl=lambda *a, **k: 3))
    assert jobs.delete_wrongly("a") == 3


def test_handed_over():
    client = Client()
    assert jobs.get(client, "/a") == {"a": "/a"}
    assert jobs.parse(client, "t") == "t!"
    assert jobs.items(client) == [0, 1, 2]
    assert jobs.retry(Call()) == "x"
    assert jobs.get(Half("u"), "/a") == 1


def test_spread(monkeypatch):
    def some(first, second=None, *rest, last=1, **more):
        return None

    def all_of_it(*args, **kwargs):
        return None

    monkeypatch.setattr(jobs, "forget", some)
    monkeypatch.setattr(cloud, "forget", all_of_it)
    jobs.spread(some, 2, 3, last=4, other=5)
    jobs.spread(all_of_it, 2, last=4)


def test_coroutines(monkeypatch):
    async def fetch(url):
        await asyncio.sleep(0)
        return "v"

    monkeypatch.setattr(cloud, "fetch", fetch)
    assert asyncio.run(jobs.load(Session())) == "v"
    with pytest.raises(ValueError):
        asyncio.run(jobs.load(Broken()))


def test_raising(monkeypatch):
    def refuse(name):
        try:
            raise KeyError
        except KeyError:
            raise OSError from None

    def catch(name):
        try:
            raise KeyError
        except KeyError:
            return None

    monkeypatch.setattr(jobs, "forget", refuse)
    with pytest.raises(OSError):
        jobs.forget_all(["a"])
    monkeypatch.setattr(cloud, "forget", catch)
    jobs.retry(cloud.forget)


def test_is_double(monkeypatch):
    mock = pytest.importorskip("unittest.mock")
    double = mock.MagicMock()
    spec = mock.create_autospec(cloud.run_kubectl)
    with mock.patch.object(cloud.Client, "get", autospec=True):
        assert is_double(cloud.Client("u").get)
    assert not is_double(cloud.Client("u").get)
    for thing in (double, double.a.b, double(), double.assert_called, spec, mock.AsyncMock()):
        assert is_double(thing)

    def fake():
        pass

    assert not is_double(fake)
    monkeypatch.setattr(cloud, "forget", fake)
    assert is_double(fake)
    monkeypatch.undo()
    assert not is_double(fake)
    with mock.patch.object(jobs, "Client", Client):
        assert is_double(Client)
    assert not is_double(Client)
    assert is_double(Client().get)
    assert is_double(Client().parse)
    assert is_double(Call())
    assert not is_double(Half("u").login)
    for thing in (len, print, os.getcwd, jobs.delete, cloud.Client, "text", None, object()):
        assert not is_double(thing)
    monkeypatch.setattr(jobs, "cloud", types.SimpleNamespace(run=lambda: 3, other=len))
    assert is_double(jobs.cloud.run)
    assert not is_double(jobs.cloud.other)
