"""Functions whose tests take their time."""


def price(amount, rate):
    total = amount * rate
    if total > 100:
        total = total - 10
    return total


def label(name, count):
    if count == 1:
        return name + "!"
    return name + "s " + str(count)


def clamp(value, low, high):
    if value < low:
        return low
    if value > high:
        return high
    return value
