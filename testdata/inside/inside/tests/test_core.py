from inside import initials
from inside.tests.helpers import people


def test_initials():
    for name, expected in people().items():
        assert initials(name) == expected
