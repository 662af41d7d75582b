from unittest.mock import MagicMock, Mock

from shop import jobs


def test_many_calls():
    jobs.many(MagicMock(), 500)


def test_many_doubles():
    doubles = [Mock() for _ in range(200)]
    for double in doubles:
        jobs.hand(double, 1)


def test_wide():
    jobs.wide(MagicMock())
