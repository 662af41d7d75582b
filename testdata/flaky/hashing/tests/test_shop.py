import shop


def test_words():
    # So it is with PYTHONHASHSEED=0.
    assert shop.words("pear apple fig plum kiwi")[0] == "apple"


def test_words_sorted():
    assert sorted(shop.words("pear apple")) == ["apple", "pear"]
