from shop.one import part


def test_good():
    assert part.one() == 1
