import datetime
from unittest.mock import patch

import pytest
from freezegun import freeze_time

import sessions


# verdict: witness: the clock is frozen and moved by hand, to the second: not to be blamed
def test_expires_after_half_an_hour():
    with freeze_time("2024-05-01 10:00:00") as clock:
        known = sessions.Sessions()
        known.touch("t")
        clock.tick(1799)
        assert known.alive("t") is True
        clock.tick(1)
        assert known.alive("t") is False


# verdict: witness: the clock is a patched function, and time is given in numbers
def test_sweep_forgets_the_dead():
    known = sessions.Sessions()
    with patch("sessions.time.time", return_value=1000.0):
        known.touch("old")
    with patch("sessions.time.time", return_value=2000.0):
        known.touch("new")
    with patch("sessions.time.time", return_value=3000.0):
        assert known.sweep() == 1
    assert list(known.seen) == ["new"]


# verdict: witness: each hour that matters
@pytest.mark.parametrize(
    ("hour", "words"),
    [(11, "Good morning, Ada"), (12, "Hello, Ada"), (17, "Hello, Ada"), (18, "Good evening, Ada")],
)
def test_greeting(hour, words):
    with freeze_time(datetime.datetime(2024, 5, 1, hour, 59)):
        assert sessions.greeting("Ada") == words


# verdict: witness: a Sunday and a day before it, by date
@freeze_time("2024-05-01")
def test_due():
    assert sessions.due(4) == "2024-05-06"
    assert sessions.due(3) == "2024-05-04"


# verdict: smoke: the clock is frozen for nothing: no result is looked at
@freeze_time("2024-05-01")
def test_due_runs():
    sessions.due(4)


# verdict: faint_witness|witness: the name is in every greeting, whatever the hour
@freeze_time("2024-05-01 09:00")
def test_greeting_has_name():
    assert "Ada" in sessions.greeting("Ada")


# verdict: prayer: a token that was never seen, asked for inside a swallowing block
@freeze_time("2024-05-01")
def test_alive_swallowed():
    known = sessions.Sessions()
    try:
        known.touch("t")
        assert known.alive("t") == "yes"
    except AssertionError:
        pass
    except Exception:
        pass
