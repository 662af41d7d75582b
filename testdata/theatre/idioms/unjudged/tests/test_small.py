import contextlib

import settings


# verdict: unjudged: a method without a body: there is nothing in it that could be changed
def test_stop():
    settings.Marker().stop()


# verdict: unjudged: fewer than five faults can be made in one assignment
def test_touch_swallowed():
    with contextlib.suppress(Exception):
        settings.Marker().touch()


# verdict: untouched|unjudged|witness: its subject runs at import, and no line of it in the test
def test_backoff():
    assert settings.BACKOFF == [1, 2, 4]


# verdict: untouched|unjudged|witness: members of an enum are made at import
def test_levels():
    assert settings.Level.LOUD > settings.Level.NORMAL
    assert settings.Level(0) is settings.Level.QUIET
