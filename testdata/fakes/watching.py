"""A plugin that runs the observer as a child does, and writes down what it tells."""

import json
import os
import sys

import pytest

from refute_child.boot import is_library
from refute_child.observe.doubles import Doubles

if os.environ.get("WAY") == "tracing" and hasattr(sys, "monitoring"):
    # Make a newer interpreter use what 3.11 has.
    del sys.monitoring

ROOT = os.getcwd()
OUT = os.environ["SEEN"]
PROJECT = os.path.join(ROOT, "shop") + os.sep
doubles = Doubles(lambda name: name.startswith(PROJECT), is_library, ROOT)


def pytest_collection_finish(session):
    doubles.start()
    if not hasattr(sys, "monitoring"):
        entered = doubles.entered
        sys.settrace(lambda frame, event, arg: entered(frame))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    doubles.begin(item)
    try:
        return (yield)
    finally:
        told = {"name": item.name, "failures": doubles.failures, "seen": doubles.take()}
        with open(OUT, "a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")


def pytest_unconfigure():
    sys.settrace(None)
