import fakeredis
from shop import stores


def test_fakeredis():
    assert stores.count(fakeredis.FakeRedis(), "ann") == b"1"
