import asyncio
import copy
import os
import unittest
from unittest import mock
from unittest.mock import AsyncMock, MagicMock, Mock, PropertyMock, create_autospec, patch

import pytest

from shop import cloud, jobs

MADE_EARLY = Mock(name="early")


@patch("shop.jobs.run_kubectl", return_value=0)
def test_decorator(run):
    assert jobs.delete("a")
    run.assert_called_once_with(["delete", "pod", "a"], namespace="default")
    assert run.call_args.args[0][1] == "pod"
    assert run.method_calls == []


def test_context_manager():
    with patch.object(cloud, "run_kubectl") as run:
        run.return_value = 1
        assert cloud.run_kubectl([]) == 1
        assert run.call_count == 1


@patch("shop.jobs.run_kubectl")
class TestClass:
    def test_in_class(self, run):
        jobs.delete("a")

    def test_idle_in_class(self, run):
        pass


@patch("shop.jobs.run_kubectl", return_value={})
class TestNet:
    def test_under_a_net(self, run):
        assert len(run.mock_calls) == 0

    def test_arranges_itself(self, run):
        run.return_value = 3


class TestCase(unittest.TestCase):
    def setUp(self):
        patcher = patch("shop.jobs.run_kubectl")
        self.run_kubectl = patcher.start()
        self.addCleanup(patcher.stop)

    def test_started(self):
        jobs.delete("a")


def test_multiple():
    with patch.multiple("shop.jobs", run_kubectl=mock.DEFAULT, Client=mock.DEFAULT) as made:
        jobs.delete("a")
        made["Client"].assert_not_called()


@patch.dict(os.environ, {"STAGE": "test"})
def test_dict():
    with patch.dict("shop.cloud.OPTIONS", {"retries": 1}):
        pass
    with patch.dict(cloud.OPTIONS, {"more": "yes"}):
        pass


def test_chain(db):
    db.execute.return_value.first.return_value.name = "n"
    db.query.return_value.all.return_value = [1]
    db.close.side_effect = OSError("gone")
    assert jobs.first(db, 1) == "n"
    assert jobs.first(db, 2) == "n"


def test_returned_by_side_effect():
    row = Mock()
    row.name = "n"
    result = Mock()
    result.first.return_value = row
    db = Mock()
    db.execute.side_effect = [result, result, result]
    assert jobs.first(db, 1) == "n"


def test_context():
    factory = MagicMock()
    jobs.write(factory)


def test_async():
    session = AsyncMock()
    with patch("shop.cloud.fetch", return_value="v"):
        assert asyncio.run(jobs.load(session)) == "v"
    session.commit.assert_awaited_once()
    with patch("shop.cloud.fetch", side_effect=ValueError("x")):
        with pytest.raises(ValueError):
            asyncio.run(jobs.load(session))


def test_gathered():
    with patch("shop.cloud.fetch", return_value=None):
        assert asyncio.run(jobs.load_both()) == [None, None]


def test_in_thread():
    with patch("shop.cloud.run_kubectl") as run:
        asyncio.run(jobs.in_thread())
        run.assert_called_once()


def test_autospec():
    with patch("shop.jobs.Client", autospec=True) as client:
        client.return_value.get.return_value = {"z": 1}
        assert jobs.use_client() == {"z": 1}
    with patch("shop.jobs.run_kubectl", autospec=True) as run:
        jobs.delete("a")
        run.assert_called_once()
    made = create_autospec(cloud.run_kubectl, return_value=3)
    assert jobs.spread(made) == 3


def test_autospec_method():
    client = cloud.Client("u")
    with patch.object(cloud.Client, "get", autospec=True):
        jobs.get(client, "/a")
    with patch.object(cloud.Client, "get"):
        jobs.get(client, "/a")


def test_spec():
    client = Mock(spec=cloud.Client)
    jobs.get(client, "/a")


def test_raises():
    call = Mock(side_effect=[OSError("a"), 2, 3, 4])
    assert jobs.retry(call) == 2


def test_property():
    service = MagicMock()
    type(service).limit = PropertyMock(return_value=1)
    assert jobs.read_limit(service) == 1


class CopyingMock(MagicMock):
    def __call__(self, /, *args, **kwargs):
        return super().__call__(*copy.deepcopy(args), **copy.deepcopy(kwargs))


def test_copying():
    call = CopyingMock(return_value=1)
    assert jobs.retry(call) == 1


def test_early():
    jobs.retry(MADE_EARLY)


def test_shared(shared_client):
    assert jobs.get(shared_client, "/a") == {"a": 1}


def test_shared_again(shared_client):
    assert jobs.get(shared_client, "/a") == {"a": 1}


def test_loop():
    with patch("shop.jobs.forget") as double:
        jobs.forget_all(["a", "b", "c"])
        assert double.call_count == 3


def test_starred():
    call = Mock()
    jobs.spread(call, 2, name="n")


@pytest.mark.integration
@pytest.mark.parametrize("number", [1])
def test_marked(number):
    pass


def test_lookup_in_the_environment():
    with patch("shop.jobs.os.environ.get", return_value="/run/it") as get:
        with patch("shop.jobs.socket.socket") as made:
            assert jobs.notify() is made.return_value
    assert get.call_count == 1


@patch("shop.jobs.run_kubectl")
def test_environment_handed_on(run):
    jobs.run_abroad()
    run.assert_called_once()
