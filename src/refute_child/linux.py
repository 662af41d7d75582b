"""The Linux system calls that the standard library lacks, by ctypes.

For the seal: namespaces, mounts, capabilities. Every function raises OSError with the
kernel's reason, and ENOSYS where there is no Linux. Paths may hold any characters.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from errno import EINVAL, ENOSYS
from fcntl import ioctl
from os import close, fsencode, strerror
from struct import pack

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER = 0x00020000, 0x08000000, 0x10000000
CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT = 1, 2, 4, 32
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MOUNT_FLAGS = {"nosuid": MS_NOSUID, "noexec": 8, "noatime": 1024, "nodiratime": 2048}
"""Flags that a remount has to repeat, by their names in mountinfo."""
MNT_DETACH = 2
ATTR_RDONLY, ATTR_NODEV = 1, 4
O_PATH = 0o10000000

PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER = 1, 24, 36
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 38, 47
AMBIENT_RAISE, AMBIENT_CLEAR_ALL = 2, 4

ROOT_CAPABILITIES = frozenset({0, 1, 3, 4, 5, 6, 7, 10, 31})
"""What a suite run as root may keep: CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID,
SETUID; NET_BIND_SERVICE, which reaches no further than the slot's own loopback; SETFCAP,
without which root can make no user namespace of its own."""
LAYER_CAPABILITIES = frozenset({0, 1, 2, 3, 4, 8, 21})
"""What the process that refreshes the layers needs, within its own namespace: SYS_ADMIN to
mount, SETPCAP to give this up, and power over files, since an overlay acts with the powers
of the one who mounted it."""

_MOUNT_SETATTR = 442
_AT_FDCWD = -100
_AT_RECURSIVE = 0x8000
_CAPABILITY_VERSION = 0x20080522
_LAST_CAPABILITY = 63
_AF_INET, _SOCK_DGRAM = 2, 2
_SIOCSIFFLAGS, _IFF_UP_RUNNING = 0x8914, 0x41

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
_get_errno = ctypes.get_errno


@dataclass(frozen=True, slots=True)
class Mount:
    """One line of mountinfo: where it is mounted, its options, the type of file system."""

    point: str
    options: frozenset[str]
    kind: str


def _call(name: str, *arguments: object) -> int:
    if _libc is None:
        raise OSError(ENOSYS, strerror(ENOSYS), name)
    result = int(getattr(_libc, name)(*arguments))
    if result < 0:
        code = _get_errno()
        raise OSError(code, strerror(code), name)
    return result


def unshare(flags: int) -> None:
    """Leave the namespaces that `flags` name, for new ones."""
    _call("unshare", ctypes.c_int(flags))


def prctl(option: int, first: int = 0, second: int = 0) -> None:
    """prctl(2) with up to two arguments."""
    ulong = ctypes.c_ulong
    _call("prctl", ctypes.c_int(option), ulong(first), ulong(second), ulong(0), ulong(0))


def mount(source: str, target: str, kind: str = "", flags: int = 0, data: str = "") -> None:
    """mount(2); an empty `kind` or `data` is none."""
    _call(
        "mount",
        fsencode(source),
        fsencode(target),
        fsencode(kind) or None,
        ctypes.c_ulong(flags),
        fsencode(data) or None,
    )


def bind(source: str, target: str) -> None:
    """Show `source`, and all that is mounted below it, at `target`."""
    mount(source, target, flags=MS_BIND | MS_REC)


def detach(target: str) -> None:
    """Take the topmost mount away from `target`, though it be in use."""
    _call("umount2", fsencode(target), ctypes.c_int(MNT_DETACH))


def set_attributes(path: str, *, add: int = 0, clear: int = 0, recursive: bool = False) -> None:
    """mount_setattr(2) on the mount at `path` (Linux 5.12)."""
    attributes = ctypes.create_string_buffer(pack("=4Q", add, clear, 0, 0), 32)
    _call(
        "syscall",
        ctypes.c_long(_MOUNT_SETATTR),
        ctypes.c_int(_AT_FDCWD),
        fsencode(path),
        ctypes.c_uint(_AT_RECURSIVE if recursive else 0),
        attributes,
        ctypes.c_size_t(32),
    )


def mounts() -> list[Mount]:
    """What is mounted in this namespace, oldest first."""
    found = []
    with open("/proc/self/mountinfo", "rb") as lines:
        for line in lines:
            fields = line.split()
            found.append(
                Mount(
                    _unescaped(fields[4]),
                    frozenset(fields[5].decode().split(",")),
                    fields[fields.index(b"-") + 1].decode(),
                )
            )
    return found


def _unescaped(field: bytes) -> str:
    for code in (b"040", b"011", b"012", b"134"):
        field = field.replace(b"\\" + code, bytes([int(code, 8)]))
    return field.decode("utf-8", "surrogateescape")


def bound_capabilities(keep: frozenset[int]) -> None:
    """Nothing that is executed from here on can ever have more than `keep`.

    Needs CAP_SETPCAP while there is anything to take away.
    """
    for capability in range(_LAST_CAPABILITY + 1):
        if capability not in keep:
            try:
                prctl(PR_CAPBSET_DROP, capability)
            except OSError as error:
                if error.errno != EINVAL:
                    raise
                return  # beyond the last one that this kernel knows


def hold_capabilities(
    held: frozenset[int],
    *,
    active: frozenset[int],
    passed_on: frozenset[int] = frozenset(),
) -> None:
    """Give up all capabilities but `held`, of which `active` are in force.

    Those `passed_on` outlive an exec by an ordinary user.
    """
    prctl(PR_CAP_AMBIENT, AMBIENT_CLEAR_ALL)
    low, high = 0xFFFFFFFF, 32
    masks = [sum(1 << number for number in chosen) for chosen in (active, held, passed_on)]
    words = [mask & low for mask in masks] + [mask >> high for mask in masks]
    header = ctypes.create_string_buffer(pack("=Ii", _CAPABILITY_VERSION, 0), 8)
    _call("capset", header, ctypes.create_string_buffer(pack("=6I", *words), 24))
    for capability in passed_on:
        prctl(PR_CAP_AMBIENT, AMBIENT_RAISE, capability)


def raise_loopback() -> None:
    """Bring up `lo` in a fresh network namespace; nothing else is there."""
    descriptor = _call("socket", _AF_INET, _SOCK_DGRAM, 0)
    try:
        ioctl(descriptor, _SIOCSIFFLAGS, pack("16sH14x", b"lo", _IFF_UP_RUNNING))
    finally:
        close(descriptor)
