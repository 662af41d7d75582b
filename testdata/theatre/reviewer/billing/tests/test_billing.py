from datetime import date
from unittest.mock import MagicMock, Mock, call, create_autospec, patch

import pytest
from freezegun import freeze_time

import billing
from billing import Invoice, Ledger


# verdict: witness: a weekday, a Saturday, a Sunday, by the calendar
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 3, 1), date(2024, 3, 1)),
        (date(2024, 3, 2), date(2024, 3, 4)),
        (date(2024, 3, 3), date(2024, 3, 4)),
    ],
)
def test_working_day(day, expected):
    assert billing.working_day(day) == expected


# verdict: witness: a frozen clock, the whole invoice, and what the ledger was sent, strictly
@freeze_time("2024-02-01")
def test_invoice_of_today():
    with patch("billing.ledger", autospec=True) as ledger:
        bill = billing.invoice("acme", 9900, 42)
    assert bill == Invoice("2024-00042", "acme", 9900, date(2024, 3, 4), [])
    assert ledger.mock_calls == [call.post("acme", 9900, "invoice 2024-00042")]


# verdict: witness: three days by a frozen clock: too early, first reminder, a week later
def test_reminders_are_a_week_apart():
    bill = Invoice("2024-00007", "acme", 100, date(2024, 3, 4))
    books = create_autospec(Ledger, instance=True)
    late = []
    with patch("billing.ledger", books):
        for today in ("2024-03-04", "2024-03-05", "2024-03-11", "2024-03-12"):
            with freeze_time(today):
                late.append(billing.remind(bill))
    assert late == [0, 1, 7, 8]
    assert bill.reminders == [date(2024, 3, 5), date(2024, 3, 12)]
    assert books.mock_calls == [
        call.post("acme", 500, "reminder 2024-00007"),
        call.post("acme", 1000, "reminder 2024-00007"),
    ]


# verdict: witness: every word at its limit, and the account that was asked for
@pytest.mark.parametrize(
    ("cents", "word"), [(100_001, "in debt"), (100_000, "owing"), (1, "owing"), (0, "clear")]
)
def test_standing(cents, word):
    with patch.object(billing.ledger, "balance", autospec=True, return_value=cents) as balance:
        assert billing.standing("acme") == word
    balance.assert_called_once_with("acme")


# verdict: witness: the error that the real ledger raises
def test_standing_without_a_ledger():
    with patch.object(billing.ledger, "balance", side_effect=ConnectionError("down")) as balance:
        assert billing.standing("acme") == "unknown"
    balance.assert_called_once_with("acme")


# verdict: witness: nothing is posted for an amount that is refused
@pytest.mark.parametrize("cents", [0, -5])
def test_invoice_needs_an_amount(cents):
    books = create_autospec(Ledger, instance=True)
    with patch("billing.ledger", books):
        with pytest.raises(ValueError, match="^an invoice asks for money$"):
            billing.invoice("acme", cents, 1)
    assert books.mock_calls == []


# verdict: faint_witness|witness: whether anything was posted; the account, the fee and the text may be anything
# finding: unread-arrangement: ledger.commit is configured, and the project never calls it
# finding: lying-double: billing.ledger is given an attribute commit that the real Ledger lacks
def test_reminder_is_posted():
    bill = Invoice("2024-00007", "acme", 100, date(2024, 3, 4))
    with freeze_time("2024-06-01"), patch("billing.ledger") as ledger:
        ledger.commit.return_value = True
        billing.remind(bill)
    assert ledger.post.called


# verdict: smoke: the invoice is made, and only the mock is asked whether it is there
@freeze_time("2024-02-01")
def test_invoice_is_made():
    with patch("billing.ledger") as ledger:
        billing.invoice("acme", 100, 1, days=14)
        assert ledger.post.return_value is not None


# verdict: witness: the word is told, but for a value that can't come
# finding: lying-double: ledger.balance returns a text, its annotation says int
def test_standing_of_a_text():
    class Text(str):
        def __gt__(self, other):
            return False

    with patch.object(billing.ledger, "balance", return_value=Text("0.00")):
        assert billing.standing("acme") == "clear"


# verdict: prayer: standing is asked under an except and its answer thrown away
# finding: unread-arrangement: ledger.post is told to return 17, and standing posts nothing
def test_standing_is_safe():
    books = MagicMock(spec=Ledger)
    books.post.return_value = 17
    with patch("billing.ledger", books):
        try:
            billing.standing("acme")
        except Exception:
            pass


# verdict: witness: the days, the list, and that nothing is posted
def test_no_second_reminder_within_a_week():
    bill = Invoice("2024-00007", "acme", 100, date(2024, 3, 4), [date(2024, 5, 30)])
    with freeze_time("2024-06-01"), patch.object(billing, "ledger", Mock()) as ledger:
        assert billing.remind(bill) == 89
    assert bill.reminders == [date(2024, 5, 30)]
    assert ledger.mock_calls == []
