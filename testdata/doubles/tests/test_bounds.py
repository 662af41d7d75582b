from unittest.mock import MagicMock, Mock

from shop import jobs


def test_many_calls():
    jobs.many(MagicMock(), 500)


def test_many_doubles():
    doubles = [Mock() for _ in range(200)]
    for double in doubles:
        jobs.hand(double, 1)


def test_wide():
    jobs.wide(MagicMock())


class Counter:
    """A fake that is asked again and again."""

    def __init__(self):
        self.asked = 0

    def take(self, number, **named):
        self.asked += 1
        return number

    def get(self, path):
        return path


def test_many_calls_of_a_fake():
    counter = Counter()
    for number in range(300):
        assert jobs.get(counter, number % 5) == number % 5
    jobs.get(counter, "late")
    jobs.hand(counter, 1)
    assert counter.asked == 1


def test_very_many_calls_of_a_fake():
    counter = Counter()
    for _ in range(2000):
        jobs.get(counter, 1)


def test_the_same_fake_afterwards():
    assert jobs.get(Counter(), 2) == 2
