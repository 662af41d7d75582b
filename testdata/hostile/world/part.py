"""What the tests look at, but for the last."""


def first():
    return 1


def second():
    return 1


def unnoticed():
    return 1
