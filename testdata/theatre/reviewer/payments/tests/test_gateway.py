from unittest.mock import MagicMock, Mock, call, patch

import pytest

import gateway
from gateway import CardDeclined, Gateway, PaymentError

BASE = "https://cards.test/v1"


# verdict: witness: the outcome is checked, and all that the stub was sent
def test_charge_sends_customer_amount_and_currency():
    with patch("gateway.http_post", return_value={"id": "ch_1", "status": "paid"}) as post:
        charge = Gateway(BASE, "tst_k", "CHF").charge("ann", 1250)
    assert charge == "ch_1"
    post.assert_called_once_with(
        f"{BASE}/charges", {"customer": "ann", "amount": 1250, "currency": "CHF"}, timeout=10.0
    )


# verdict: witness: the type and the reason of the refusal are checked, and the one request before it
def test_declined_card_says_why():
    answer = {"status": "declined", "reason": "no funds"}
    with patch("gateway.http_post", autospec=True, return_value=answer) as post:
        with pytest.raises(CardDeclined, match="^no funds$"):
            Gateway(BASE, "tst_k").charge("ann", 1250)
    post.assert_called_once_with(
        f"{BASE}/charges", {"customer": "ann", "amount": 1250, "currency": "EUR"}, timeout=10.0
    )


# verdict: witness: exact error for the one value the real http_post uses for "nobody answers"
def test_unreachable_processor_is_a_payment_error():
    with patch("gateway.http_post", return_value=None) as post:
        with pytest.raises(PaymentError, match="^the processor can't be reached$"):
            Gateway(BASE, "tst_k").charge("ann", 500_000)
    post.assert_called_once_with(
        f"{BASE}/charges", {"customer": "ann", "amount": 500_000, "currency": "EUR"}, timeout=10.0
    )


# verdict: witness: both sides of both limits, and nothing may be sent
@pytest.mark.parametrize(
    ("cents", "error"),
    [(0, ValueError), (-1, ValueError), (500_001, PaymentError)],
)
def test_amounts_out_of_bounds_are_never_sent(cents, error):
    with patch("gateway.http_post") as post:
        with pytest.raises(error, match="positive|over the limit"):
            Gateway(BASE, "tst_k").charge("ann", cents)
    assert post.mock_calls == []


# verdict: witness: the result and the counter are checked, so faults in the handler are told
# finding: lying-double: http_post raises TimeoutError, which the real one always turns into None
# finding: deaf-test: http_post receives url, customer, amount, currency and timeout, and none is looked at
def test_timeout_is_counted():
    shop = Gateway(BASE, "tst_k")
    with patch("gateway.http_post", side_effect=TimeoutError("slow")):
        assert shop.charge_quietly("ann", 1250) is None
    assert shop.failures == 1


# verdict: prayer: whatever happens in refund, the test's own except hides it, and nothing is asserted
# finding: unread-arrangement: http_post is told to return a list of charges, but refund raises before it is called
def test_refund_of_nothing():
    with patch("gateway.http_post", return_value={"charges": []}):
        try:
            Gateway(BASE, "tst_k").refund("ch_1", 0)
        except Exception:
            pass


# verdict: smoke: "was_called_with" is no assertion but one more mock; only faults that raise reach the test
# finding: blind-place: refund's http_post: url, charge, reason, amount and timeout are seen by no test
# finding: deaf-test: http_post receives those five places, and none is looked at
def test_refund_posts_the_amount():
    with patch("gateway.http_post", return_value={"status": "refunded"}) as post:
        Gateway(BASE, "tst_k").refund("ch_1", 300)
    assert post.was_called_with(f"{BASE}/refunds", {"charge": "ch_2"}, timeout=10.0)


# verdict: smoke: the assertion is named without being called, so it is always true
# finding: blind-place: refund's http_post: url, charge, reason and timeout are seen by no test
def test_refund_in_full_posts_once():
    post = Mock(return_value={"status": "refunded"})
    with patch.object(gateway, "http_post", post):
        Gateway(BASE, "tst_k").refund("ch_1")
    assert post.assert_called_once_with


# verdict: prayer|echo: charge itself is replaced, and its canned value asserted; only __init__ runs, and nothing of it is looked at
# finding: unread-arrangement: arguable: the return value of charge is read by the test alone, never by the project
def test_charge_returns_an_id():
    shop = Gateway(BASE, "tst_k")
    with patch.object(Gateway, "charge", return_value="ch_1"):
        assert shop.charge("ann", 1250) == "ch_1"


# verdict: prayer: a fresh MagicMock is never None; of the project __init__ runs alone, unseen
def test_refund_receipt_exists():
    Gateway(BASE, "live_k", "USD")
    receipts = MagicMock()
    assert receipts.for_refund("ch_1") is not None


# verdict: witness: two calls through a list of answers; result, counter and everything sent are checked
def test_failures_add_up_over_charges():
    shop = Gateway(BASE, "tst_k")
    with patch("gateway.http_post", side_effect=[None, {"id": "ch_2"}]) as post:
        assert shop.charge_quietly("ann", 100) is None
        assert shop.charge_quietly("bob", 500_000) == "ch_2"
    assert shop.failures == 1
    assert [sent.args[1]["customer"] for sent in post.call_args_list] == ["ann", "bob"]
    assert post.call_args == call(
        f"{BASE}/charges",
        {"customer": "bob", "amount": 500_000, "currency": "EUR"},
        timeout=10.0,
    )
