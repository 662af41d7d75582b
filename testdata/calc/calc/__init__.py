"""A tiny calculator."""


def add(a, b):
    return a + b


def is_full(count, size):
    return count >= size
