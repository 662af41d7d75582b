from unittest.mock import Mock

import till


def test_price():
    assert till.price(30, 3) == 90


def test_is_member():
    member = till.is_member("M-7")
    guest = till.is_member("G-7")
    good = member and not guest
    assert good


def test_close_tells_the_printer():
    printer = Mock()
    till.close(printer)
    printer.tear_off.assert_called_once()


def test_report():
    assert till.report([4]) == "sum 5"
