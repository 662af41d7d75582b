import asyncio
import copy
import datetime
import pickle
import time
import uuid

import pytest
import shop


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    return tmp_path_factory.mktemp("shelf")


@pytest.fixture(autouse=True)
def no_mode(monkeypatch):
    monkeypatch.delenv("SHOP_MODE", raising=False)


def test_age(tmp_path):
    path = tmp_path / "new"
    path.write_text("x")
    assert -1 < shop.age(path) < 60


def test_stamp():
    moment = datetime.datetime.fromisoformat(shop.stamp())
    now = datetime.datetime.now(datetime.timezone.utc)
    assert datetime.timedelta(0) <= now - moment < datetime.timedelta(minutes=1)
    assert isinstance(moment, datetime.date)


def test_dates_are_dates():
    now = datetime.datetime.now()
    assert abs(now.timestamp() - time.time()) < 5
    assert abs((datetime.datetime(*time.localtime()[:6]) - now).total_seconds()) < 5
    assert copy.deepcopy(now) == now == pickle.loads(pickle.dumps(now))
    assert repr(datetime.date(2020, 1, 2)) == "datetime.date(2020, 1, 2)"
    assert repr(datetime.datetime(2020, 1, 2, 3)) == "datetime.datetime(2020, 1, 2, 3, 0)"
    assert datetime.date.max > datetime.date.today() > datetime.date.min


def test_own_class():
    class Day(datetime.date):
        pass

    assert isinstance(Day.today(), Day)
    assert not isinstance(datetime.date.today(), Day)


@pytest.mark.parametrize("count", [0, 3, 20])
def test_shuffled(count):
    assert sorted(shop.shuffled(range(count))) == list(range(count))


def test_ids():
    assert len({uuid.uuid4() for _ in range(100)}) == 100


def test_served():
    assert shop.served() > 1023


def test_squares():
    assert asyncio.run(shop.squares(range(5))) == [0, 1, 4, 9, 16]


def test_handed_on():
    assert asyncio.run(shop.handed_on([1, 2, 3])) == [1, 2, 3]


def test_added_by_threads():
    assert sorted(shop.added_by_threads(8)) == list(range(8))


def test_settings():
    assert shop.settings() == {"name": "shop"}


class TestMode:
    def test_default(self):
        assert shop.mode() == "live"

    def test_trial(self, monkeypatch):
        monkeypatch.setenv("SHOP_MODE", "trial")
        assert shop.mode() == "trial"


class TestShelf:
    def test_put(self, shelf):
        (shelf / "put").write_text("x")
        assert (shelf / "put").exists()
        (shelf / "put").unlink()

    def test_empty(self, shelf):
        assert list(shelf.iterdir()) == []


@pytest.mark.skip(reason="not today")
def test_skipped():
    raise AssertionError


@pytest.mark.xfail(strict=True)
def test_known_to_fail():
    assert shop.mode() == "other"
