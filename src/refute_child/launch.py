"""Starts one sealed program: `PYTHON -I -S -B launch.py FD`, with a JSON plan behind FD.

    controller -> launcher (waits, passes the exit status on) -> pid 1 of the slot -> argv
                           -> relay (stays outside; only if services are let through)

The plan: `argv`, `env`, `cwd`; `seal` ("full", or "none": just execute, in its own session);
`parent` (the pid that must outlive us); `pass_fds`; `error_fd`; `writable` and `hide`
(folders); `sockets` (paths of Unix sockets outside, see `sockets.py`); `files` (absolute path to
base64 of the content that the program shall find there, or null for a file that it shall not
find);
`services` ([host, port] of what listens on the machine's loopback and can be reached from
inside, see `relay.py`), `control` (the relay's line to the controller, or -1) and `strain`
(which of their links go bad, see `strain.py`, or null);
`init` (stay pid 1 and run argv below, for programs that reap nobody); `keep_admin` (argv may
refresh its layers, see `layers.py`).

When any process of the chain dies, all below it are killed by the kernel. Until argv is
executed, each line on `error_fd` is JSON: {"note": text}, or {"step", "errno", "text"} before
an exit with status 97. End of file without the latter means that argv runs.

What a sealed program can reach outside: nothing by the network but `services` (a namespace
with a loopback of its own, which keeps abstract sockets in too); no process; no Unix socket
that was there when it started: those in the hidden folders are gone, those under an overlay
refuse to connect, and any other has an empty file in its place.
"""

from __future__ import annotations

import sys
from os.path import abspath, dirname

if __name__ == "__main__":  # isolated mode leaves our own folder out of the path
    sys.path.append(dirname(dirname(abspath(__file__))))

import json
import os
import select
import signal
from base64 import b64decode
from typing import TYPE_CHECKING, Any, NoReturn

from refute_child import linux
from refute_child.layers import VARIABLE
from refute_child.mounts import StepError, Tree, step
from refute_child.sockets import cover_sockets

if TYPE_CHECKING:  # costs too much where no service is let through
    from socket import socket

FAILED = 97
"""Exit status of a launcher that could not start its program."""

_NAMESPACES = (
    linux.CLONE_NEWUSER
    | linux.CLONE_NEWNS
    | linux.CLONE_NEWPID
    | linux.CLONE_NEWNET
    | linux.CLONE_NEWIPC
)


def main(descriptor: int) -> int:
    """Run the plan behind `descriptor`; returns the exit status of the launcher."""
    with open(descriptor, encoding="utf-8") as file:
        plan = json.load(file)
    try:
        os.set_inheritable(plan["error_fd"], False)
        for passed in plan["pass_fds"]:
            os.set_inheritable(passed, True)
        if plan["seal"] == "full":
            return _run_sealed(plan)
        _follow_parent(plan)
        linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        _execute(plan)
    except StepError as failure:
        _report(plan, step=failure.step, errno=failure.error.errno, text=failure.error.strerror)
    except OSError as error:
        _report(plan, step=error.filename or "start", errno=error.errno, text=error.strerror)
    return FAILED


def _report(plan: dict[str, Any], **record: Any) -> None:
    os.write(plan["error_fd"], json.dumps(record).encode() + b"\n")


def _follow_parent(plan: dict[str, Any]) -> None:
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != plan["parent"]:  # it died before we asked to be told
        os._exit(FAILED)


def _run_sealed(plan: dict[str, Any]) -> int:
    null = os.open("/dev/null", os.O_RDWR)
    helper, line = _start_relay(plan) if plan["services"] else (0, None)
    _enter_namespaces()
    _follow_parent(plan)
    alive, held = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(held)
        _be_first_process(plan, alive, line)
    # The pipes and terminals are the program's; if we held them too, nobody would see their end.
    for passed in plan["pass_fds"]:
        os.close(passed)
    os.close(plan["error_fd"])
    _silence(null)
    os.chdir("/")
    return _status(_wait_for(child, helper, line))


def _start_relay(plan: dict[str, Any]) -> tuple[int, socket]:
    """Fork the process that stays outside; returns its pid, and the line to it."""
    from socket import AF_UNIX, SOCK_SEQPACKET, socketpair

    from refute_child import relay

    ours, theirs = socketpair(AF_UNIX, SOCK_SEQPACKET)
    launcher, control = os.getpid(), plan["control"]
    helper = os.fork()
    if helper == 0:
        try:
            linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() == launcher:
                relay.serve(theirs, control, plan.get("strain"))
                os._exit(0)
        finally:
            os._exit(FAILED)
    theirs.close()
    for passed in (control, plan["strain"]["switch"] if plan.get("strain") else -1):
        if passed >= 0:
            os.close(passed)
    return helper, ours


def _wait_for(child: int, helper: int, line: socket | None) -> int:
    """Wait for the slot's end; returns its wait status. The relay's end is the slot's, too."""
    while (ended := os.wait())[0] != child:
        if ended[0] == helper and ended[1]:
            os._exit(FAILED)
        helper = 0
    if line is not None:
        line.close()
    if helper and os.waitpid(helper, 0)[1]:
        os._exit(FAILED)
    return ended[1]


def _silence(null: int) -> None:
    for standard in (0, 1, 2):
        os.dup2(null, standard)


def _status(status: int) -> int:
    """A wait status as a shell tells it: 128 and the signal for a killed program."""
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _enter_namespaces() -> None:
    user, group, pid = os.geteuid(), os.getegid(), os.getpid()
    single = (f"{user} {user} 1", f"{group} {group} 1")
    if user:
        with step("unshare"):
            linux.unshare(_NAMESPACES)
        _write_maps("self", *single, deny=True)
        return
    # Root keeps all its ids. Only a process that stays outside may write such a map.
    go, ready = os.pipe(), os.pipe()
    helper = os.fork()
    if helper == 0:
        os.close(go[1])
        os.read(go[0], 1)
        try:
            maps = [_identity(name) for name in ("uid_map", "gid_map")]
            _write_maps(str(pid), maps[0], maps[1], deny=False)
            os.write(ready[1], b"1")
        finally:
            os._exit(0)
    os.close(ready[1])
    with step("unshare"):
        linux.unshare(_NAMESPACES)
    os.close(go[1])
    done = os.read(ready[0], 1)
    os.waitpid(helper, 0)
    if not done:  # a root of little power, as in some containers
        _write_maps("self", *single, deny=True)
    os.close(ready[0])
    os.close(go[0])


def _identity(name: str) -> str:
    """The ids of this namespace, each mapped to itself."""
    with open(f"/proc/self/{name}", encoding="ascii") as lines:
        extents = [line.split() for line in lines]
    return "\n".join(f"{inside} {inside} {count}" for inside, _, count in extents)


def _write_maps(process: str, users: str, groups: str, *, deny: bool) -> None:
    texts = {"uid_map": users, "gid_map": groups}
    for name, text in ({"setgroups": "deny"} | texts if deny else texts).items():
        with step(name), open(f"/proc/{process}/{name}", "wb", buffering=0) as file:
            file.write(text.encode())


def _be_first_process(plan: dict[str, Any], alive: int, line: socket | None) -> NoReturn:
    """The child: pid 1 of the slot. Builds its world, then becomes the program."""
    try:
        _die_with_launcher(alive)
        os.setsid()
        tree = Tree()
        tree.build(plan["writable"], plan["hide"], plan["env"].get("XDG_RUNTIME_DIR", ""))
        with step("sockets"):
            cover_sockets(plan["sockets"], tree.folders, tree.scratch)
        with step("loopback"):
            linux.raise_loopback()
        if line is not None:
            from refute_child import relay

            with step("services"):
                relay.hand_over(line, plan["services"])
        for path, content in plan["files"].items():
            tree.write(path, None if content is None else b64decode(content))
        for note in tree.notes:
            _report(plan, note=note)
        if plan["keep_admin"]:
            plan["env"][VARIABLE] = json.dumps(tree.table())
            os.set_inheritable(tree.descriptor, True)
        with step("capabilities"):
            _limit_powers(keep_admin=plan["keep_admin"])
        _die_with_launcher(alive)  # a change of credentials forgets it
        if plan["init"]:
            _reap(plan)
        _execute(plan)
    except StepError as failure:
        _report(plan, step=failure.step, errno=failure.error.errno, text=failure.error.strerror)
    except OSError as error:
        _report(plan, step=error.filename or "start", errno=error.errno, text=error.strerror)
    finally:
        os._exit(FAILED)


def _die_with_launcher(alive: int) -> None:
    """In a new pid namespace the parent's pid reads 0, so a pipe tells whether it lives."""
    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
    if select.select([alive], [], [], 0)[0]:
        os._exit(FAILED)


def _limit_powers(*, keep_admin: bool) -> None:
    root = os.geteuid() == 0
    keep = linux.ROOT_CAPABILITIES if root else frozenset()
    if keep_admin:
        keep |= linux.LAYER_CAPABILITIES
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.bound_capabilities(keep)
    linux.hold_capabilities(keep, active=keep, passed_on=frozenset() if root else keep)


def _reap(plan: dict[str, Any]) -> None:
    """Stay pid 1 and reap until the program is done; returns in the child that becomes it.

    When pid 1 ends, the kernel kills whatever else is left in the slot.
    """
    null = os.open("/dev/null", os.O_RDWR)
    program = os.fork()
    if program == 0:
        return
    for passed in plan["pass_fds"]:
        os.close(passed)
    os.close(plan["error_fd"])
    _silence(null)
    while True:
        ended, status = os.wait()
        if ended == program:
            os._exit(_status(status))


def _execute(plan: dict[str, Any]) -> NoReturn:
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):  # ignored by every Python, and inherited
        signal.signal(ignored, signal.SIG_DFL)
    with step(f"enter {plan['cwd']}"):
        os.chdir(plan["cwd"])
    with step(f"execute {plan['argv'][0]}"):
        os.execvpe(plan["argv"][0], plan["argv"], plan["env"])


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
