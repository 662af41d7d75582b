from shop import good


def test_good():
    assert good.good() == 1
