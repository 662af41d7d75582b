import shop


def test_login():
    shop.login("ann")
    assert shop.CACHE["user"] == "ann"


def test_greeting():
    assert shop.greeting() == "hello ann"


def test_price():
    assert shop.price("pear") == 10


def test_other():
    assert len("pear") == 4


def test_reduced_price():
    shop.CACHE["pear"] = 7
    assert shop.price("pear") == 7


def test_another():
    assert "pear" > "apple"
