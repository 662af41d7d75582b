"""The unchanged suite, or a part of it, in a world that differs in one respect.

One process of its own for each run. pytest is the user's, and prints what it always prints;
a plugin beside it (see ``perturbing``) arranges the tests and notes how each one ended. Neither
is imported before the world is as it shall be.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sys
from collections.abc import Callable, Sequence
from os import _exit, fork, waitpid
from os import write as _write
from typing import Any

Record = dict[str, Any]

_dumps = json.JSONEncoder().encode


def main(argv: Sequence[str]) -> None:
    """Run pytest and leave with its exit code; ``argv`` holds two descriptors.

    From the first comes what to do, as JSON: pytest's ``arguments``, ``memory`` in bytes (0: no
    bound), ``kind`` and ``seed`` of the perturbation; ``tests``, the node ids to be run in this
    order, or null for all; ``until``, the last node id to be run, or null; ``moment`` for a
    shifted clock; ``leftovers``, whether to look what each test leaves behind; ``sights``, whether
    what is seen at the points of instrumented tests is to be told.

    Into the second goes a record a line: ``error`` of the collection, ``begin`` of a test, its
    ``test`` with ``outcome`` and ``failure``, ``left`` behind by it, its ``sights``, and ``code``
    at the end.
    """
    source, target = map(int, argv)
    os.set_inheritable(target, False)
    with open(source, "rb") as stream:
        setup = json.load(stream)
    if setup["memory"]:
        resource.setrlimit(resource.RLIMIT_DATA, (setup["memory"], setup["memory"]))
    if setup["kind"] == "again":
        _in_silence(lambda: _run(setup, -1))
    _prepare(setup)
    code = _run(setup, target)
    _tell(target, {"code": code})
    sys.stdout.flush()
    sys.exit(code)


def _prepare(setup: Record) -> None:
    """What has to be in place before the project, or pytest, is imported."""
    if setup["kind"] == "clock":
        from .clocks import shift_to

        shift_to(setup["moment"])
    elif setup["kind"] == "schedule":
        from .schedules import shuffle

        shuffle(setup["seed"])
    elif setup["kind"] == "random":
        _seed(setup["seed"])


def _seed(seed: int) -> None:
    """Random numbers that can be repeated, from the start of the process; tests and projects
    that seed them by themselves are not touched.
    """
    source = random.Random(seed)
    random.seed(seed)
    # Secrets, UUIDs and numpy's generators come from here.
    os.urandom = source.randbytes
    random._urandom = source.randbytes  # type: ignore[attr-defined]


def _run(setup: Record, target: int) -> int:
    import pytest

    from .perturbing import Perturbed
    from .session import calming

    given = setup["arguments"]
    # All tests are wanted, whatever fails.
    arguments = [*given, *calming(given), "--maxfail=0", "-p", "no:cacheprovider"]
    sys.argv[:] = ["pytest", *arguments]
    return int(
        pytest.main(arguments, plugins=[Perturbed(setup, lambda record: _tell(target, record))])
    )


def _in_silence(work: Callable[[], object]) -> None:
    """Do this in a fork of its own that prints nothing, and wait for its end."""
    pid = fork()
    if pid:
        waitpid(pid, 0)
        return
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for standard in (1, 2):
            os.dup2(null, standard)
        work()
    finally:
        _exit(0)


def _tell(target: int, record: Record) -> None:
    if target >= 0:
        # A line is short enough to be written whole.
        _write(target, _dumps(record).encode() + b"\n")
