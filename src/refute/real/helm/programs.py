"""Helm's program: where it is, and how it is built and kept."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from refute.errors import fail
from refute.real.install import Installed, Say, digest, installed, place
from refute.real.routes import Route

__all__ = ["VERSION", "in_cache", "install", "routes"]

VERSION = "3.21.4"
_PACKAGE = "helm.sh/helm/v3/cmd/helm"
_LIBRARY = "helm_python"
_IN_PROCESS = (
    "Helm 4 as a library in the test's own process: what it starts there does not survive a fork, "
    "so use it after one, not before"
)


def routes() -> list[Route]:
    """The machine's helm, the one that was installed, and Helm as a library."""
    found = shutil.which("helm")
    kept = in_cache()
    remedy = "refute real install helm"
    return [
        Route("path", True, f"helm at {found}")
        if found
        else Route("path", False, "no `helm` on the PATH"),
        Route("installed", True, f"Helm {kept.parent.name}, built from its module")
        if kept
        else Route("installed", False, "Helm is not installed in the cache", remedy),
        Route("in-process", True, "the package helm-python-sdk", limits=_IN_PROCESS)
        if find_spec(_LIBRARY)
        else Route(
            "in-process", False, "helm-python-sdk is not there", "pip install 'refute[helm]'"
        ),
    ]


def in_cache() -> Path | None:
    """The program that was installed."""
    found = installed("helm")
    return found.folder / "helm" if found else None


def install(say: Say) -> Installed:
    """Build Helm from its published Go module. Raises RefuteError ``real-unavailable``."""
    if shutil.which("go") is None:
        fail(
            "real-unavailable",
            "Helm is built from its published Go module, and there is no `go` here",
            remedy="Install Go 1.24 or later, or Helm itself.",
        )

    def fill(target: Path) -> None:
        say(f"building Helm {VERSION} (a minute or two)")
        flags = f"-s -w -X helm.sh/helm/v3/internal/version.version=v{VERSION}"
        done = subprocess.run(
            ["go", "install", "-trimpath", "-ldflags", flags, f"{_PACKAGE}@v{VERSION}"],
            env={**os.environ, "CGO_ENABLED": "0", "GOBIN": str(target)},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            fail(
                "real-unavailable",
                f"`go install` of {_PACKAGE} failed",
                detail=done.stderr.splitlines()[-10:],
                remedy="Is Go's module proxy reachable, and is there room on the disk?",
            )

    folder = place("helm", VERSION, fill)
    source = f"Go module {_PACKAGE}@v{VERSION}"
    return Installed("helm", VERSION, source, {"helm": digest(folder / "helm")}, folder).write()
