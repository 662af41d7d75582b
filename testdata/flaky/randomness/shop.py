import random


def lot():
    return random.randint(1, 3)
