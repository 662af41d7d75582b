LIMIT = 5
UNUSED = 6


def allowed(number):
    return number < LIMIT
