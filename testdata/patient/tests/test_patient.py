import time

from patient import clamp, label, price


def test_all():
    time.sleep(0.3)
    assert price(50, 3) == 140
    assert label("a", 2) == "as 2"
    assert clamp(7, 1, 5) == 5
