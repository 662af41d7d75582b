from acme.shipping.cost import cost


def test_cost():
    assert cost(2, parcels=11) == 255
