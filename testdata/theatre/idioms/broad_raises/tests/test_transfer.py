from unittest.mock import Mock

import pytest

import transfer

ACCOUNT = {"id": "A1", "frozen": False, "balance": 100, "credit": 50}


# verdict: faint_witness: any exception will do, and a half made account always raises one
def test_check_bad_account():
    with pytest.raises(Exception):
        transfer.check({"id": "A1"}, 10)


# verdict: untouched: the call is wrong, so TypeError comes before a line of the project runs
def test_transfer_refused():
    with pytest.raises(Exception):
        transfer.transfer("A1", "A2", 10)


# verdict: faint_witness: a mock and a str cannot be compared: that TypeError is what it "expects"
# finding: blind-place: the account that bank.account is asked for
def test_transfer_short():
    bank = Mock()
    with pytest.raises(Exception):
        transfer.transfer(bank, "A1", "A2", "much")


# verdict: witness: told when the refusal is gone, whatever its type and text
def test_negative_amount_raises_something():
    with pytest.raises(Exception):
        transfer.check(ACCOUNT, 0)


# verdict: witness: type and text, on the limit itself
def test_short_by_one():
    with pytest.raises(transfer.TransferError, match="^A1 is short of 51$"):
        transfer.check(ACCOUNT, 151)
    assert transfer.check(ACCOUNT, 150) is None


# verdict: faint_witness|witness: the narrow exception, so that the order of the checks matters
def test_frozen():
    with pytest.raises(transfer.Frozen, match="A1"):
        transfer.check({**ACCOUNT, "frozen": True}, 1000)


# verdict: witness: money is put back where the target is down: cause, text and calls
# finding: blind-place: the account that bank.account is asked for
def test_rollback():
    bank = Mock()
    bank.account.return_value = ACCOUNT
    bank.deposit.side_effect = [ConnectionError("down"), None]
    with pytest.raises(transfer.TransferError, match="^A2 cannot be reached$"):
        transfer.transfer(bank, "A1", "A2", 20)
    assert [c.args for c in bank.deposit.call_args_list] == [("A2", 20), ("A1", 20)]
    bank.withdraw.assert_called_once_with("A1", 20)


# verdict: prayer: the sum is asserted inside raises, so a failing assertion is "expected" too
def test_split_raises_inside():
    with pytest.raises(Exception):
        assert sum(transfer.split(10, 3)) == 1100


# verdict: witness: parts by value and the refusal by type
def test_split():
    assert transfer.split(10, 3) == [4, 3, 3]
    with pytest.raises(ValueError, match="at least 1"):
        transfer.split(10, 0)
