"""Small folders that are kept by looking: pictured, copied, and put back as they were.

For the parts of a sealed slot that no overlay can serve: hidden folders, shared memory,
and a folder whose file system refuses to be overlaid.
"""

from __future__ import annotations

from contextlib import suppress
from os import (
    chmod,
    lstat,
    makedirs,
    mkdir,
    readlink,
    rmdir,
    scandir,
    stat_result,
    symlink,
    unlink,
    utime,
)
from stat import S_ISDIR, S_ISLNK, S_ISREG

_open = open
_CHUNK = 1 << 20

Picture = dict[str, tuple[int, int, int, int]]
"""Relative path ("" is the folder itself) to mode, size, time of change and inode."""


def _facts(found: stat_result) -> tuple[int, int, int, int]:
    if S_ISDIR(found.st_mode):  # its time changes with its entries, which speak for themselves
        return found.st_mode, 0, 0, found.st_ino
    return found.st_mode, found.st_size, found.st_mtime_ns, found.st_ino


def picture(folder: str) -> Picture:
    """What is in `folder`, parents before children; symbolic links are not followed."""
    found = {"": _facts(lstat(f"{folder}/."))}
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with suppress(PermissionError), scandir(f"{folder}/{prefix}") as entries:
            for entry in entries:
                path = f"{prefix}{entry.name}"
                found[path] = _facts(entry.stat(follow_symlinks=False))
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{path}/")
    return found


def size(folder: str, enough: int) -> int:
    """The bytes of the files in `folder`; counting ends once there are more than `enough`."""
    total = 0
    waiting = [folder]
    while waiting and total <= enough:
        with suppress(PermissionError, FileNotFoundError), scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                else:
                    with suppress(FileNotFoundError):  # gone by now
                        total += entry.stat(follow_symlinks=False).st_size
    return total


def remove(path: str) -> None:
    """Remove a file or a whole folder, whatever its modes say."""
    if not S_ISDIR(lstat(path).st_mode):
        unlink(path)
        return
    chmod(path, 0o700)
    with scandir(path) as entries:
        names = [entry.path for entry in entries]
    for name in names:
        remove(name)
    rmdir(path)


def copy_entry(source: str, target: str) -> None:
    """Copy one entry, a folder without its content. Sockets, pipes and devices are left out."""
    found = lstat(source)
    if S_ISLNK(found.st_mode):
        symlink(readlink(source), target)
    elif S_ISDIR(found.st_mode):
        mkdir(target)
        chmod(target, found.st_mode & 0o7777)
    elif S_ISREG(found.st_mode):
        with _open(source, "rb") as reader, _open(target, "wb") as writer:
            while chunk := reader.read(_CHUNK):
                writer.write(chunk)
        chmod(target, found.st_mode & 0o7777)
        utime(target, ns=(found.st_atime_ns, found.st_mtime_ns))


def replace(source: str, target: str) -> None:
    """Make `target` a copy of the folder `source`; what can't be read is left out."""
    with suppress(FileNotFoundError):
        remove(target)
    makedirs(target)
    for path in picture(source):
        if path:
            with suppress(PermissionError, FileNotFoundError):  # below what couldn't be read
                copy_entry(f"{source}/{path}", f"{target}/{path}")
    chmod(target, lstat(f"{source}/.").st_mode & 0o7777)


def restore(base: str, live: str, before: Picture) -> Picture:
    """Put `live` back as `before` pictured it, from the copy `base`.

    What did not change stays untouched, inode and all: the zygote may have it mapped.
    Returns the picture of now.
    """
    chmod(live, 0o700)
    now = picture(live)
    for path in sorted(path for path in now if path and now[path] != before.get(path)):
        with suppress(FileNotFoundError):  # went with its folder
            remove(f"{live}/{path}")
    for path in before:
        if path and before[path] != now.get(path):
            _put_back(f"{base}/{path}", f"{live}/{path}")
    # a folder that was replaced took unchanged children with it
    for path in before.keys() - picture(live).keys():
        _put_back(f"{base}/{path}", f"{live}/{path}")
    chmod(live, before[""][0] & 0o7777)
    return picture(live)


def _put_back(source: str, target: str) -> None:
    with suppress(FileExistsError, FileNotFoundError):  # pipes and sockets have no copy
        copy_entry(source, target)
