"""The real Toxiproxy: where it is, and how it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from refute.errors import fail
from refute.real.install import Installed, Say, digest, installed, place

MODULE = "github.com/Shopify/toxiproxy/v2"
VERSION = "2.12.0"
"""The version that our own proxy is compared with."""
SERVER, CLI = "toxiproxy-server", "toxiproxy-cli"


def install(say: Say) -> Installed:
    """Have Go build the server and the command line tool into the cache.

    Raises RefuteError ``real-unavailable`` where there is no Go, or the module can't be had.
    """
    go = shutil.which("go")
    if go is None:
        fail(
            "real-unavailable",
            "Toxiproxy is built by Go, which is not on the PATH",
            remedy="Install Go, or do without: refute's own proxy speaks the same API.",
        )
    say(f"building {MODULE} {VERSION}")
    folder = place("toxiproxy", VERSION, lambda target: _build(go, target))
    sums = {name: digest(folder / name) for name in (SERVER, CLI)}
    return Installed("toxiproxy", VERSION, f"go {MODULE}", sums, folder).write()


def _build(go: str, target: Path) -> None:
    for command, name in (("server", SERVER), ("cli", CLI)):
        done = subprocess.run(
            [go, "install", f"{MODULE}/cmd/{command}@v{VERSION}"],
            env={**os.environ, "GOBIN": str(target)},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            fail(
                "real-unavailable",
                f"go could not build {MODULE}",
                detail=done.stderr.splitlines()[-5:],
                remedy="Is the module proxy reachable (GOPROXY)?",
            )
        (target / command).rename(target / name)


def on_path() -> Path | None:
    """The server that the machine has."""
    found = shutil.which(SERVER)
    return Path(found) if found else None


def in_cache() -> Path | None:
    """The server that was installed."""
    found = installed("toxiproxy")
    return found.folder / SERVER if found else None
