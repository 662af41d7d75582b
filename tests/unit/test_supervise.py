"""Trials that spin, sleep, eat and multiply: each ends, by the right limit, with all it had.

The trials run under a process of their own, sealed and unsealed, which prints what it saw.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from tests.unit.worlds import World, world

from refute.trials.seal import SealKind, probe
from refute_child.processes import below, children, own_entry, read, shared_out
from refute_child.supervise import supervise
from refute_child.watch import Board, Limit

SEAL = probe()


@pytest.fixture(params=["full-self", "full-ordinary", "none-self"])
def slot(request: pytest.FixtureRequest) -> Iterator[tuple[World, str]]:
    seal, kind = request.param.split("-")
    if seal == "full" and SEAL.kind is SealKind.NONE:
        pytest.skip(f"no seal: {SEAL.reason}")
    with world(kind) as made:
        if made is None:
            pytest.skip("only root can become another user, and needs a Python for that one")
        yield made, seal


ZYGOTE = """
import os, signal, time
from refute_child.layers import Layers
from refute_child.processes import below
from refute_child.supervise import *
from refute_child.watch import *
layers = Layers.from_environment()
adopt_orphans()
def trial(body, wall=20.0, cpu=20.0, memory=256 << 20, processes=20, keep=()):
    board, me = Board(), os.getpid()
    pid = os.fork()
    if pid == 0:
        limit_trial(me)
        layers.drop_privileges()
        board.start(0)
        body()
        os._exit(0)
    end = supervise(
        pid, progress=board, limits=[Limit(cpu, wall)], outside=Limit(20, 20), keep=keep,
        memory_limit_bytes=memory, process_limit=processes, sealed=layers.sealed,
    )
    kill_rest(keep, sealed=layers.sealed)
    print(end.kind, end.status, len(below()), flush=True)
    return end
"""


def outcome(slot: tuple[World, str], code: str) -> list[str]:
    made, seal = slot
    result = made.run(ZYGOTE + code, seal=seal, keep_admin=True, init=False)
    assert result.status == 0, result.output
    return result.output.splitlines()


def test_a_trial_that_ends_by_itself(slot: tuple[World, str]) -> None:
    code = """
end = trial(lambda: None)
assert end.peak > 1 << 20 and end.wall > 0, end
trial(lambda: os._exit(3))
trial(lambda: os.abort())
trial(lambda: os.kill(os.getpid(), signal.SIGKILL))
"""
    assert outcome(slot, code) == ["exited 0 0", "exited 3 0", "signalled 6 0", "signalled 9 0"]


def test_spinning_is_told_from_sleeping(slot: tuple[World, str]) -> None:
    code = """
def spin():
    while True: pass
def spin_below():
    if os.fork() == 0: spin()
    os.wait()
trial(spin, cpu=0.1)
trial(spin_below, cpu=0.1)
trial(lambda: time.sleep(60), wall=0.2, cpu=0.1)
trial(lambda: time.sleep(0.3), wall=20, cpu=5)
"""
    assert outcome(slot, code) == ["cpu 9 0", "cpu 9 0", "wall 9 0", "exited 0 0"]


def test_who_is_sure_to_sleep_too_long_is_not_waited_for(slot: tuple[World, str]) -> None:
    # With such limits, waiting for them would never end.
    code = """
import queue, threading
def deadlock():
    lock = threading.Lock(); lock.acquire()
    waits = threading.Thread(target=lock.acquire); waits.start(); waits.join()
ever = 10**9
trial(deadlock, wall=ever, cpu=ever)
trial(lambda: time.sleep(3 * ever), wall=ever, cpu=ever)
trial(queue.SimpleQueue().get, wall=ever, cpu=ever)
"""
    assert outcome(slot, code) == ["wall 9 0"] * 3


def test_who_may_still_be_woken_is_waited_for(slot: tuple[World, str]) -> None:
    code = """
import multiprocessing, select, threading
def by_thread():
    lock = threading.Lock(); lock.acquire()
    threading.Timer(0.3, lock.release).start()
    lock.acquire()
def by_signal():
    lock = threading.Lock(); lock.acquire()
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0)); signal.alarm(1)
    lock.acquire()
def by_child():
    lock = multiprocessing.get_context("fork").Lock(); lock.acquire()
    if os.fork() == 0: time.sleep(0.3); lock.release(); os._exit(0)
    lock.acquire(); os.wait()
def by_pipe():
    reading, writing = os.pipe()
    threading.Timer(0.3, os.write, (writing, b"x")).start()
    os.read(reading, 1)
for body in (by_thread, by_signal, by_child, by_pipe): trial(body)
"""
    assert outcome(slot, code) == ["exited 0 0"] * 4


def test_memory_is_that_of_the_whole_tree_and_shared_pages_count_once(
    slot: tuple[World, str],
) -> None:
    code = """
def eat():
    held = []
    while len(held) < 1000: held.append(bytearray(b"x" * (4 << 20)))
    time.sleep(60)
def eat_together():
    for _ in range(4):
        if os.fork() == 0:
            held = bytearray(b"x" * (80 << 20)); time.sleep(60)
    time.sleep(60)
def share():
    held = bytearray(b"x" * (80 << 20))
    for _ in range(6):
        if os.fork() == 0: time.sleep(0.5); os._exit(0)
    for _ in range(6): os.wait()
assert trial(eat).peak > 256 << 20
trial(eat_together)
trial(share)
"""
    assert outcome(slot, code) == ["memory 9 0", "memory 9 0", "exited 0 0"]


def test_a_fork_bomb_has_an_end(slot: tuple[World, str]) -> None:
    code = """
from mmap import mmap
def bomb():
    count = memoryview(mmap(-1, 4096)).cast("q")  # should it not be stopped, it stops itself
    while count[0] < 500:
        count[0] += 1
        os.fork()
    time.sleep(60)
trial(bomb)
"""
    assert outcome(slot, code) == ["processes 9 0"]


def test_daemons_are_killed_and_reaped_and_the_kept_live_on(slot: tuple[World, str]) -> None:
    code = """
kept = os.fork()
if kept == 0:
    if os.fork() == 0: pass
    time.sleep(60)
    os._exit(0)
ready, told = os.pipe()
def daemonise():
    if os.fork() == 0:
        os.setsid()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if os.fork() == 0:
            os.write(told, b"up")
            time.sleep(60)
        os._exit(0)
    os.wait()
    os.read(ready, 2)
trial(daemonise, keep={kept})
print(len(below({kept})))
kill_rest(sealed=layers.sealed)
print(len(below()))
"""
    assert outcome(slot, code) == ["exited 0 2", "0", "0"]


def test_the_trial_dies_with_its_zygote(slot: tuple[World, str]) -> None:
    code = """
ready, told = os.pipe()
zygote = os.fork()
if zygote == 0:
    trial(lambda: (os.write(told, b"up"), time.sleep(60)), wall=60)
os.read(ready, 2)
os.kill(zygote, signal.SIGKILL)
os.waitpid(zygote, 0)
print(os.waitstatus_to_exitcode(os.wait()[1]), len(below()))
"""
    assert outcome(slot, code) == ["-9 0"]


def test_the_limits_of_the_current_test_count() -> None:
    board = Board()
    pid = os.fork()
    if pid == 0:
        for index in range(3):
            board.start(index)
            board.cells[2] += 7
            while index == 2:
                pass
        os._exit(0)
    end = supervise(
        pid,
        progress=board,
        limits=[Limit(9, 9), Limit(9, 9), Limit(0.1, 9)],
        outside=Limit(9, 9),
        memory_limit_bytes=1 << 40,
        process_limit=1000,
    )
    assert (end.kind, board.index, board.ticks) == ("cpu", 2, 7)


def test_this_very_process_can_be_read() -> None:
    child = os.fork()
    if child == 0:
        os.execvp("sleep", ["sleep", "60"])
    try:
        assert child in children(own_entry())
        found = read(child, foreign=False)
        assert found is not None
        assert (found.pid, found.alive, found.threads) == (child, True, 1)
        assert shared_out(found) > 0
        assert below({child}) == [process for process in below() if process.pid != child]
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
    assert read(child, foreign=False) is None
    assert children(child) == []
