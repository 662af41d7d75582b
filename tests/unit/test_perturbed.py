"""Runs in changed worlds, one process each; real runs of small suites, without a seal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from refute.faults.perturbation import Kind, Perturbation
from refute.trials.perturbed import Answer, Ask, Worlds, rewrites
from refute.trials.seal import Seal, SealKind
from refute.trials.slot import Launch

TESTS = """\
import asyncio
import datetime
import os
import random
import time
import uuid
from pathlib import Path

SEEN = []


def told(name, value):
    with open(os.environ["NOTES"], "a") as file:
        print(name, value, file=file)


def test_one():
    SEEN.append(1)
    told("one", len(SEEN))
    told("pid", os.getpid())


def test_two():
    SEEN.append(2)
    told("two", len(SEEN))
    told("pid", os.getpid())


class TestWorld:
    def test_world(self):
        told("random", random.random())
        told("uuid", uuid.uuid4())
        told("hash", hash("a"))
        told("zone", time.strftime("%z"))
        told("day", datetime.date.today())
        told("clock", time.strftime("%Y-%m-%d"))
        told("cwd", Path.cwd() == Path(os.environ["NOTES"]).parent)

    def test_tasks(self):
        found = []

        async def note(number):
            await asyncio.sleep(0)
            found.append(number)

        async def all():
            await asyncio.gather(*map(note, range(6)))

        asyncio.run(all())
        told("tasks", "".join(map(str, found)))


def test_leaves():
    os.environ["LEFT"] = "behind"
    Path("left.txt").write_text("x")
"""
NAMES = ("test_one", "test_two", "TestWorld::test_world", "TestWorld::test_tasks", "test_leaves")
IDS = tuple(f"test_it.py::{name}" for name in NAMES)


@pytest.fixture
def worlds(tmp_path: Path) -> Worlds:
    (tmp_path / "test_it.py").write_text(TESTS)
    environment = {**os.environ, "NOTES": str(tmp_path / "notes"), "PYTHONHASHSEED": "0"}
    seal = Seal(SealKind.NONE)
    return Worlds(Launch(Path(sys.executable), tmp_path, seal, environment, (), ()))


def ask(worlds: Worlds, kind: Kind, seed: int = 0, **more: object) -> tuple[Answer, dict[str, str]]:
    """One run, and what its tests noted."""
    notes = worlds.launch.root / "notes"
    notes.unlink(missing_ok=True)
    answer = worlds.one(Ask(Perturbation(kind, seed), **more))  # type: ignore[arg-type]
    lines = notes.read_text().splitlines() if notes.exists() else []
    return answer, dict(line.partition(" ")[::2] for line in lines)


def test_orders_and_choices(worlds: Worlds) -> None:
    assert ask(worlds, Kind.NOTHING)[0].order == IDS
    assert ask(worlds, Kind.ORDER)[0].order == IDS[::-1]
    assert ask(worlds, Kind.ORDER, until=IDS[2])[0].order == IDS[:1:-1]
    assert ask(worlds, Kind.NOTHING, until=IDS[1])[0].order == IDS[:2]
    answer, said = ask(worlds, Kind.NOTHING, tests=(IDS[1], IDS[0]))
    assert answer.order == (IDS[1], IDS[0])
    assert (said["two"], said["one"]) == ("1", "2")
    assert answer.code == 0


def test_each_in_a_process_of_its_own(worlds: Worlds) -> None:
    answer, said = ask(worlds, Kind.PROCESS)
    assert answer.order == IDS
    assert set(answer.outcomes.values()) == {"passed"}
    assert (said["one"], said["two"]) == ("1", "1")
    pids = (worlds.launch.root / "notes").read_text().splitlines()
    assert len({line for line in pids if line.startswith("pid ")}) == 2


def test_seeds_repeat_what_they_did(worlds: Worlds) -> None:
    one = ask(worlds, Kind.RANDOM, 5)[1]
    two = ask(worlds, Kind.RANDOM, 5)[1]
    other = ask(worlds, Kind.RANDOM, 6)[1]
    plain = ask(worlds, Kind.NOTHING)[1]
    assert (one["random"], one["uuid"]) == (two["random"], two["uuid"])
    assert len({one["random"], other["random"], plain["random"]}) == 3
    assert len({one["uuid"], other["uuid"], plain["uuid"]}) == 3


def test_tasks_change_places_by_seed(worlds: Worlds) -> None:
    found = [ask(worlds, Kind.SCHEDULE, seed)[1]["tasks"] for seed in (1, 1, 2, 3)]
    assert found[0] == found[1]
    assert len(set(found)) == 3
    assert {"".join(sorted(tasks)) for tasks in found} == {"012345"}
    assert ask(worlds, Kind.NOTHING)[1]["tasks"] == "012345"


def test_what_else_changes(worlds: Worlds) -> None:
    plain = ask(worlds, Kind.NOTHING)[1]
    assert plain["cwd"] == "True"
    assert ask(worlds, Kind.HASH, 4)[1]["hash"] != plain["hash"]
    assert ask(worlds, Kind.ZONE, 1)[1]["zone"] == "+1400"
    shifted = ask(worlds, Kind.CLOCK, 1)[1]
    assert (shifted["day"], shifted["clock"]) == ("2028-02-29", "2028-02-29")
    idle = ask(worlds, Kind.CLOCK, 1, idle=True)[1]
    assert (idle["day"], idle["clock"]) == (plain["day"], plain["clock"])
    assert ask(worlds, Kind.CWD)[1]["cwd"] == "False"


def test_what_a_test_leaves(worlds: Worlds) -> None:
    answer, _ = ask(worlds, Kind.NOTHING, tests=IDS[3:], leftovers=True)
    # Others may use the machine's temporary folder meanwhile, which is seen through the seal.
    (left,) = answer.left[IDS[3]]
    assert left.startswith("files behind: notes")
    assert answer.left[IDS[4]] == ("the environment changed: LEFT", "files behind: left.txt")


def test_a_second_run_finds_what_the_first_one_left(worlds: Worlds) -> None:
    path = worlds.launch.root / "test_it.py"
    path.write_text("def test_new():\n    open('made', 'x').close()\n")
    answer, _ = ask(worlds, Kind.AGAIN)
    assert answer.failed("test_it.py::test_new")
    assert answer.failures["test_it.py::test_new"].startswith("FileExistsError")
    assert answer.order == ("test_it.py::test_new",)


def test_a_suite_that_ends_its_process(worlds: Worlds) -> None:
    path = worlds.launch.root / "test_it.py"
    path.write_text(
        "import os\ndef test_a(): pass\ndef test_b(): os._exit(3)\ndef test_c(): pass\n"
    )
    answer, _ = ask(worlds, Kind.NOTHING)
    assert answer.outcomes == {"test_it.py::test_a": "passed", "test_it.py::test_b": "failed"}
    assert answer.trouble == "the process ended with status 3"
    answer, _ = ask(worlds, Kind.PROCESS)
    assert answer.failed("test_it.py::test_b")
    assert answer.passed("test_it.py::test_c")
    assert answer.code == 0


def test_all_tests_are_run_whatever_fails(worlds: Worlds) -> None:
    path = worlds.launch.root
    (path / "pytest.ini").write_text("[pytest]\naddopts = -x\n")
    (path / "test_it.py").write_text("def test_a(): assert 0\ndef test_b(): pass\n")
    answer, _ = ask(worlds, Kind.NOTHING)
    assert answer.failed("test_it.py::test_a")
    assert answer.passed("test_it.py::test_b")
    assert answer.failures == {"test_it.py::test_a": "assert 0"}


def test_what_cannot_be_collected_says_so(worlds: Worlds) -> None:
    (worlds.launch.root / "test_it.py").write_text("import nothing_of_this_name\n")
    answer, _ = ask(worlds, Kind.NOTHING)
    assert answer.order == ()
    assert "nothing_of_this_name" in answer.trouble


def test_rewrites_are_made_by_the_interpreter_of_the_project(worlds: Worlds) -> None:
    root = worlds.launch.root
    (root / "code.py").write_text("def f(a):\n    b = a\n    return b\n")
    (root / "broken.py").write_text("def f(:\n")
    found = rewrites(worlds.launch, ["broken.py", "code.py"])
    assert [(one.file, one.operator, one.line) for one in found] == [
        ("code.py", "local_renamed", 2)
    ]


CLOCK = """\
import os, sys
sys.path.insert(0, {path!r})
from refute_child.clocks import shift_to
shift_to([2030, 5, 6, 7, 8, 9])
import copy, datetime, pickle, shutil, tempfile, time
now = datetime.datetime.now()
assert (now.year, now.month, now.day, now.hour) == (2030, 5, 6, 7), now
assert datetime.date.today() == now.date() == datetime.date(2030, 5, 6)
assert type(datetime.date.today()) is datetime.date
assert abs(time.time() - now.timestamp()) < 5
assert abs(time.time_ns() / 1e9 - time.time()) < 5
assert abs(time.clock_gettime(time.CLOCK_REALTIME) - time.time()) < 5
assert time.monotonic() < time.time()
assert time.ctime().endswith("2030") and time.asctime().endswith("2030")
assert time.gmtime(0).tm_year == 1970
aware = datetime.datetime.now(datetime.timezone.utc)
assert aware.tzinfo is datetime.timezone.utc
assert abs(datetime.datetime.utcnow() - aware.replace(tzinfo=None)) < datetime.timedelta(seconds=5)
assert pickle.loads(pickle.dumps(now)) == copy.copy(now) == now
assert isinstance(now, datetime.date) and isinstance(now.date(), datetime.date)
assert not isinstance(now.date(), datetime.datetime)
assert issubclass(datetime.datetime, datetime.date)
assert repr(now + datetime.timedelta(1)).startswith("datetime.datetime(2030, 5, 7")
assert type(now + datetime.timedelta(1)) is datetime.datetime
assert datetime.datetime.strptime("1999", "%Y") == datetime.datetime(1999, 1, 1)
assert datetime.datetime.fromisoformat("1999-01-01") < datetime.datetime.max
with tempfile.NamedTemporaryFile() as file:
    assert abs(os.path.getmtime(file.name) - time.time()) < 5
    os.utime(file.name, (1, time.time()))
    assert abs(os.stat(file.name).st_mtime - time.time()) < 5
    assert os.stat(file.name).st_atime == 1
    shutil.copy2(file.name, file.name + "2")
    assert abs(os.stat(file.name + "2").st_mtime - time.time()) < 5
    os.unlink(file.name + "2")
assert os.stat(os.__file__).st_mtime < time.time() - 86400
class Day(datetime.datetime):
    pass
assert isinstance(Day.now(), Day) and not isinstance(now, Day)
"""


def test_a_shifted_clock_is_a_clock_like_any_other() -> None:
    path = str(Path(__file__).resolve().parents[2] / "src")
    code = CLOCK.format(path=path)
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


SCHEDULE = """\
import asyncio, sys
sys.path.insert(0, {path!r})
from refute_child.schedules import shuffle
shuffle({seed})

async def echo(reader, writer):
    writer.write(await reader.readline())
    await writer.drain()
    writer.close()

async def client(port, number):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"%d\\n" % number)
    assert await reader.read() == b"%d\\n" % number
    writer.close()
    await writer.wait_closed()

async def main():
    queue, got = asyncio.Queue(1), []
    async def give():
        for number in range(9):
            await queue.put(number)
    async def take():
        for _ in range(9):
            got.append(await queue.get())
    async with asyncio.TaskGroup() as group:
        group.create_task(give())
        group.create_task(take())
    assert got == list(range(9))
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await asyncio.gather(*(client(port, number) for number in range(20)))
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(60)
    except TimeoutError:
        pass
    lock, held = asyncio.Lock(), []
    async def locked(number):
        async with lock:
            held.append(number)
            await asyncio.sleep(0)
    await asyncio.gather(*map(locked, range(9)))
    assert sorted(held) == list(range(9))
    server.close()

asyncio.run(main(), debug=False)
"""


@pytest.mark.parametrize("seed", range(6))
def test_what_asyncio_promises_holds_in_any_schedule(seed: int) -> None:
    path = str(Path(__file__).resolve().parents[2] / "src")
    code = SCHEDULE.format(path=path, seed=seed)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
