import os
import time

import part

os.chdir("/")


def test_first():
    print("x" * (4 << 20))
    time.sleep(1_000_000)
    assert part.first() == 1


def test_second():
    assert time.time() == time.monotonic() == 1e9
    assert part.second() == 1


def test_unnoticed():
    part.unnoticed()
