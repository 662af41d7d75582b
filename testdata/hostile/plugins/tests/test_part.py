import random

import part
import pytest

runs = []


def test_first():
    assert part.first() == 1


@pytest.mark.flaky(reruns=5)
@pytest.mark.timeout(5)
def test_second(record_property):
    record_property("number", random.random())
    assert part.second() == 1


def test_unnoticed():
    part.unnoticed()
    part.flaky()
    part.sleeps()


def test_second_time():
    runs.append(part.flaky())
    assert len(runs) > 1
