import time

import pytest

from sleepy import later


@pytest.mark.parametrize("value", range(7))
def test_later(value):
    assert later(value, 0.3) == value + 1


def test_it_waits():
    began = time.monotonic()
    later(1, 0.4)
    assert time.monotonic() - began > 0.3
