def shout(text):
    """Make it loud.

    >>> shout("hello")
    'HELLO!'
    """
    return text.upper() + "!"


def count(text):
    """Words of a text; doctest and a test both know it.

    >>> count("one two")
    2
    """
    return len(text.split())
