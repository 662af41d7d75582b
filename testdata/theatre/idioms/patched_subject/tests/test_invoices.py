from unittest.mock import patch

import pytest

import invoices

INVOICE = {"country": "DE", "lines": [{"quantity": 2, "cents": 500}], "payments": [190]}


# verdict: untouched: the function under test is the one that is patched
# finding: unread-arrangement: the test alone reads the total that it configured
def test_total():
    with patch("invoices.total", return_value=1000) as total:
        assert invoices.total(INVOICE) == 1000
        total.assert_called_once_with(INVOICE)


# verdict: untouched: patched by decorator, and called through the patch
# finding: unread-arrangement: the test alone reads the tax that it configured
@patch("invoices.tax", return_value=19)
def test_tax(tax):
    assert invoices.tax(100, "DE") == 19


# verdict: untouched: the subject is replaced by a lambda of the test
def test_net(monkeypatch):
    monkeypatch.setattr(invoices, "net", lambda lines: sum(c for c in lines))
    assert invoices.net([1, 2, 3]) == 6


# verdict: witness: a collaborator is patched and the subject runs
# finding: blind-place: the invoice that `reminder` hands to total
def test_reminder_final():
    with patch("invoices.total", return_value=5):
        assert invoices.reminder(INVOICE, 31) == "final"


# verdict: witness: the limits of the first letter, from both sides
# finding: blind-place: the invoice that `reminder` hands to total
@pytest.mark.parametrize(("days", "letter"), [(14, None), (15, "first"), (30, "first")])
def test_reminder_by_days(days, letter):
    with patch("invoices.total", return_value=5):
        assert invoices.reminder(INVOICE, days) == letter


# verdict: witness: nothing is patched
def test_total_for_real():
    assert invoices.total(INVOICE) == 1000


# verdict: witness: the refusal and its sum
def test_overpaid():
    with pytest.raises(ValueError, match="overpaid by 10$"):
        invoices.total({"country": "XX", "lines": [], "payments": [10]})


# verdict: smoke: both halves of the sum are patched away and the result is not looked at
# finding: blind-place: what `total` hands to net and tax
def test_total_of_patched_parts():
    with patch("invoices.net", return_value=10), patch("invoices.tax", return_value=2):
        invoices.total({"country": "DE", "lines": []})
