"""The throw-away layers of a sealed slot, as seen from the process that forks the trials.

The launcher has put an overlay over every folder that may be written (and a folder of the
slot's own over those that are hidden). Here they are looked at, made permanent or thrown
away. What the trials write lies on tmpfs, in a tree that no path leads to: only
the descriptor that the launcher passed on does.

One process of a slot at a time settles and refreshes: a fork that did so leaves layers that
its parent finds dirty, and replaces by its next refresh. Renaming a folder that was there
before fails with EXDEV under an overlay, as between file systems. A file that was opened
before a settle is written to where it was opened: that is not seen by `dirty`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from json import loads
from os import (
    chdir,
    chmod,
    chown,
    close,
    environ,
    getcwd,
    geteuid,
    getpid,
    listdir,
    mkdir,
    rmdir,
    set_inheritable,
    stat,
)

from . import linux
from .trees import Picture, picture, replace, restore

FIRST = "0"
"""The name of the upper layers that the launcher makes."""
VARIABLE = "REFUTE_LAYERS"
"""The environment variable that hands the mount table over; gone once it was read."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One place of the mount table.

    `kind` is `overlay` (an overlay at `target`, its original at low/SLOT), `kept` (a folder
    of the slot's own, live/SLOT, shown at `target`) or `bind` (the original, read-only).
    """

    target: str
    kind: str
    slot: str


def above(path: str, other: str) -> bool:
    """Is `other` the folder `path`, or below it?"""
    return other == path or other.startswith(path.rstrip("/") + "/")


def new_upper(scratch: str, folder: Folder, name: str, capacity: str) -> None:
    """An empty upper layer for one overlay, on a tmpfs of its own: gen/SLOT.NAME.

    Its root stands for the folder itself, so it takes that one's mode, and its owner where
    this user may give it.
    """
    original = stat(f"{scratch}/low/{folder.slot}")
    own = f"{scratch}/gen/{folder.slot}.{name}"
    mkdir(own)
    linux.mount("tmpfs", own, "tmpfs", linux.MS_NODEV, f"mode=0755,{capacity}")
    mkdir(f"{own}/upper")
    mkdir(f"{own}/work")
    with suppress(OSError):  # an id that has no name in this user namespace
        chown(f"{own}/upper", original.st_uid, original.st_gid)
    chmod(f"{own}/upper", original.st_mode & 0o7777)


def attach(scratch: str, folder: Folder, name: str, settled: Sequence[str]) -> None:
    """Mount one folder at its target: the layers of `settled` (newest first) lie below."""
    if folder.kind == "overlay":
        own = f"{scratch}/gen/{folder.slot}.{name}"
        below = [f"{scratch}/gen/{folder.slot}.{old}/upper" for old in settled]
        lower = ":".join([*below, f"{scratch}/low/{folder.slot}"])
        data = f"lowerdir={lower},upperdir={own}/upper,workdir={own}/work,userxattr"
        linux.mount("overlay", folder.target, "overlay", linux.MS_NODEV, data)
    else:
        source = "live" if folder.kind == "kept" else "low"
        linux.bind(f"{scratch}/{source}/{folder.slot}", folder.target)


@dataclass(slots=True)
class Layers:
    """The layers of this slot. Unsealed, nothing is ever dirty and nothing is done."""

    descriptor: int = -1
    folders: list[Folder] = field(default_factory=list)
    capacity: str = ""
    notes: tuple[str, ...] = ()
    """What the seal could not do, in words for the user."""
    home: str = ""
    current: dict[str, str] = field(default_factory=dict)
    """Slot to the name of its upper layer."""
    settled: dict[str, list[str]] = field(default_factory=dict)
    """Slot to the names of its earlier upper layers that stay, newest first."""
    _roots: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    _pictures: dict[str, Picture] = field(default_factory=dict)
    _count: int = 0

    @classmethod
    def from_environment(cls) -> Layers:
        """Read the launcher's table and take it out of the environment."""
        text = environ.pop(VARIABLE, "")
        if not text:
            return cls()
        table = loads(text)
        folders = [Folder(*row) for row in table["folders"]]
        layers = cls(
            descriptor=table["scratch"],
            folders=folders,
            capacity=table["capacity"],
            notes=tuple(table["notes"]),
            home=getcwd(),
            current={folder.slot: FIRST for folder in folders},
            settled={folder.slot: [] for folder in folders},
        )
        set_inheritable(layers.descriptor, False)
        _rest()
        for folder in folders:
            layers._remember(folder)
        return layers

    @property
    def sealed(self) -> bool:
        """Is this process in a slot of its own, with the right to refresh it?"""
        return self.descriptor >= 0

    @property
    def _scratch(self) -> str:
        return f"/proc/self/fd/{self.descriptor}"

    def _live(self, folder: Folder) -> str:
        return f"{self._scratch}/live/{folder.slot}"

    def _root(self, folder: Folder) -> tuple[int, int, int, int]:
        """The upper layer's root; a tmpfs counts a folder's entries in its size.

        Zeros if the layer is gone: a fork of ours has settled or refreshed since.
        """
        try:
            found = stat(f"{self._scratch}/gen/{folder.slot}.{self.current[folder.slot]}/upper")
        except FileNotFoundError:
            return 0, 0, 0, 0
        return found.st_mode, found.st_uid, found.st_gid, found.st_size

    def _remember(self, folder: Folder) -> None:
        if folder.kind == "overlay":
            self._roots[folder.slot] = self._root(folder)
        elif folder.kind == "kept":
            self._pictures[folder.slot] = picture(self._live(folder))

    def dirty(self) -> bool:
        """Has anything been written since the last settle or refresh?

        An overlay's upper layer is empty until then, so one look at each is enough. Kept
        folders are walked: they are small, but for one that had to be copied.
        """
        return any(self._is_dirty(folder) for folder in self.folders)

    def _is_dirty(self, folder: Folder) -> bool:
        if folder.kind == "overlay":
            return self._root(folder) != self._roots[folder.slot]
        if folder.kind == "kept":
            return picture(self._live(folder)) != self._pictures[folder.slot]
        return False

    def settle(self) -> None:
        """Make what was written so far part of what every trial finds."""
        if not self.sealed:
            return
        _rise()
        dirty = {folder.slot for folder in self.folders if self._is_dirty(folder)}
        for folder in self.folders:
            if folder.slot in dirty and folder.kind == "overlay":
                self.settled[folder.slot].insert(0, self.current[folder.slot])
            elif folder.slot in dirty:
                replace(self._live(folder), f"{self._scratch}/base/{folder.slot}")
                self._remember(folder)
        self._swap(dirty)
        _rest()

    def refresh(self) -> None:
        """Throw away what was written since the last settle; the same cwd path after it.

        Only what is dirty is mounted anew. A process whose fork settled and ended goes back
        to the layers that it knew itself.
        """
        if not self.sealed:
            return
        _rise()
        dirty = {folder.slot for folder in self.folders if self._is_dirty(folder)}
        for folder in self.folders:
            if folder.slot in dirty and folder.kind == "kept":
                base = f"{self._scratch}/base/{folder.slot}"
                before = self._pictures[folder.slot]
                self._pictures[folder.slot] = restore(base, self._live(folder), before)
        self._swap(dirty)
        _rest()

    def _swap(self, slots: set[str]) -> None:
        """Fresh upper layers for the overlays in `slots`, and for all mounted below them."""
        with suppress(OSError):  # the folder is gone: then the last one known is home
            self.home = getcwd()
        self._count += 1
        name = f"{getpid()}.{self._count}"
        moved: list[str] = []
        for folder in self.folders:
            below = any(above(target, folder.target) for target in moved)
            if folder.kind != "overlay":
                if below:
                    attach(self._scratch, folder, name, ())
            elif below or folder.slot in slots:
                new_upper(self._scratch, folder, name, self.capacity)
                if not below:
                    linux.detach(folder.target)
                attach(self._scratch, folder, name, self.settled[folder.slot])
                moved.append(folder.target)
                self.current[folder.slot] = name
                self._remember(folder)
        if moved:
            self._sweep()
            self.rejoin()

    def _sweep(self) -> None:
        """Free the layers that nobody will look at again."""
        wanted = {f"{slot}.{name}" for slot, name in self.current.items()}
        wanted.update(f"{slot}.{name}" for slot, names in self.settled.items() for name in names)
        for name in listdir(f"{self._scratch}/gen"):
            if name not in wanted:
                linux.detach(f"{self._scratch}/gen/{name}")
                with suppress(OSError):  # still shown in a namespace that a trial made
                    rmdir(f"{self._scratch}/gen/{name}")

    def rejoin(self) -> None:
        """Enter the working folder again by its path, into the layers of now."""
        if self.sealed:
            with suppress(OSError):  # made after the last settle, so it is gone
                chdir(self.home)

    def drop_privileges(self) -> None:
        """For the forked trial: no way to mount or to reach the layers is left.

        Raises OSError if the kernel refuses; then the trial must not run.
        """
        if not self.sealed:
            return
        self.rejoin()
        close(self.descriptor)
        self.descriptor = -1
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        _rise()
        base = _base()
        for capability in linux.LAYER_CAPABILITIES - base:
            linux.prctl(linux.PR_CAPBSET_DROP, capability)
        linux.hold_capabilities(base, active=base)


def _base() -> frozenset[int]:
    """The capabilities that belong to the tests themselves."""
    return linux.ROOT_CAPABILITIES if geteuid() == 0 else frozenset()


def _rise() -> None:
    """Put the powers that the layers need in force."""
    held = _base() | linux.LAYER_CAPABILITIES
    linux.hold_capabilities(held, active=held)


def _rest() -> None:
    """Put them out of force: what is imported and collected here runs as the user would."""
    base = _base()
    linux.hold_capabilities(base | linux.LAYER_CAPABILITIES, active=base)
