import part


def test_good():
    assert part.good() == 1
