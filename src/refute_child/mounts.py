"""The file tree of a sealed slot: all of the machine's, read-only, under throw-away layers.

    lower     everything, read-only, without devices
    overlays  over the project, home and the temporary folders
    hidden    /run and the places of sockets: empty folders of the slot's own
    /dev      the harmless devices alone; a fresh /dev/shm and /dev/pts
    /proc     of the slot's own processes

All that the slot writes lies on tmpfs, each capped. Their tree is mounted at /dev and then
covered by the slot's own /dev, so that no path leads there, and nothing has to be made, or
left behind, on the machine.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from . import linux
from .devices import make_devices, make_proc, open_devices
from .layers import FIRST, Folder, above, attach, new_upper
from .trees import copy_entry, replace, size

COPY_LIMIT = 256 << 20
"""Bytes of a folder that is copied where it can't be overlaid."""
SPREAD_LIMIT = 500
"""Subfolders that are overlaid one by one where the folder as a whole can't be."""
_CAPACITY_LIMIT = 4 << 30
_UNMAPPED = 65534
_OWN = ("/dev", "/proc", "/sys")


class StepError(Exception):
    """A step of the seal that the kernel refused: its name, and the reason."""

    def __init__(self, step: str, error: OSError) -> None:
        super().__init__(f"{step}: {error}")
        self.step = step
        self.error = error


@contextmanager
def step(name: str) -> Iterator[None]:
    """Names what is being done, for the report of a failure."""
    try:
        yield
    except OSError as error:
        raise StepError(name, error) from error


class Tree:
    """Builds the tree in the mount namespace of this process, once."""

    def __init__(self) -> None:
        self.folders: list[Folder] = []
        self.notes: list[str] = []
        self.descriptor = -1
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        self.capacity = f"size={min(_CAPACITY_LIMIT, memory // 4)}"
        self._count = 0
        self._mounted = {mount.point for mount in linux.mounts()}

    @property
    def scratch(self) -> str:
        """A path to the hidden tmpfs, for this process."""
        return f"/proc/self/fd/{self.descriptor}"

    def table(self) -> dict[str, Any]:
        """What `Layers.from_environment` reads."""
        return {
            "scratch": self.descriptor,
            "folders": [[f.target, f.kind, f.slot] for f in self.folders],
            "capacity": self.capacity,
            "notes": self.notes,
        }

    def build(self, writable: list[str], hide: list[str], runtime: str) -> None:
        """The whole tree. `runtime` is $XDG_RUNTIME_DIR: an empty folder there stays."""
        with step("private mounts"):
            linux.mount("none", "/", flags=linux.MS_REC | linux.MS_PRIVATE)
        devices = open_devices()
        with step("tmpfs"):
            linux.mount("tmpfs", "/dev", "tmpfs", data=f"mode=0755,{self.capacity}")
            self.descriptor = os.open("/dev", linux.O_PATH | os.O_DIRECTORY)
            for name in ("low", "gen", "live", "base"):
                os.mkdir(f"{self.scratch}/{name}")
        plan = self._plan(writable, hide)
        with step("read-only root"):
            self._make_read_only()
        for folder, role in plan:
            self._cover(folder, role, runtime)
        with step("/dev"):
            self.notes += make_devices(f"{self.scratch}/dev", devices)
            shared = self._folder("/dev/shm")
            self._keep(shared, None, 0o1777)
            os.mkdir(f"{self.scratch}/base/{shared.slot}", 0o700)
        with step("/proc"):
            self.notes += make_proc()

    def _folder(self, path: str) -> Folder:
        self._count += 1
        return Folder(path, "overlay", str(self._count))

    def write(self, path: str, content: bytes) -> None:
        """Put `content` at `path`, with the mode of what was there."""
        with step(f"write {path}"):
            try:
                with open(path, "wb") as file:
                    file.write(content)
            except OSError:
                # Outside every overlay: show a file of the slot's own at the path.
                own = f"{self.scratch}/live/{self._folder(path).slot}"
                with open(own, "wb") as file:
                    file.write(content)
                os.chmod(own, os.stat(path).st_mode & 0o7777)
                linux.bind(own, os.path.realpath(path))

    def _plan(self, writable: list[str], hide: list[str]) -> list[tuple[Folder, str]]:
        """What to cover, parents first; the originals are bound to low/SLOT beforehand."""
        roles = dict.fromkeys(_folders(hide), "hidden")
        roots = _folders(writable)
        inside = [p for p in self._mounted if any(above(r, p) and p != r for r in roots)]
        roles.update((path, "nested") for path in inside if path not in roles)
        roles.update((path, "writable") for path in roots)
        plan = []
        for path in sorted(roles):
            folder = self._folder(path)
            try:
                if roles[path] != "hidden":
                    self._show_original(folder, path)
                plan.append((folder, roles[path]))
            except OSError as error:
                self.notes.append(f"{path} is left out: {error.strerror}")
        return plan

    def _show_original(self, folder: Folder, path: str) -> None:
        low = f"{self.scratch}/low/{folder.slot}"
        if os.path.isdir(path):
            os.mkdir(low)
        else:
            os.close(os.open(low, os.O_CREAT | os.O_WRONLY, 0o644))
        linux.bind(path, low)

    def _make_read_only(self) -> None:
        try:
            flags = linux.ATTR_RDONLY | linux.ATTR_NODEV
            linux.set_attributes("/", add=flags, recursive=True)
            linux.set_attributes(self.scratch, clear=flags)
        except OSError:
            # Before Linux 5.12: each mount for itself, with the flags that it has already.
            for point, mount in {mount.point: mount for mount in linux.mounts()}.items():
                if above("/dev", point) and not above("/dev/low", point):
                    continue
                flags = linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | linux.MS_NODEV
                for option in mount.options & linux.MOUNT_FLAGS.keys():
                    flags |= linux.MOUNT_FLAGS[option]
                try:
                    linux.mount("none", point, flags=flags)
                except OSError as error:
                    # Covered by another mount: then no path leads there.
                    if error.errno not in (errno.ENOENT, errno.EINVAL):
                        raise

    def _cover(self, folder: Folder, role: str, runtime: str) -> None:
        path = folder.target
        parent = next((f for f in reversed(self.folders) if above(f.target, path)), None)
        if role == "hidden":
            mode = os.stat(path).st_mode & 0o7777
            live = self._keep(folder, None, mode)
            if runtime and above(path, runtime):
                os.makedirs(f"{live}/{os.path.relpath(runtime, path)}", 0o700, exist_ok=True)
            replace(live, f"{self.scratch}/base/{folder.slot}")
            return
        if role == "nested" and (parent is None or parent.kind != "overlay"):
            return  # hidden with its parent, covered with it, or visible where it was
        if role == "writable" and parent is not None and path not in self._mounted:
            if parent.kind == "overlay" or os.path.exists(path):
                return
        with step(f"cover {path}"):
            if parent is not None and parent.kind == "kept":
                os.makedirs(path, exist_ok=True)
            self._overlay(folder, role)

    def _overlay(self, folder: Folder, role: str) -> None:
        """An overlay; else the next best thing, down to a note that it stays read-only."""
        path, low = folder.target, f"{self.scratch}/low/{folder.slot}"
        found = os.stat(low)
        foreign = found.st_gid == _UNMAPPED and found.st_uid == os.geteuid()
        reason = "its group has no name in a user namespace" if foreign else ""
        if os.path.isdir(low) and not foreign:
            try:
                new_upper(self.scratch, folder, FIRST, self.capacity)
                attach(self.scratch, folder, FIRST, ())
                self.folders.append(folder)
                return
            except OSError as error:
                reason = error.strerror or str(error)
        if role == "nested":
            bound = Folder(path, "bind", folder.slot)
            attach(self.scratch, bound, FIRST, ())
            self.folders.append(bound)
        elif size(low, COPY_LIMIT) <= COPY_LIMIT:
            self._keep(folder, low, found.st_mode & 0o7777)
            replace(low, f"{self.scratch}/base/{folder.slot}")
        elif any(above(path, point) and point != path for point in self._mounted):
            self._spread(folder, low)
        else:
            self.notes.append(f"{path} is read-only: no overlay there ({reason}), and too big")

    def _spread(self, folder: Folder, low: str) -> None:
        """For a folder with others mounted somewhere below, which the kernel overlays for
        nobody but the real root: a copy of its files, and an overlay over each subfolder."""
        path, live = folder.target, f"{self.scratch}/live/{folder.slot}"
        with os.scandir(low) as entries:
            names = sorted(entry.name for entry in entries)
        inner = [name for name in names if _is_folder(f"{low}/{name}")]
        files = sum(_size(f"{low}/{name}") for name in names if name not in inner)
        if files > COPY_LIMIT or len(inner) > SPREAD_LIMIT:
            self.notes.append(f"{path} is read-only: others are mounted in it, and it is too big")
            return
        os.mkdir(live)
        for name in names:
            # Unreadable for the tests, too; or deleted by somebody else meanwhile.
            with suppress(PermissionError, FileNotFoundError):
                copy_entry(f"{low}/{name}", f"{live}/{name}")
        os.chmod(live, os.stat(low).st_mode & 0o7777)
        replace(live, f"{self.scratch}/base/{folder.slot}")
        linux.bind(live, path)
        self.folders.append(Folder(path, "kept", folder.slot))
        for name in inner:
            if not os.path.isdir(f"{low}/{name}"):
                continue
            below = self._folder(f"{path}/{name}")
            # An empty folder stands for one that can't be read; one that has gone stays away.
            with suppress(PermissionError, FileNotFoundError):
                self._show_original(below, f"{low}/{name}")
                mounted = below.target in self._mounted
                self._overlay(below, "nested" if mounted else "writable")

    def _keep(self, folder: Folder, source: str | None, mode: int) -> str:
        """A folder of the slot's own over `folder`: a copy of `source`, or an empty one."""
        live = f"{self.scratch}/live/{folder.slot}"
        if source is None:
            os.mkdir(live)
            for name, aim in _links(folder.target):
                os.symlink(aim, f"{live}/{name}")
        else:
            replace(source, live)
        os.chmod(live, mode)
        linux.bind(live, folder.target)
        self.folders.append(Folder(folder.target, "kept", folder.slot))
        return live


def _folders(paths: list[str]) -> list[str]:
    """The real folders among `paths`, each once, without the root and the kernel's own."""
    real = dict.fromkeys(os.path.realpath(path) for path in paths)
    return [
        path
        for path in real
        if path != "/" and os.path.isdir(path) and not any(above(own, path) for own in _OWN)
    ]


def _size(path: str) -> int:
    """Bytes of a file, or of nothing where it has been deleted meanwhile."""
    try:
        return os.lstat(path).st_size
    except FileNotFoundError:
        return 0


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _links(folder: str) -> list[tuple[str, str]]:
    """The symbolic links in a folder to be hidden: some systems keep programs behind them."""
    found = []
    with suppress(PermissionError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_symlink():
                found.append((entry.name, os.readlink(entry.path)))
    return found
