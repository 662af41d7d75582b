import shop


def test_nothing_is_saved():
    assert shop.saved() == []


def test_unrelated():
    assert shop.HERE.exists()


def test_save():
    shop.save("first.order", "pears")
    assert "first.order" in shop.saved()


def test_create():
    assert shop.create("ledger.txt") == "ledger.txt"


def test_relative():
    with open("data.txt") as file:
        assert file.read() == "pears\n"
