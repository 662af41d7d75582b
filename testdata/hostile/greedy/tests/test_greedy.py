import time

import greedy
import pytest


@pytest.mark.parametrize("name", [name for name in dir(greedy) if "_" in name and name[0] != "_"])
def test_harmless(name):
    time.sleep(0.1)
    assert getattr(greedy, name)() == 0


def test_bombs():
    time.sleep(0.1)
    assert greedy.bombs() == 0
