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
    before = _world()
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
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    time.sleep(dice.uniform(0.0, 2.0))
    user.kill()
    user.communicate()
    eventually(lambda: not _ours(place))
    # What a killed keeper could not do itself, the next one does.
    subprocess.run([sys.executable, "-c", _SWEEPS], env=place.environment, check=True)
    eventually(lambda: place.is_clean() and _world() <= before)
    left = [*place.kept(), *map(str, _ours(place).items()), *sorted(_world() - before)]
    return f"{name} {when}", left


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


def _world() -> set[str]:
    """Control groups, mounts, network namespaces and kernel settings that are ours or could be."""
    seen = {str(one) for one in Path("/sys/fs/cgroup").glob("*/refute-kubernetes-*")}
    seen |= {str(one) for one in Path("/sys/fs/cgroup").glob("refute-kubernetes-*")}
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        fields = line.split()
        seen.add(f"mount {fields[4]}")
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            group = (process / "cgroup").read_text()
            if "refute-kubernetes-" in group:
                seen.add(f"process {process.name}")
    for name in ("vm/overcommit_memory", "vm/panic_on_oom", "kernel/panic", "kernel/panic_on_oops"):
        seen.add(f"{name}={Path('/proc/sys', name).read_text().strip()}")
    return seen
