"""The /dev and /proc of a sealed slot: no disks, no other processes, no switches."""

from __future__ import annotations

import os
from contextlib import suppress
from glob import glob

from . import linux

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
_GRAPHICS = ("nvidia*", "dri", "kfd", "dxg")
_LINKS = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
_KERNEL_SWITCHES = ("sys", "sysrq-trigger", "irq", "bus", "fs", "scsi", "acpi")


def open_devices() -> dict[str, int]:
    """Hold on to the harmless devices, and those that compute, before /dev is covered."""
    names = list(_DEVICES)
    for pattern in _GRAPHICS:
        names += [os.path.basename(path) for path in glob(f"/dev/{pattern}")]
    found = {}
    for name in names:
        with suppress(OSError):  # a machine without this device
            found[name] = os.open(f"/dev/{name}", linux.O_PATH)
    return found


def make_devices(own: str, devices: dict[str, int]) -> list[str]:
    """Build /dev in the new folder `own` and show it at its place; returns notes."""
    notes = []
    os.mkdir(own)
    for name, descriptor in devices.items():
        source, place = f"/proc/self/fd/{descriptor}", f"{own}/{name}"
        if os.path.isdir(source):
            os.mkdir(place)
        else:
            os.close(os.open(place, os.O_CREAT | os.O_WRONLY, 0o666))
        linux.bind(source, place)
        with suppress(OSError):  # before Linux 5.12, where this mount never lost its devices
            linux.set_attributes(place, clear=linux.ATTR_NODEV)
        os.close(descriptor)
    for name, aim in _LINKS.items():
        os.symlink(f"/proc/self/fd{aim}", f"{own}/{name}")
    os.mkdir(f"{own}/pts")
    try:
        linux.mount("devpts", f"{own}/pts", "devpts", data="newinstance,ptmxmode=0666,mode=620")
        os.symlink("pts/ptmx", f"{own}/ptmx")
    except OSError as error:
        notes.append(f"no pseudo-terminals: {error.strerror}")
    os.mkdir(f"{own}/shm")
    linux.bind(own, "/dev")
    return notes


_PIDS = 1024
"""Processes and threads that one slot may have at a time, where the kernel counts by slot."""


def _bound_pids() -> None:
    """Stop a fork bomb where it starts: from Linux 6.14 on each pid namespace has a bound of
    its own. Before that the switch is the whole machine's, and must not be touched.
    """
    release = os.uname().release.split("-")[0].split(".")
    numbers = [int(part) for part in release[:2] if part.isdigit()]
    if numbers >= [6, 14]:
        with suppress(OSError), open("/proc/sys/kernel/pid_max", "w") as file:
            file.write(str(_PIDS))  # refused: then the supervisor's count is all there is


def make_proc() -> list[str]:
    """Show the slot's own processes alone; returns notes.

    The kernel's switches are read-only, since they would obey a real root. Where a new /proc
    is refused (some containers mask theirs) the old one stays, read-only.
    """
    try:
        linux.mount("proc", "/proc", "proc", linux.MS_NOSUID | linux.MS_NODEV)
    except OSError as error:
        return [f"/proc shows the machine's processes: {error.strerror}"]
    _bound_pids()
    for name in _KERNEL_SWITCHES:
        path = f"/proc/{name}"
        if os.path.exists(path):
            linux.bind(path, path)
            linux.mount("none", path, flags=linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY)
    return []
