from words import count


def test_count_of_nothing():
    assert count("") == 0
