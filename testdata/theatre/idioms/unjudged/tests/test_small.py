import contextlib

import settings
from settings import BACKOFF as PAUSES


# verdict: unjudged: a method without a body: there is nothing in it that could be changed
def test_stop():
    settings.Marker().stop()


# verdict: unjudged: fewer than five faults can be made in one assignment
def test_touch_swallowed():
    with contextlib.suppress(Exception):
        settings.Marker().touch()


# verdict: unjudged|witness: its subject runs at import, and no line of it in the test
def test_backoff():
    assert settings.BACKOFF == [1, 2, 4]


# verdict: unjudged|witness: members of an enum are made at import
def test_levels():
    assert settings.Level.LOUD > settings.Level.NORMAL
    assert settings.Level(0) is settings.Level.QUIET


# verdict: unjudged|witness: a constant under another name
def test_pauses():
    assert PAUSES == [1, 2, 4]


# verdict: unjudged|witness: a constant that is imported in the test
def test_retries():
    from settings import RETRIES as times

    assert times == 3


def loud():
    return settings.Level.LOUD


# verdict: unjudged|witness: a member of an enum, by way of a helper
def test_loudest():
    assert loud() == max(settings.Level)


# verdict: untouched: the constant was replaced by the test itself
def test_replaced_timeout(monkeypatch):
    monkeypatch.setattr(settings, "TIMEOUT", 1)
    assert settings.TIMEOUT == 1


# verdict: unjudged|witness: which function goes by this name was chosen at import
def test_folder():
    assert settings.folder is settings._posix_folder
