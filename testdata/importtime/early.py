"""Code that runs when it is imported, in every way we could think of."""

import functools
import types
from dataclasses import dataclass

LIMIT = 10 * 2
HANDLERS = {}


def handler(name, weight=1):
    def register(function):
        HANDLERS[name] = (weight, function)
        return function

    return register


@handler("ping", weight=3)
def ping(value):
    return value + 1


def double(number):
    return number * 2


VALUE = double(4)


def make_adder(step):
    def adder(number):
        return number + step

    return adder


add_five = make_adder(5)


@functools.lru_cache
def square(number):
    return number * number


@dataclass(frozen=True)
class Point:
    x: int = 1
    y: int = 2

    def sum(self):
        return self.x + self.y


def original(number):
    return number - 3


copied = types.FunctionType(original.__code__.replace(co_name="copied"), globals())
