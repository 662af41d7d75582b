import early


def test_constants():
    assert (early.LIMIT, early.VALUE) == (20, 8)


def test_handlers():
    weight, function = early.HANDLERS["ping"]
    assert (weight, function(1)) == (3, 2)


def test_closure():
    assert early.add_five(1) == 6


def test_cached():
    assert early.square(3) == 9
    assert early.square(3) == 9


def test_point():
    assert early.Point().sum() == 3
    assert early.Point(5).sum() == 7


def test_copied():
    assert early.copied(5) == 2
