from shop.two import part


def test_good():
    assert part.two() == 1
