from unittest.mock import MagicMock, Mock

from reports import Report, send

SALES = [(1, 100), (2, 300), (1, 50), (3, -5)]


# verdict: prayer: it asserts only that the object it made is not None
def test_report_exists():
    report = Report([])
    assert report is not None


# verdict: faint_witness|witness: told when the body is gone, and of nothing milder than that
def test_by_month_not_none():
    assert Report(SALES).by_month() is not None


# verdict: faint_witness|witness: any month will do
def test_best_not_none():
    assert Report(SALES).best() is not None


# verdict: faint_witness|witness: a str is a str
def test_trend_is_str():
    assert isinstance(Report(SALES).trend(), str)


# verdict: faint_witness|witness: a mock's answer is never None; that `send` returns is all it knows
# finding: blind-place: address, title and text of mailer.send are seen by nobody
def test_send_not_none():
    mailer = MagicMock()
    assert send(Report(SALES), mailer, "a@b.c") is not None


# verdict: smoke: the assertion is on the mock, which is true whatever happens
# finding: blind-place: address, title and text of mailer.send are seen by nobody
def test_send_mailer_is_there():
    mailer = Mock()
    send(Report([]), mailer, "a@b.c")
    assert mailer.send is not None


# verdict: smoke: `or True`: nothing can be false here
def test_best_or_anything():
    assert Report(SALES).best() == 3 or True


# verdict: witness: the sums themselves
def test_by_month():
    report = Report(SALES)
    assert report.by_month() == {1: 150, 2: 300}
    assert report.rows == 2


# verdict: faint_witness|witness: the honest counterpart, None is what must come; a small check
def test_best_of_nothing_is_none():
    assert Report([]).best() is None


# verdict: witness: all three trends by value
def test_trend_values():
    assert Report([(1, 1), (2, 2)]).trend() == "up"
    assert Report([(1, 2), (2, 1)]).trend() == "down"
    assert Report([(1, 2), (2, 2)]).trend() == "flat"
