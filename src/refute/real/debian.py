"""Programs from Debian's packages without root: fetched by apt-get, unpacked into a folder.

What a package needs beside itself and the machine does not have (mostly shared libraries) comes
along. Nothing is configured and no system user is made: the programs are run from the folder,
with its libraries on LD_LIBRARY_PATH.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from refute.errors import fail
from refute.real.install import Installed, Say, digest, place


def available() -> bool:
    """Whether this machine has Debian's tools."""
    return all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb"))


def install_debian(
    name: str, packages: Sequence[str], say: Say, without: Sequence[str] = ()
) -> Installed:
    """Keep Debian packages, and what they lack here, in the cache as the dependency ``name``.

    The first package gives the version. ``without`` names packages that are not needed to run
    it (what their scripts would use). Archives are checked by apt-get against the signed index.
    Raises RefuteError ``real-unavailable`` with apt-get's own words.
    """
    if not available():
        fail("real-unavailable", f"{packages[0]} is a package of Debian's, and there is no apt-get")
    wanted = [one for one in _missing(packages) if one not in without]
    with tempfile.TemporaryDirectory() as temporary:
        say(f"fetching {len(wanted)} packages from Debian: {', '.join(wanted)}")
        _apt(["download", *wanted], Path(temporary))
        archives = sorted(Path(temporary).glob("*.deb"))
        version = next(
            # Without the epoch, which says nothing of the program.
            one.name.split("_")[1].rpartition("%3a")[2]
            for one in archives
            if one.name.startswith(f"{packages[0]}_")
        )
        folder = place(
            name,
            re.sub(r"[^\w.+~-]", "-", version),
            lambda target: _unpack(archives, target),
        )
        sums = {archive.name: digest(archive) for archive in archives}
        return Installed(name, version, f"Debian {packages[0]}", sums, folder).write()


def _missing(packages: Sequence[str]) -> list[str]:
    """The packages themselves, and those that apt-get would install with them here."""
    said = _apt(["install", "--simulate", "--no-install-recommends", *packages], Path("/"))
    beside = [line.split()[1] for line in said.splitlines() if line.startswith("Inst ")]
    return list(dict.fromkeys([*packages, *beside]))


def _apt(words: list[str], folder: Path) -> str:
    done = subprocess.run(
        ["apt-get", "--quiet", "--yes", *words],
        cwd=folder,
        env={**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        fail(
            "real-unavailable",
            f"`apt-get {words[0]}` failed for {words[-1]}",
            detail=done.stderr.splitlines()[-5:],
            remedy="Is the list of packages fresh (`apt-get update`), and the mirror reachable?",
        )
    return done.stdout


def _unpack(archives: Sequence[Path], target: Path) -> None:
    for archive in archives:
        subprocess.run(["dpkg-deb", "--extract", archive, target], check=True)


def libraries(root: Path) -> dict[str, str]:
    """What the environment of a program that was unpacked into ``root`` needs."""
    folders = [
        *(root / "usr" / "lib").glob("*-linux-gnu*"),
        *(root / "lib").glob("*-linux-gnu*"),
        root / "usr" / "lib",
    ]
    return {"LD_LIBRARY_PATH": os.pathsep.join(str(one) for one in folders if one.is_dir())}
