import asyncio

import shop


def test_notes():
    assert asyncio.run(shop.notes(*"abcde")) == list("abcde")


def test_all_notes():
    assert sorted(asyncio.run(shop.notes("a", "b", "c"))) == ["a", "b", "c"]


def test_race():
    assert shop.race("ab") == ["a", "b"]
