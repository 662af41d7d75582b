from basket import spread

SEEN = []


def test_first():
    SEEN.append(spread([1, 4]))
    assert SEEN == [3]


def test_second():
    assert SEEN and SEEN[0] > 2
