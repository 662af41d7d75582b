import inspect

import shop


def test_total():
    assert shop.total([1, 2], False) == 3
    assert shop.total([1, 2], True) == 2


def test_names():
    assert "amount" in shop.total.__code__.co_varnames


def test_source():
    assert 'kind = "none"\n    limit = 3' in inspect.getsource(shop.size)


def test_size():
    assert [shop.size([0] * number) for number in (0, 1, 9)] == ["none", "few", "many"]


def test_shown():
    assert shop.shown(["a", "b"]) == "- a\n- b"
