import limits


def test_allowed():
    assert limits.allowed(4)
    assert not limits.allowed(5)
