from unittest.mock import MagicMock, Mock, call, patch

import pytest

import retrying
from retrying import Breaker, GaveUp


# verdict: witness: exact pauses: growth, ceiling, and none for a single attempt
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((4, 1.0), [1.0, 2.0, 4.0]),
        ((4, 10.0, 3.0), [10.0, 30.0, 60.0]),
        ((3, 1.0, 10.0, 5.0), [1.0, 5.0]),
    ],
)
def test_pauses(arguments, expected):
    assert retrying.pauses(*arguments) == expected


# verdict: witness: the answer, the number of attempts, and the pauses between them
def test_third_attempt_succeeds():
    work = Mock(side_effect=[OSError("a"), OSError("b"), "done"])
    with patch("retrying.time.sleep") as sleep:
        assert retrying.retry(work) == "done"
    assert sleep.mock_calls == [call(0.5), call(1.0)]
    assert work.call_count == 3


# verdict: witness: the exception, its number, its cause, and no pause after the last attempt
def test_last_problem_is_the_cause(monkeypatch):
    waited = []
    monkeypatch.setattr(retrying.time, "sleep", waited.append)
    last = OSError("second")
    with pytest.raises(GaveUp, match="^gave up after 2 attempts$") as caught:
        retrying.retry(Mock(side_effect=[OSError("first"), last]), attempts=2, first=3.0)
    assert caught.value.attempts == 2
    assert caught.value.__cause__ is last
    assert waited == [3.0]


# verdict: witness: a listed exception is retried, another comes through at once; attempts and pauses are counted
def test_other_exceptions_are_not_retried():
    other = KeyError("x")
    work = Mock(side_effect=[ValueError("listed"), ValueError("listed"), other])
    with patch("retrying.time.sleep") as sleep:
        with pytest.raises(Exception) as caught:
            retrying.retry(work, attempts=5, first=4.0, on=(ValueError,))
    assert caught.value is other
    assert work.mock_calls == [call(), call(), call()]
    assert sleep.mock_calls == [call(4.0), call(8.0)]


# verdict: witness: the breaker's answers, its log, and that it opens
def test_breaker_opens_after_failures_in_a_row():
    breaker = Breaker(limit=2)
    work = Mock(side_effect=[OSError("a"), 5, OSError("b"), OSError("c"), 6])
    assert [breaker.call(work, -1) for _ in range(5)] == [-1, 5, -1, -1, -1]
    assert breaker.log == ["failed: a", "failed: b", "failed: c", "open"]
    assert breaker.failures == 2


# verdict: faint_witness: any exception will do: the one of a mock that runs dry as well
def test_gives_up():
    with patch("retrying.time.sleep"):
        with pytest.raises(Exception):
            retrying.retry(Mock(side_effect=OSError("down")), attempts=4, first=0.1)


# verdict: faint_witness|witness: whether a pause was made, not how long; any would do
def test_sleeps_between_attempts():
    with patch("retrying.time.sleep") as sleep:
        retrying.retry(Mock(side_effect=[OSError("a"), OSError("b"), "done"]), first=2.0)
    sleep.assert_called()


# verdict: prayer: the breaker catches everything, and the mock that is asserted was handed in nowhere
# finding: unread-arrangement: arguable: fallback's return value is used by the test alone
def test_breaker_falls_back():
    fallback = Mock(return_value="cached")
    try:
        Breaker(limit=1).call(MagicMock(side_effect=OSError("down")), fallback)
    except Exception:
        pytest.skip("no breaker here")
    assert fallback() == "cached"


# verdict: smoke: "called_once_with" on an unsafe mock checks nothing; only faults that raise reach the test
def test_single_attempt():
    work = Mock(unsafe=True, return_value="ok")
    retrying.retry(work, attempts=1)
    assert work.called_once_with("anything", attempts=99)


# verdict: unjudged|faint_witness|witness: GaveUp.__init__ alone runs, and it offers next to no faults
def test_gave_up_keeps_its_number():
    assert GaveUp(7).attempts == 7


# verdict: smoke: the assertion stands in a side effect that the except of retry's caller never lets run
# finding: unread-arrangement: the side effect of second is never reached: the first mock succeeds
def test_never_called_again():
    def second(*_):
        assert False, "called again"

    spare = Mock(side_effect=second)
    retrying.retry(Mock(return_value=spare))
