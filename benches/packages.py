"""Real packages to measure and to verify refute on: fetched, unpacked and installed on demand.

None of their code is kept in this repository. `python benches/packages.py` prepares all of
them under `.cache/benches`; with `--check` it also runs each plain suite, without network,
and prints what it found.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from catalogue import Package, named

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "benches" / f"python{sys.version_info[0]}.{sys.version_info[1]}"


@dataclass(frozen=True, slots=True)
class Ready:
    """A package that can be run."""

    package: Package
    #: Its source tree, with a ``[tool.refute]`` table of ours where it needs one.
    tree: Path
    #: The interpreter of its environment.
    python: Path

    def environ(self) -> dict[str, str]:
        """Environment variables as in its activated environment."""
        return activated(self.python)


def activated(python: Path) -> dict[str, str]:
    """This process's environment variables, as after activating that interpreter's."""
    folder = python.parent
    return os.environ | {
        "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
        "VIRTUAL_ENV": str(folder.parent),
    }


def prepare(package: Package, cache: Path = CACHE) -> Ready:
    """Fetch, unpack and install a package, or take it from the cache.

    Raises subprocess.CalledProcessError when a step fails; its output goes to the terminal.
    """
    python = venv(cache / "venvs" / package.key)
    ready = Ready(package, unpack(package, cache / "trees" / package.key, cache), python)
    install(python, [package.pytest, *package.requires, "-e", str(ready.tree)])
    return ready


def fetch(package: Package, cache: Path = CACHE) -> Path:
    """The package's source distribution, as an archive in the cache."""
    folder = cache / "sdists" / package.key
    found = sorted(folder.glob("*.tar.gz"))
    if found:
        return found[0]
    with tempfile.TemporaryDirectory(dir=_made(cache)) as draft:
        # Only this package's own wheel is refused: its build tools may come as wheels.
        _run(
            [_pip(cache), "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary",
             package.name, "--dest", draft, f"{package.name}=={package.version}"]
        )  # fmt: skip
        archive = next(Path(draft).glob("*.tar.gz"))
        return Path(shutil.move(archive, _made(folder) / archive.name))


def unpack(package: Package, target: Path, cache: Path = CACHE) -> Path:
    """The package's source tree at ``target``, unpacked if it is not there yet."""
    if target.exists():
        return target
    archive = fetch(package, cache)
    with tempfile.TemporaryDirectory(dir=_made(target.parent)) as draft:
        with tarfile.open(archive) as tar:
            tar.extractall(draft, filter="data")
        tree = next(path for path in Path(draft).iterdir() if path.is_dir())
        configure(tree, "refute", {"pytest-args": package.pytest_args, "tests": package.test_paths})
        if not any(mark in _text(tree / name) for name, mark in PYTEST_TABLES.items()):
            # Without one of its own, pytest would take that of this repository, above the cache.
            (tree / "pytest.ini").touch()
        tree.rename(target)
    return target


PYTEST_TABLES = {
    "pytest.ini": "[pytest]",
    "pyproject.toml": "[tool.pytest",
    "tox.ini": "[pytest]",
    "setup.cfg": "[tool:pytest]",
}
"""Where a project may configure pytest, and what shows that it does."""


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def configure(tree: Path, tool: str, table: dict[str, Sequence[str]]) -> None:
    """Add a ``[tool.NAME]`` table of lists to a tree's pyproject.toml; empty lists are left out."""
    lines = [f"{key} = {json.dumps(list(value))}" for key, value in table.items() if value]
    if lines:
        with (tree / "pyproject.toml").open("a", encoding="utf-8") as stream:
            stream.write("\n".join(["", f"[tool.{tool}]", *lines, ""]))


def venv(folder: Path) -> Path:
    """The interpreter of an environment at ``folder``, of this Python, made if it is not there."""
    python = folder / "bin" / "python"
    if not python.exists():
        uv = shutil.which("uv")
        make = [uv, "venv", "--quiet", "--seed", "--python", sys.executable] if uv else None
        _run([*(make or [sys.executable, "-m", "venv"]), str(_made(folder.parent) / folder.name)])
    return python


def install(python: Path, requirements: Sequence[str], *options: str) -> None:
    """Install into an environment, once for each list of requirements."""
    asked = json.dumps([*requirements, *options])
    done = python.parent.parent / f"installed-{hashlib.sha256(asked.encode()).hexdigest()[:16]}"
    if done.exists():
        return
    uv = shutil.which("uv")
    how = [uv, "pip", "install", "--quiet", "--python", str(python)] if uv else None
    _run([*(how or [str(python), "-m", "pip", "install", "--quiet"]), *options, *requirements])
    done.write_text(asked + "\n", encoding="utf-8")


def _pip(cache: Path) -> str:
    """An interpreter that has pip: this one, or one of an environment made for it."""
    if find_spec("pip"):
        return sys.executable
    folder = cache / "venvs" / "pip"
    if not folder.exists():
        _run([sys.executable, "-m", "venv", str(_made(folder.parent) / folder.name)])
    return str(folder / "bin" / "python")


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


LOOPBACK_UP = """
import fcntl, os, socket, struct, sys
with socket.socket() as plug:
    fcntl.ioctl(plug, 0x8914, struct.pack("16sh14x", b"lo", 0x41))  # SIOCSIFFLAGS: up, running
os.execvp(sys.argv[1], sys.argv[1:])
"""


def check(ready: Ready) -> tuple[str, float]:
    """Run the plain suite without network; pytest's last line, and seconds."""
    alone = ["unshare", "--user", "--map-root-user", "--net"] if shutil.which("unshare") else []
    alone = [*alone, str(ready.python), "-c", LOOPBACK_UP] if alone else []
    suite = [str(ready.python), "-m", "pytest", "-q", *ready.package.own_args]
    started = time.perf_counter()
    done = subprocess.run(
        [*alone, *suite], cwd=ready.tree, env=ready.environ(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line.strip("= ") for line in done.stdout.splitlines() if line.strip("= ")]
    return (lines or [done.stderr.strip() or "no output"])[-1], time.perf_counter() - started


def main(argv: Sequence[str] | None = None) -> int:
    """Prepare packages and, if asked, check their plain suites."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which packages; default: all")
    parser.add_argument("--check", action="store_true", help="run each plain suite, offline")
    options = parser.parse_args(argv)
    for package in named(options.names):
        ready = prepare(package)
        outcome = "{}, {:.1f} s".format(*check(ready)) if options.check else str(ready.tree)
        print(f"{package.name} {package.version} ({package.layout}): {package.stands_for}")
        print(f"    {outcome}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
