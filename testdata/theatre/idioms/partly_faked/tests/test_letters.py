from unittest.mock import patch

import pytest

import letters

ADA = {"name": "ada lovelace", "street": "Long Lane", "number": 7, "town": "York"}


# verdict: witness: the name is checked; what the patched address is handed is seen elsewhere
def test_name_on_envelope():
    with patch("letters.address", return_value="anywhere"):
        assert letters.envelope(ADA) == ["Ada Lovelace", "anywhere"]


# verdict: witness: the same call with the real address, read to the last word
def test_envelope():
    assert letters.envelope(ADA) == ["Ada Lovelace", "Long Lane 7, York"]


# verdict: witness: a town has to be there
def test_no_town():
    with pytest.raises(ValueError, match="town"):
        letters.address("Long Lane", 7, "")


# verdict: witness: both prices, with the stamp's price given
# finding: blind-place: nobody checks, here or elsewhere, which weight stamp is asked for
@pytest.mark.parametrize(("registered", "cents"), [(True, 320), (False, 100)])
def test_registered(registered, cents):
    with patch("letters.stamp", return_value=100):
        assert letters.postage({"grams": 15, "registered": registered}) == cents


# verdict: witness: the real stamp, for a letter so light that one gram makes no difference
def test_light():
    assert letters.postage({"grams": 5, "registered": False}) == 85


# verdict: witness: the stamp by itself, from both sides of the limit
@pytest.mark.parametrize(("grams", "cents"), [(20, 85), (21, 100)])
def test_stamp(grams, cents):
    assert letters.stamp(grams) == cents
