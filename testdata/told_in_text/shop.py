def half(number):
    return number // 2


def first(items):
    return items[0]


def unchecked():
    return 7
