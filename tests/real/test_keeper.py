"""Whatever happens to those who started something, nothing of it is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.real.places import Room, eventually, room

from refute.errors import RefuteError
from refute.real.keeping import Keeper, sweep

KEEP = """
import sys
from refute.real.keeping import Keeper
keeper = Keeper("thing")
spawned = keeper.spawn(["sh", "-c", "(setsid sleep 500 &) ; exec sleep 500"])
keeper.afterwards(["touch", sys.argv[1] if len(sys.argv) > 1 else "/dev/null"])
print(keeper.directory, keeper._process.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def place() -> Iterator[Room]:
    with room() as found:
        yield found


def begun(place: Room, marker: Path) -> tuple[subprocess.Popen[str], Path, int]:
    """A process that has something kept; the keeper's folder and pid."""
    starter = subprocess.Popen(
        [sys.executable, "-c", KEEP, str(marker)],
        env=place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert starter.stdout is not None
    folder, pid = starter.stdout.readline().split()
    assert eventually(lambda: len(place.processes()) == 2)
    return starter, Path(folder), int(pid)


def test_everything_goes_when_it_is_closed(place: Room, tmp_path: Path) -> None:
    starter, folder, _ = begun(place, tmp_path / "after")
    starter.communicate()
    assert eventually(place.is_clean)
    assert not folder.exists()
    assert (tmp_path / "after").exists()


def test_everything_goes_when_the_starter_is_killed(place: Room, tmp_path: Path) -> None:
    starter, _, _ = begun(place, tmp_path / "after")
    starter.kill()
    starter.communicate()
    assert eventually(place.is_clean)
    assert (tmp_path / "after").exists()


def test_what_is_written_while_it_ends_goes_when_it_is_closed_again() -> None:
    keeper = Keeper("thing")
    keeper.close()
    (keeper.directory / "data").mkdir(parents=True)
    (keeper.directory / "data" / "late").write_text("by a start that was given up")
    keeper.close()
    assert not keeper.directory.exists()


def test_interrupt_of_the_terminal_does_not_reach_it(place: Room, tmp_path: Path) -> None:
    starter, folder, pid = begun(place, tmp_path / "after")
    os.kill(pid, signal.SIGINT)
    assert os.getpgid(pid) != os.getpgid(starter.pid)
    assert folder.exists()
    assert eventually(lambda: len(place.processes()) == 2)
    starter.communicate()
    assert eventually(place.is_clean)


def test_who_comes_next_sweeps_up_after_a_killed_keeper(place: Room, tmp_path: Path) -> None:
    starter, folder, pid = begun(place, tmp_path / "after")
    os.kill(pid, signal.SIGKILL)
    starter.communicate()
    assert folder.exists()
    assert eventually(lambda: sweep(folder.parent) == 1)
    assert eventually(place.is_clean)
    assert (tmp_path / "after").exists()


def test_a_folder_that_has_no_keeper_goes_after_a_while(tmp_path: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name / "data").mkdir(parents=True)
    os.utime(tmp_path / "old", (1, 1))
    assert sweep(tmp_path) == 1
    assert [one.name for one in tmp_path.iterdir()] == ["new"]


def test_a_folder_in_use_is_not_swept(place: Room, tmp_path: Path) -> None:
    starter, folder, _ = begun(place, tmp_path / "after")
    os.utime(folder, (1, 1))  # However old it is.
    assert sweep(folder.parent) == 0
    assert eventually(lambda: len(place.processes()) == 2)
    starter.communicate()


def test_commands_for_the_end_run_in_reverse(tmp_path: Path) -> None:
    note = tmp_path / "note"
    with Keeper("thing") as keeper:
        for word in ("first", "second"):
            keeper.afterwards(["sh", "-c", f"echo {word} >> {note}"])
        keeper.afterwards(["/does/not/exist"])
    assert note.read_text() == "second\nfirst\n"


def test_what_a_program_prints_is_kept_until_the_end() -> None:
    with Keeper("thing") as keeper:
        spawned = keeper.spawn(["sh", "-c", "echo one; echo two >&2; exit 3"], log="words.log")
        assert eventually(lambda: keeper.code(spawned) == 3)
        assert spawned.tail() == "one\ntwo"
        assert spawned.tail(1) == "two"


def test_one_program_can_be_stopped_alone() -> None:
    with Keeper("thing") as keeper:
        one, other = keeper.spawn(["sleep", "500"]), keeper.spawn(["sleep", "500"])
        assert keeper.stop(one) == -signal.SIGTERM
        assert keeper.code(other) is None


def test_a_program_that_stays_is_killed() -> None:
    with Keeper("thing") as keeper:
        stubborn = keeper.spawn(["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"])
        assert eventually(lambda: stubborn.tail() == "ready")
        assert keeper.stop(stubborn, grace=0.1) == -signal.SIGKILL


def test_a_program_that_is_not_there() -> None:
    with Keeper("thing") as keeper, pytest.raises(RefuteError, match="No such file") as caught:
        keeper.spawn(["/does/not/exist"])
    assert caught.value.slug == "real-start-failed"
