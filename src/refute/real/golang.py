"""Programs that `go install` builds from a published module, kept in the cache."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from refute.errors import fail
from refute.real.install import Installed, Say, digest, place


def install_go(name: str, package: str, version: str, say: Say) -> Installed:
    """Have Go build one program into the cache as the dependency ``name``.

    ``package`` is the path of the program's package, which names the program. Raises
    RefuteError ``real-unavailable`` where there is no Go, with Go's own words where it fails.
    """
    go = shutil.which("go")
    if go is None:
        fail(
            "real-unavailable",
            f"{package} is built by Go, which is not on the PATH",
            remedy="Install Go, see its site, or Debian's package golang.",
        )
    say(f"building {package} {version} (this may take minutes)")
    folder = place(name, version, lambda target: _build(go, package, version, target))
    sums = {path.name: digest(path) for path in folder.iterdir() if path.is_file()}
    return Installed(name, version, f"go {package}", sums, folder).write()


def _build(go: str, package: str, version: str, target: Path) -> None:
    done = subprocess.run(
        [go, "install", f"{package}@v{version}"],
        env={**os.environ, "GOBIN": str(target)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        fail(
            "real-unavailable",
            f"go could not build {package}",
            detail=done.stderr.splitlines()[-5:],
            remedy="Is the module proxy reachable (GOPROXY)?",
        )
