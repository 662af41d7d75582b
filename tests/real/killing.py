"""A cluster whose processes are killed at random: what is left of it afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.real.places import Room, eventually

_USES = """
import sys
from refute.real.kubernetes import local_k8s_cluster
with local_k8s_cluster(route=sys.argv[1]) as k8s:
    print("ready", flush=True)
    if k8s.runs_pods:
        container = {"name": "it", "image": "localhost/refute/pause:1"}
        k8s.apply({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"},
                   "spec": {"containers": [container]}})
        k8s.wait("pod/one", "Running")
        forward = k8s.port_forward("pod/one", 80)
        forward.__enter__()
    print("running", flush=True)
    sys.stdin.read()
"""
_SWEEPS = (
    "from refute.real.keeping import sweep; from refute.real.places import scratch; "
    "sweep(scratch())"
)


def kill_at_random(place: Room, route: str, dice: random.Random) -> tuple[str, list[str]]:
    """Start a cluster, kill one of its processes somewhere on the way, then the test itself.

    Returns who was killed when, and what was left: empty as it should be.
    """
    settings, boxes = _settings(), set[str]()
    user = subprocess.Popen(
        [sys.executable, "-c", _USES, route],
        env=place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert user.stdin is not None
    assert user.stdout is not None
    if dice.random() < 0.5:
        moment = dice.uniform(0.1, 8.0)
        time.sleep(moment)
        when = f"after {moment:.1f} s"
    else:
        user.stdout.readline()
        user.stdout.readline()
        when = "with a pod running"
    victims = sorted(_ours(place).items())
    pid, name = dice.choice(victims)
    boxes |= _boxes(place)
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    time.sleep(dice.uniform(0.0, 2.0))
    boxes |= _boxes(place)
    user.kill()
    user.communicate()
    eventually(lambda: not _ours(place))
    # What a killed keeper could not do itself, the next one does.
    subprocess.run([sys.executable, "-c", _SWEEPS], env=place.environment, check=True)

    def left() -> list[str]:
        ours = [*place.kept(), *map(str, _ours(place).items()), *_inside(boxes), *_mounts(place)]
        return [*ours, *sorted(_settings() ^ settings)]

    eventually(lambda: not left())
    return f"{name} {when}", left()


def _ours(place: Room) -> dict[int, str]:
    """The processes that have the room for their temporary files, or a keeper there."""
    found = {}
    marks = (f"TMPDIR={place.folder}".encode(), f"REFUTE_KEEPER={place.folder}/".encode())
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            environment = (process / "environ").read_bytes().split(b"\0")
            if any(entry.startswith(marks) for entry in environment):
                words = (process / "cmdline").read_bytes().decode().split("\0")
                found[int(process.name)] = " ".join(words[:4]).partition("\n")[0]
    return found


def _boxes(place: Room) -> set[str]:
    """The names that boxes have as control groups."""
    return {f"refute-{one.name}" for one in place.folder.glob("refute-real-*/*")}


def _inside(boxes: set[str]) -> list[str]:
    """Control groups of boxes, and processes in there: those of pods are known by nothing else."""
    root = Path("/sys/fs/cgroup")
    found = [str(one) for name in boxes for one in (*root.glob(f"*/{name}"), *root.glob(name))]
    for group in Path("/proc").glob("[0-9]*/cgroup"):
        with suppress(OSError):
            if any(f"/{name}" in group.read_text() for name in boxes):
                found.append(f"process {group.parent.name}")
    return found


def _mounts(place: Room) -> list[str]:
    """What is mounted from or in the room, seen from outside of all boxes."""
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    return [line for line in lines if str(place.folder) in line or "refute-kubernetes" in line]


def _settings() -> set[str]:
    """Settings of the kernel that a kubelet likes to change."""
    names = ("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops")
    return {f"{name}={Path('/proc/sys', name).read_text().strip()}" for name in names}
