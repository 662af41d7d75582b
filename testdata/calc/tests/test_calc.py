from calc import add, is_full


def test_add():
    assert add(2, 3) == 5


def test_is_full():
    assert is_full(5, 2) is True


def test_is_not_full():
    assert is_full(1, 2) is False
