from shop.main import answer


def test_what_is_not_there():
    assert answer("/nowhere", "") == (404, None)
