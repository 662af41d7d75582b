from unittest.mock import Mock, call

import pytest

import shipping


# verdict: witness: the honest use of a mock: what is sent and what comes back are both checked
def test_book_standard():
    carrier = Mock()
    carrier.book.return_value = {"reference": "R1"}
    assert shipping.book(carrier, {"to": "Oslo", "weight": 3}) == "R1"
    carrier.book.assert_called_once_with("Oslo", weight=3, service="standard")


# verdict: witness: the other branch, as strictly
def test_book_express():
    carrier = Mock()
    carrier.book.return_value = {"reference": "R2"}
    shipping.book(carrier, {"to": "Oslo", "weight": 30, "express": True})
    carrier.book.assert_called_once_with("Oslo", weight=30, service="express")


# verdict: witness: the limit is checked by the project's own exception and its text
def test_book_too_heavy():
    carrier = Mock()
    with pytest.raises(shipping.NoCarrier, match="31 kg is over 30 kg"):
        shipping.book(carrier, {"to": "Oslo", "weight": 31})
    carrier.book.assert_not_called()


# verdict: witness: address, subject and text are compared whole
def test_notify_gift():
    mailer = Mock()
    shipping.notify(mailer, {"number": 7, "email": "a@b.c", "gift": True}, "R1")
    mailer.send.assert_called_once_with(
        "a@b.c", "Your order 7", "Reference: R1\nThis is a gift: no price is shown."
    )


# verdict: witness: the calls are compared as a list
def test_notify_plain():
    mailer = Mock()
    assert shipping.notify(mailer, {"number": 7, "email": "a@b.c"}, "R1") == 1
    assert mailer.mock_calls == [call.send("a@b.c", "Your order 7", "Reference: R1")]


# verdict: witness: the order of the calls and their arguments are checked on one parent
def test_cancel_charges_fee():
    parent = Mock()
    assert shipping.cancel(parent.carrier, parent.ledger, "R1", 5) is True
    parent.assert_has_calls(
        [call.carrier.cancel("R1"), call.ledger.charge("R1", 5, currency="EUR")]
    )


# verdict: witness: the handler's note is checked, and that nothing was charged
def test_cancel_timeout_is_noted():
    carrier, ledger = Mock(), Mock()
    carrier.cancel.side_effect = TimeoutError
    assert shipping.cancel(carrier, ledger, "R1", 5) is False
    ledger.note.assert_called_once_with("R1", "cancel later")
    ledger.charge.assert_not_called()
