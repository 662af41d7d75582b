"""Servers written in Python, from the package index: each in a folder of its own in the cache.

A server must not share its libraries with the tests: theirs may be of other versions. So it is
run with the folder alone on its path; where it is installed beside refute, it can be run from
there as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from refute.errors import fail
from refute.real.install import Installed, Say, installed, place
from refute.real.routes import Route

_TAG = f"-py{sys.version_info.major}.{sys.version_info.minor}"


def install_packages(name: str, requirements: Sequence[str], main: str, say: Say) -> Installed:
    """Have pip install requirements into the cache as the dependency ``name``.

    The package ``main`` gives the version. Raises RefuteError ``real-unavailable`` with pip's
    own words.
    """
    say(f"installing {', '.join(requirements)} from PyPI, for Python {_TAG[3:]}")
    report: list[dict[str, object]] = []
    temporary = place(
        name, f".unnamed-{os.getpid()}", lambda to: report.extend(_pip(to, requirements))
    )
    sums = {}
    found = ""
    for one in report:
        metadata, download = one["metadata"], one["download_info"]
        assert isinstance(metadata, dict)
        assert isinstance(download, dict)
        archive = str(download["url"]).rpartition("/")[2]
        sums[archive] = str(download.get("archive_info", {}).get("hashes", {}).get("sha256", ""))
        if _plain(metadata["name"]) == _plain(main):
            found = str(metadata["version"])
    folder = place(name, f"{found}{_TAG}", lambda target: _take(temporary, target))
    return Installed(name, found, f"PyPI {main}", sums, folder).write()


def _pip(target: Path, requirements: Sequence[str]) -> list[dict[str, object]]:
    note = target / ".report.json"
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--no-input", "--only-binary", ":all:", "--report", os.fspath(note)),
        *("--target", os.fspath(target), *requirements),
    ]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        fail(
            "real-unavailable",
            f"pip could not install `{' '.join(requirements)}`",
            detail=done.stderr.splitlines()[-5:],
            remedy="Is the package index reachable, and pip installed beside refute?",
        )
    rows: list[dict[str, object]] = json.loads(note.read_text())["install"]
    note.unlink()
    return rows


def _take(source: Path, target: Path) -> None:
    for entry in source.iterdir():
        entry.rename(target / entry.name)
    source.rmdir()


def _plain(name: object) -> str:
    return str(name).lower().replace("_", "-")


def package_routes(
    name: str, main: str, *, real: bool = True, limits: str = "", prefix: str = ""
) -> list[Route]:
    """The two ways to a server of the package ``main``: beside refute, or in the cache.

    They are called ``package`` and ``installed``, after ``prefix``.
    """
    kept = installed(name, _TAG)
    remedy = f"refute real install {name}"
    routes = [
        Route(
            f"{prefix}package", False, f"{main} is not installed beside refute", "", real, limits
        ),
        Route(f"{prefix}installed", False, f"no {main} in the cache", remedy, real, limits),
    ]
    try:
        found = f"{main} {version(main)} beside refute"
        routes[0] = Route(f"{prefix}package", True, found, "", real, limits)
    except PackageNotFoundError:
        pass
    if kept is not None:
        routes[1] = Route(
            f"{prefix}installed", True, f"{main} {kept.version} in {kept.folder}", "", real, limits
        )
    elif installed(name) is not None:
        detail = f"{main} in the cache is for another Python than {_TAG[3:]}"
        routes[1] = Route(f"{prefix}installed", False, detail, remedy, real, limits)
    return routes


def python(name: str, route: Route) -> tuple[list[str], dict[str, str]]:
    """The command and environment that run Python for a route of `package_routes`."""
    env = {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    if route.name.endswith("package"):
        return [sys.executable, "-P"], env
    kept = installed(name, _TAG)
    assert kept is not None, "the route was looked at a moment ago"
    return [sys.executable, "-P", "-S"], {**env, "PYTHONPATH": os.fspath(kept.folder)}
