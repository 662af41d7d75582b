import datetime

import shop


def test_next_year():
    today = datetime.date.today()
    assert shop.next_year(today).year == today.year + 1


def test_opened():
    assert shop.opened(0) == "00:00"


def test_fixed():
    day = datetime.date(2026, 3, 1)
    assert shop.next_year(day) == datetime.date(2027, 3, 1)
