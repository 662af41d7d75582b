from unittest.mock import Mock, call, create_autospec

import pytest
import vault
from vault import Denied, Vault


@pytest.fixture
def double():
    return create_autospec(Vault, instance=True)


# verdict: witness: an autospec, both calls and the result checked: the honest way to mock
def test_rotate(double):
    double.read.return_value = "old"
    double.write.return_value = 4
    assert vault.rotate(double, "db/pw", lambda: "new") == 4
    double.read.assert_called_once_with("db/pw")
    double.write.assert_called_once_with("db/pw", "new")


# verdict: witness: the second try, when the new secret is the old one
def test_rotate_same_value(double):
    double.read.return_value = "same"
    vault.rotate(double, "db/pw", lambda: "same")
    double.write.assert_called_once_with("db/pw", "same!")


# verdict: witness: the check of rights is expected to refuse, by type and text
# finding: blind-place: the user whose policies are asked for
def test_read_denied(double):
    double.policies.return_value = ["read:other"]
    with pytest.raises(Denied, match="eve may not read db/pw"):
        vault.read_for(double, "eve", "db/pw")
    double.read.assert_not_called()


# verdict: faint_witness|witness: an admin reads; who was asked about is seen by nobody
# finding: blind-place: the user whose policies are asked for, and what is read
def test_read_for_admin(double):
    double.policies.return_value = ["admin"]
    double.read.return_value = "s3"
    assert vault.read_for(double, "ada", "db/pw") == "s3"


# verdict: smoke: the best of doubles is no use where nothing is asserted
# finding: blind-place: what copy reads and what it writes
def test_copy_runs(double):
    double.read.return_value = "s3"
    vault.copy(double, ["a", "b"], "old")


# verdict: witness: the secrets by path through a side effect, so that a wrong path is noticed
def test_rotate_by_path(double):
    double.read.side_effect = {"a": "1", "b": "2"}.__getitem__
    vault.rotate(double, "b", iter(["2", "3"]).__next__)
    assert double.mock_calls == [call.read("b"), call.write("b", "3!")]


# verdict: untouched: the class is asked nothing; the spec is checked against itself
def test_spec_has_read():
    assert hasattr(Mock(spec=Vault), "read")
