"""The suite, or tests of it, over links that may go bad while a test is called.

One process of its own. pytest is the user's; a plugin beside it turns the switch of the relay
(see ``strain``) just before a test is called, and back right after it: what fixtures do before
and afterwards goes over good links.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from collections.abc import Sequence
from os import write as _write
from typing import Any

Record = dict[str, Any]

_dumps = json.JSONEncoder().encode


def main(argv: Sequence[str]) -> None:
    """Run pytest and leave with its exit code; ``argv`` holds two descriptors.

    From the first comes what to do, as JSON: pytest's ``arguments``, ``memory`` in bytes (0: no
    bound), ``tests``, the node ids to be run, or null for all; ``switch``, the descriptor of the
    line to the relay; ``deadline`` in seconds for each call, or null; ``invariant`` as
    ``module:function``, or empty; ``files``, the paths of the project's code.

    Into the second goes a record a line: ``error`` of the collection, ``begin`` of a test, the
    ``call`` of one with what it came to, ``report`` for a phase that did not pass, ``hung`` for
    a call that did not end in time, ``code`` at the end.
    """
    source, target = map(int, argv)
    with open(source, "rb") as stream:
        setup = json.load(stream)
    os.set_inheritable(target, False)
    os.set_inheritable(setup["switch"], False)
    switch = socket.socket(fileno=setup["switch"])
    if setup["memory"]:
        resource.setrlimit(resource.RLIMIT_DATA, (setup["memory"], setup["memory"]))

    def tell(record: Record) -> None:
        # A line is short enough to be written whole.
        _write(target, _dumps(record).encode() + b"\n")

    import pytest

    from .session import calming
    from .straining import Straining

    given = setup["arguments"]
    arguments = [*given, *calming(given), "--maxfail=0", "-p", "no:cacheprovider"]
    sys.argv[:] = ["pytest", *arguments]
    code = int(pytest.main(arguments, plugins=[Straining(setup, switch, tell)]))
    tell({"code": code})
    sys.stdout.flush()
    sys.exit(code)
