"""One number a function; `nothing` is looked at by a red test alone."""


def space():
    return 1


def brackets():
    return 1


def unicode():
    return 1


def slashes():
    return 1


def breaks():
    return 1


def option():
    return 1


def empty():
    return 1


def nothing():
    return 1
