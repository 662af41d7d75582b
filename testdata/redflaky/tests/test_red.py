from basket import cheapest


def test_red():
    assert cheapest([3, 4]) == 4
