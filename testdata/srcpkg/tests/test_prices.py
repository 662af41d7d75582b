from srcpkg import total


def test_total():
    assert total([2, 3]) == 5


def test_voucher():
    assert total([2, 3], voucher=1) == 4


def test_never_negative():
    assert total([2], voucher=3) == 0
