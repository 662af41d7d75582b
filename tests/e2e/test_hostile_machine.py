"""Faults that reach for the machine itself: all are thrown away or refused, nothing is left."""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import _pytest.python
import pytest
from tests.e2e.stage import Stage, stage
from tests.users import identity

SYSTEM = ("/", "/etc", "/usr", "/usr/local/bin", "/opt", "/root", "/srv", "/var/lib", "/var/log",
          "/var/tmp", "/tmp", "/dev/shm", "/sys/fs/cgroup")  # fmt: skip
PLACES = ("/run", "/opt", "/var/lib", "/var/tmp")
SHARED_MEMORY = "0x002ef17e"


@contextmanager
def listeners(place: Stage) -> Iterator[tuple[dict[str, str], list[socket.socket]]]:
    """Services of the machine that nobody may reach: what the project has to know of them."""
    with ExitStack() as around:
        tcp = around.enter_context(socket.create_server(("127.0.0.1", 0)))
        held, paths = [tcp], []
        abstract = f"refute-hostile-{os.getpid()}"
        for address in ("\0" + abstract, *(f"{folder}/{abstract}" for folder in PLACES)):
            listening = around.enter_context(socket.socket(socket.AF_UNIX))
            try:
                listening.bind(address)
            except PermissionError:
                continue
            if address[0] == "/":
                around.callback(os.unlink, address)
                os.chmod(address, 0o777)
                paths.append(address)
            listening.listen()
            held.append(listening)
        for one in held:
            one.setblocking(False)
        told = {
            "HOSTILE_PORT": str(tcp.getsockname()[1]),
            "HOSTILE_ABSTRACT": abstract,
            "HOSTILE_SOCKETS": ":".join(paths),
        }
        yield told, held


def under_git(place: Stage) -> None:
    """Make the project a repository of its user's."""
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "all"]):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com", *words]
        subprocess.run(
            command, cwd=place.project, env=place.environment(), check=True, **identity(place.user)
        )
    place.before = place.content()


def machine() -> dict[str, str]:
    """What must not change: names in system folders, programs, memory that is shared."""
    found = {folder: " ".join(sorted(os.listdir(folder))) for folder in SYSTEM if _is_calm(folder)}
    for path in ("/etc/passwd", os.path.realpath(sys.executable), _pytest.python.__file__):
        found[path] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    found["name"] = socket.gethostname()
    return found


def _is_calm(folder: str) -> bool:
    """Others make files of their own in the rest; there nobody makes any of ours."""
    with suppress(OSError):
        assert not [name for name in os.listdir(folder) if "litter" in name], folder
        return folder not in ("/tmp", "/var/tmp", "/var/log", "/dev/shm", "/root")
    return False


@pytest.mark.parametrize("kind", ["self", "ordinary"])
def test_faults_that_reach_for_the_machine(kind: str) -> None:
    with stage("hostile/machine", kind) as place, listeners(place) as (told, held):
        under_git(place)
        before = machine()
        done = place.run("--operators", "condition_true", "--score-only", env=told)
        assert done.code == 0, done.output
        tried = [m for m in done.report["mutants"] if m["original"] == "now"]
        odd = {m["function"]: (m["verdict"], m["failure"]) for m in tried}
        odd = {name: one for name, one in odd.items() if one[0] != "survived"}
        assert (len(tried), odd) == (53, {}), done.output
        assert place.clean()
        assert machine() == before
        for one in held:
            with pytest.raises(BlockingIOError):
                one.accept()
        assert SHARED_MEMORY not in Path("/proc/sysvipc/shm").read_text()


def test_a_fault_that_ends_its_slot_each_time_has_an_end_in_every_phase() -> None:
    with stage("hostile/machine") as place, listeners(place) as (told, _):
        done = place.run("--operators", "condition_true", "--paths", "kernel.py", env=told)
        assert done.code == 0, done.output
        assert done.mutant(function="terminates_its_parent")["verdict"] == "survived"
        assert done.mutant(function="writes_to_all_descriptors")["verdict"] == "survived"
        assert place.clean()
