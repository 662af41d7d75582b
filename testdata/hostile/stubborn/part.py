"""One number a function; one of them is looked at by nobody."""


def clock():
    return 1


def folder():
    return 1


def opened():
    return 1


def forked():
    return 1


def imported():
    return 1


def signalled():
    return 1


def environment():
    return 1


def streams():
    return 1


def traced():
    return 1


def process():
    return 1


def unnoticed():
    return 1
