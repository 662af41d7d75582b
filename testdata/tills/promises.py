"""What holds at any time."""

import os

from tills import Till


def no_money_is_lost():
    till = Till(("127.0.0.1", int(os.environ["BANK"])))
    total = till.balance("a") + till.balance("b")
    assert total == 100, f"there are {total} in the bank"
