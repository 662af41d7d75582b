import os

import pytest

from basket import dearest


@pytest.mark.parametrize("attempt", range(8))
def test_flaky(attempt):
    assert dearest([3, 4]) == 4
    assert os.urandom(1)[0] < 128
