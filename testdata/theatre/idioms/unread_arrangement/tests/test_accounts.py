from unittest.mock import MagicMock, Mock

import accounts
import pytest


def user(**changes):
    return {"id": 5, "password": "pw", "locked": False, "failures": 0, "active": True, **changes}


# verdict: witness: calls and result are checked; half of the arrangement is for nothing
# finding: unread-arrangement: users.get.return_value is configured, and the code never calls get
def test_sign_up():
    users, mailer = Mock(), Mock()
    users.get.return_value = {"id": 1}
    users.find.return_value = None
    users.add.return_value = {"id": 5}
    assert accounts.sign_up(users, mailer, "a@b.c", "Ada") == 5
    users.find.assert_called_once_with("a@b.c")
    users.add.assert_called_once_with("a@b.c", name="Ada", active=False)
    mailer.welcome.assert_called_once_with("a@b.c", "Ada")


# verdict: witness: the refusal comes before any double is asked
# finding: unread-arrangement: users.find raises for a case that is never reached
def test_sign_up_without_address():
    users = Mock()
    users.find.side_effect = LookupError("no database")
    with pytest.raises(accounts.SignUpError, match="no address"):
        accounts.sign_up(users, Mock(), "nobody", "Ada")


# verdict: witness: the failures are counted up to the lock; each answer is read
def test_sign_in_locks():
    users = Mock()
    users.find.side_effect = [user(failures=1), user(failures=2)]
    assert accounts.sign_in(users, Mock(), "a@b.c", "no") is None
    users.update.assert_called_with("a@b.c", failures=2, locked=False)
    assert accounts.sign_in(users, Mock(), "a@b.c", "no") is None
    users.update.assert_called_with("a@b.c", failures=3, locked=True)
    users.find.assert_called_with("a@b.c")


# verdict: witness: the user comes back
# finding: unread-arrangement: a chain of the old query interface, which the code has left
# finding: blind-place: mail, failures and time of users.update after a good password
def test_sign_in_old_chain():
    users = MagicMock()
    users.query.return_value.filter.return_value.first.return_value = user(id=9)
    users.find.return_value = user()
    assert accounts.sign_in(users, Mock(), "a@b.c", "pw")["id"] == 5


# verdict: witness: the answer is checked, the deletion as well
def test_close_inactive():
    users = Mock()
    users.find.return_value = user(active=False)
    assert accounts.close(users, Mock(), "a@b.c") == 0
    users.find.assert_called_once_with("a@b.c")
    users.delete.assert_called_once_with("a@b.c")


# verdict: witness: what is returned is right
# finding: unread-arrangement: the second answer of goodbye is never asked for
# finding: blind-place: mail and days of users.schedule, and the mail of goodbye
def test_close_active():
    users, mailer = Mock(), Mock()
    users.find.return_value = user()
    mailer.goodbye.side_effect = ["sent", OSError("down")]
    assert accounts.close(users, mailer, "a@b.c", keep_days=7) == 7


# verdict: smoke: nothing is asserted
# finding: unread-arrangement: nothing is refunded when an account is closed
# finding: blind-place: mail and days of users.schedule, and the mail of goodbye
def test_close_runs():
    users, mailer = Mock(), Mock()
    users.find.return_value = user()
    mailer.goodbye.return_value = True
    users.refund.return_value = 5
    accounts.close(users, mailer, "a@b.c")
