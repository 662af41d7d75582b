"""The seal, from the controller's side: what can be had here, and starting programs in it.

The work is done by `refute_child/launch.py`, run by the controller's own interpreter.
Linux alone has a seal; elsewhere, and where the system forbids user namespaces, programs
run unsealed and `Seal.reason` tells the user why.
"""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

import refute_child
from refute.trials.services import Service
from refute_child.brokered import announce
from refute_child.sockets import bound_sockets

_LAUNCHER = Path(refute_child.__file__).with_name("launch.py")
_HIDDEN = ("/run", "/var/run", "/tmp/.X11-unix", "/tmp/.ICE-unix", "/var/lib/mysql", "/var/spool")
_HINTS = {
    "/proc/sys/kernel/unprivileged_userns_clone": ("0", "unprivileged user namespaces are off"),
    "/proc/sys/user/max_user_namespaces": ("0", "no user namespaces are allowed"),
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns": (
        "1",
        "AppArmor restricts unprivileged user namespaces",
    ),
}

Stream = int | IO[bytes] | None


class SealKind(StrEnum):
    """How much stands between a trial and the machine."""

    FULL = "full"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Seal:
    """The seal that can be had, and in words why it is not better ("" if it is whole)."""

    kind: SealKind
    reason: str = ""


class SealError(Exception):
    """A program could not be started: `step` of the launcher, `code` is the errno."""

    def __init__(self, step: str, code: int, text: str) -> None:
        super().__init__(f"{step}: {text}")
        self.step = step
        self.code = code
        self.text = text


class Program(subprocess.Popen[bytes]):
    """A started program. Its pid is the launcher's; killing that one kills all of the slot.

    The exit status is the program's own, 128 and the signal if it was killed.
    """

    notes: tuple[str, ...] = ()
    """What the seal could not do, in words for the user."""


def probe(project_root: Path | None = None) -> Seal:
    """Try the full seal on a trivial program, in the project's folder if one is given."""
    if sys.platform != "linux":
        return Seal(SealKind.NONE, f"there is no seal on {sys.platform} yet")
    folder = project_root or Path.cwd()
    try:
        program = spawn(
            ["/bin/sh", "-c", ":"],
            env={},
            cwd=folder,
            project_root=folder,
            seal=Seal(SealKind.FULL),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except SealError as error:
        return Seal(SealKind.NONE, explain(error))
    status = program.wait()
    if status:
        return Seal(SealKind.NONE, f"a sealed program ended with status {status}")
    return Seal(SealKind.FULL, "; ".join(program.notes))


def explain(error: SealError) -> str:
    """Why the seal was refused, in words: the system's own setting if one forbids it."""
    if error.step in ("unshare", "uid_map", "gid_map", "setgroups", "private mounts"):
        for path, (value, words) in _HINTS.items():
            if _read(path) == value:
                return f"{words} ({path} is {value})"
        if error.code in (errno.EPERM, errno.EACCES):
            return f"the system forbids user namespaces here ({error.text})"
    return f"the kernel refused: {error}"


def _read(path: str) -> str:
    try:
        return Path(path).read_text().strip()
    except OSError:
        return ""


def writable_folders(project_root: Path, env: Mapping[str, str]) -> list[str]:
    """Where a suite may write: project and repository, home, the temporary folders."""
    places = [project_root, _repository(project_root)]
    texts = [env.get("HOME", ""), os.path.expanduser("~"), "/tmp", "/var/tmp", env.get("TMPDIR")]
    folders = [str(place.resolve()) for place in places] + [t for t in texts if t]
    return list(dict.fromkeys(folders))


def _repository(folder: Path) -> Path:
    """The top level of the git work tree around `folder`, or `folder` itself."""
    folder = folder.resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / ".git").exists():
            return candidate
    return folder


def plan(
    argv: Sequence[str | os.PathLike[str]],
    *,
    env: Mapping[str, str],
    cwd: Path,
    project_root: Path,
    seal: Seal,
    files: Mapping[Path, bytes | None] | None = None,
    keep_admin: bool = False,
    init: bool = False,
    pass_fds: Sequence[int] = (),
    services: Sequence[Service] = (),
    control: int = -1,
    strain: Mapping[str, Any] | None = None,
    error_fd: int = -1,
) -> dict[str, Any]:
    """What the launcher is to do; its docstring has the meaning of each key. A file of None is
    taken away.

    Raises ValueError for `files` without a seal: they would be written to the real tree.
    """
    if files and seal.kind is SealKind.NONE:
        raise ValueError("files can only be replaced under the full seal")
    return {
        "argv": [os.fspath(word) for word in argv],
        "env": _told(env, files or {}),
        "cwd": str(cwd),
        "parent": os.getpid(),
        "seal": seal.kind.value,
        "pass_fds": list(pass_fds),
        "services": [[one.host, one.port] for one in services],
        "control": control,
        "strain": strain,
        "error_fd": error_fd,
        "writable": writable_folders(project_root, env),
        "sockets": bound_sockets(),
        "hide": [*_HIDDEN, *filter(None, [env.get("XDG_RUNTIME_DIR")])],
        "files": {
            str(path): None if content is None else b64encode(content).decode()
            for path, content in (files or {}).items()
        },
        "init": init,
        "keep_admin": keep_admin,
    }


def _told(env: Mapping[str, str], files: Mapping[Path, bytes | None]) -> dict[str, str]:
    """The environment, with a word on the files that are replaced, for who has to know."""
    told = dict(env)
    if files:
        contents = repr(sorted((str(path), content) for path, content in files.items()))
        announce(told, contents, map(str, files))
    return told


def spawn(
    argv: Sequence[str | os.PathLike[str]],
    *,
    env: Mapping[str, str],
    cwd: Path,
    project_root: Path,
    seal: Seal,
    files: Mapping[Path, bytes | None] | None = None,
    keep_admin: bool = False,
    init: bool = False,
    pass_fds: Sequence[int] = (),
    services: Sequence[Service] = (),
    control: int = -1,
    strain: Mapping[str, Any] | None = None,
    stdin: Stream = subprocess.DEVNULL,
    stdout: Stream = None,
    stderr: Stream = None,
) -> Program:
    """Start `argv`; returns once it is executed, or raises SealError.

    `services` are let through the seal; `control` is the far end of a `Control`, for those who
    will ask which were reached, and `strain` makes links bad, see `refute_child/strain.py`, by
    a line whose far end it names. Without a seal `services`, `init`, `keep_admin` and the folders
    mean nothing. The kernel kills the program when the *thread* that called this ends: call it
    from one that lives as long.
    """
    heard, told = os.pipe()
    with open(heard, "rb") as reports, tempfile.TemporaryFile() as written:
        try:
            record = plan(
                argv,
                env=env,
                cwd=cwd,
                project_root=project_root,
                seal=seal,
                files=files,
                keep_admin=keep_admin,
                init=init,
                pass_fds=pass_fds,
                services=services,
                control=control,
                strain=strain,
                error_fd=told,
            )
            written.write(json.dumps(record).encode())
            written.seek(0)
            program = Program(
                [sys.executable, "-I", "-S", "-B", str(_LAUNCHER), str(written.fileno())],
                env={},
                cwd="/",
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                pass_fds=[*pass_fds, *_lines(control, strain), told, written.fileno()],
                start_new_session=True,
            )
        finally:
            os.close(told)
        _hear(program, reports.read().splitlines())
    return program


def _lines(control: int, strain: Mapping[str, Any] | None) -> list[int]:
    """The relay's lines to others."""
    return [one for one in (control, strain["switch"] if strain else -1) if one >= 0]


def _hear(program: Program, lines: list[bytes]) -> None:
    """Take in the launcher's reports; a failure becomes a SealError."""
    records = [json.loads(line) for line in lines]
    program.notes = tuple(record["note"] for record in records if "note" in record)
    for record in records:
        if "step" in record:
            _end(program)
            raise SealError(record["step"], record["errno"] or 0, record["text"] or "")
    if program.poll() == 97 and not lines:
        raise SealError("start", 0, "the launcher ended without a word")


def _end(program: Program) -> None:
    program.wait()
    for stream in (program.stdin, program.stdout, program.stderr):
        if stream is not None:
            stream.close()
