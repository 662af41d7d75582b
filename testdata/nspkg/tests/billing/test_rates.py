from acme.billing.rates import rate


def test_few_hours():
    assert rate(10) == 100


def test_many_hours():
    assert rate(11) == 80
