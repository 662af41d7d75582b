import time

import part
import pytest


@pytest.mark.parametrize("name", ["first", "second", "third", "late"])
def test_number(name):
    assert getattr(part, name)() == 1


def test_unnoticed():
    part.unnoticed()


def test_slow():
    time.sleep(0.05)
    part.stall("baseline")
    part.slow()
