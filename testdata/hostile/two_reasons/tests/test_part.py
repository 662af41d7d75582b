import part


def test_part():
    assert part.part() == 1
