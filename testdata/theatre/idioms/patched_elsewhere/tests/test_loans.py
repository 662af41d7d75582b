from unittest.mock import Mock, patch

import loans
import pytest


# verdict: witness: the real rate was used, and the limit is checked all the same
# finding: lying-double: clients.exchange_rate is patched, but loans has a name of its own for it
# finding: unread-arrangement: the configured rate of 5.0 is never read
def test_limit_patched_at_home():
    with patch("clients.exchange_rate", return_value=5.0):
        assert loans.limit(50_000, "EUR") == 20_000


# verdict: witness: the honest counterpart: patched where it is looked up
def test_limit_patched_where_used():
    with patch("loans.exchange_rate", return_value=2.0) as rate:
        assert loans.limit(50_000, "XXX") == 40_000
    rate.assert_called_once_with("XXX")


# verdict: witness: `interest` goes through the module, so patching at home is right here
def test_interest_patched_at_home():
    with patch("clients.risk", return_value=4) as risk:
        assert loans.interest("FR", 10) == 7
        assert loans.interest("FR", 11) == 8
    risk.assert_called_with("FR")


# verdict: faint_witness|witness: the months alone are looked at
# finding: lying-double: legacy_score is called by nobody
# finding: unread-arrangement: its score is never read
def test_offer_with_legacy_score():
    with patch("clients.legacy_score", return_value=900):
        assert loans.offer(50_000, "EUR", "DE", 2)["months"] == 24


# verdict: smoke: the double is beside the way that the code goes, and nothing is asserted
# finding: lying-double: clients.exchange_rate is patched, but loans has a name of its own for it
# finding: unread-arrangement: neither the rate nor the exception is ever met
def test_offer_survives_outage():
    with patch("clients.exchange_rate", side_effect=ConnectionError("down")):
        loans.offer(50_000, "USD", "US", 12)


# verdict: witness: both refusals by text, without doubles
def test_refusals():
    with pytest.raises(loans.Refused, match="income is too low"):
        loans.offer(9_999, "EUR", "DE", 1)
    with pytest.raises(loans.Refused, match="rate of 12% is too high"):
        loans.offer(50_000, "EUR", "XX", 1)


# verdict: witness: the offer as a whole; a mock where a fixed table would do is no fault
def test_offer():
    with patch("loans.exchange_rate", Mock(return_value=1.0)):
        assert loans.offer(10_000, "EUR", "DE", 2) == {"limit": 4000, "rate": 4, "months": 24}
