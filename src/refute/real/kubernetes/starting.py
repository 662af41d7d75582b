"""Starting a cluster of our own: a node in a box, or a control plane alone."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from refute.errors import fail
from refute.real.keeping import Keeper, Spawned
from refute.real.kubernetes import box, images
from refute.real.kubernetes.api import Api, Refused
from refute.real.kubernetes.kubeconfig import Access
from refute.real.kubernetes.plane import ADMIN, Plan, apiserver, etcd, manager, scheduler, tokens
from refute.real.kubernetes.programs import runtime
from refute.real.ports import LOOPBACK, wait_until
from refute.real.provider import Start

__all__ = ["Started", "alone", "node"]

_READY = 120.0
_COMPONENTS = {
    "manager": "system:kube-controller-manager",
    "scheduler": "system:kube-scheduler",
    "proxy": "system:kube-proxy",
    "kubelet": "system:node:node",
    "dns": ADMIN,
}
"""Kubeconfig to the user that it signs in."""

_STORAGE = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {
        "name": "standard",
        "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
    },
    "provisioner": "kubernetes.io/host-path",
}
"""Volumes are folders of the node; the controllers themselves make them when they are claimed."""

# A key of ours in the form of RFC 5915; what is left out, the reader works out.
_KEY = (bytes.fromhex("30310201010420"), bytes.fromhex("a00a06082a8648ce3d030107"))


@dataclass(frozen=True, slots=True)
class Started:
    """A cluster that runs: how its administrator signs in, and how it is looked after.

    ``registry`` is the port of the local registry, 0 without one; ``run`` runs a command inside
    the node, None without one.
    """

    access: Access
    alive: Callable[[], bool]
    logs: Callable[[], str]
    registry: int = 0
    run: Callable[[Sequence[str], bytes], None] | None = None


def node(start: Start, programs: Path) -> Started:
    """A whole node in namespaces of its own. Raises RefuteError ``real-start-failed``."""
    folder, token = start.keeper.directory, secrets.token_hex(16)
    for name in ("logs", "kubelet", "volumes", "images", "registry"):
        (folder / name).mkdir()
    found = runtime()
    environment = {**_plain(), **found.environment(box.PROGRAMS)}
    _write(folder, box.files(found.seen(box.PROGRAMS) / found.plugins))
    _certify(programs, folder)
    _sign_in(replace(box.plan(token), folder=folder), "https://127.0.0.1:6443")
    pause = images.build({"/pause": (programs / "node").read_bytes()}, ["/pause", "pause"])
    (folder / "images" / "pause.tar").write_bytes(images.archive(pause, box.PAUSE))
    ports = {name: start.ports.take() for name in ("api", "registry")}
    name = f"refute-{folder.name}"
    start.keeper.afterwards([str(programs / "node"), "sweep", name])
    spec = box.spec(name, folder, programs, ports, token)
    (folder / "spec.json").write_text(json.dumps(spec))
    command = [str(programs / "node"), "run", str(folder / "spec.json")]
    running = start.keeper.spawn(command, env=environment, log="box.log")
    started = Started(
        Access(
            f"https://{LOOPBACK}:{ports['api']}",
            (folder / "ca.crt").read_text(),
            box.plan(token).token_of(ADMIN),
        ),
        lambda: start.keeper.code(running) is None,
        lambda: _words(running, folder),
        ports["registry"],
        lambda argv, given: _inside(running, environment, argv, given),
    )
    _await(started, _node_ready, "Kubernetes")
    with closing(Api(started.access)) as api:
        api.apply(_STORAGE, "")
    return started


def alone(start: Start, programs: Path, ours: bool) -> Started:
    """A control plane without a node, on the machine's loopback.

    ``programs`` were installed by us, or else need not hold more than etcd and an API server.
    Raises RefuteError ``real-start-failed``.
    """
    folder, keeper = start.keeper.directory, start.keeper
    api, client, peer = (start.ports.take() for _ in range(3))
    plan = Plan(programs, folder, secrets.token_hex(16), api, client, peer, certificates=ours)
    server = f"https://{LOOPBACK}:{api}"
    if ours:
        _certify(programs, folder)
    else:
        (folder / "accounts.key").write_text(_key())
    (folder / "tokens.csv").write_text(tokens(plan))
    store = _spawn(keeper, etcd(plan))
    serving = _spawn(keeper, apiserver(plan))
    spawned = [store, serving]
    # Without certificates of ours, the server writes its own before it answers.
    authority = folder / ("ca.crt" if ours else "serving/apiserver.crt")

    def alive() -> bool:
        return all(keeper.code(one) is None for one in spawned)

    def logs() -> str:
        return "\n".join(one.tail(15) for one in spawned)

    wait_until(authority.exists, what="kube-apiserver", seconds=_READY, alive=alive, log=logs)
    started = Started(Access(server, authority.read_text(), plan.token_of(ADMIN)), alive, logs)
    _await(started, _api_ready, "the control plane")
    _sign_in(plan, server, started.access.authority)
    for argv in (manager(plan), scheduler(plan)):
        if Path(argv[0]).exists():
            spawned.append(_spawn(keeper, argv))
    return started


def _spawn(keeper: Keeper, argv: list[str]) -> Spawned:
    # Killed at once: an API server takes seconds to end, and nothing of it is kept.
    log = f"{Path(argv[0]).name}.log"
    return keeper.spawn(argv, env=_plain(), log=log, stop=signal.SIGKILL)


def _plain() -> dict[str, str]:
    """An environment without settings for Go, Kubernetes or proxies that the user may have."""
    return {"PATH": f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin", "HOME": "/"}


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def _certify(programs: Path, folder: Path) -> None:
    command = [str(programs / "node"), "certs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        fail("real-start-failed", "no certificates", detail=done.stderr.splitlines()[-5:])


def _sign_in(plan: Plan, server: str, authority: str = "") -> None:
    """The files by which the parts of the cluster sign in at its API server."""
    (plan.folder / "tokens.csv").write_text(tokens(plan))
    authority = authority or (plan.folder / "ca.crt").read_text()
    for name, user in _COMPONENTS.items():
        text = Access(server, authority, plan.token_of(user)).kubeconfig()
        (plan.folder / f"{name}.conf").write_text(text)


def _key() -> str:
    """An elliptic key (P-256) in PEM, to sign the tokens of service accounts with."""
    head, tail = _KEY
    # Below the order of the curve whatever the bits are: its first four bytes are the highest.
    secret = b"\x7f" + secrets.token_bytes(31)
    text = base64.b64encode(head + secret + tail).decode()
    return f"-----BEGIN EC PRIVATE KEY-----\n{text}\n-----END EC PRIVATE KEY-----\n"


def _await(started: Started, ready: Callable[[Api], bool], what: str) -> None:
    with closing(Api(started.access)) as api:

        def looked() -> bool:
            with suppress(OSError, Refused, ValueError):
                return ready(api)
            return False

        wait_until(looked, what=what, seconds=_READY, alive=started.alive, log=started.logs)


def _api_ready(api: Api) -> bool:
    return api.text("GET", "/readyz") == "ok"


def _node_ready(api: Api) -> bool:
    conditions = api.request("GET", "/api/v1/nodes/node")["status"]["conditions"]
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _words(running: Spawned, folder: Path) -> str:
    """What the box said, and the warnings and errors of its programs."""
    said = [running.tail()]
    for name in ("kube-apiserver", "kube-controller-manager", "kubelet", "containerd"):
        tail = Spawned(running.pid, folder / "logs" / f"{name}.log").tail(200)
        bad = [line for line in tail.splitlines() if line[:1] in "EF" or "level=error" in line]
        said += [f"{name}: {line}" for line in bad[-10:]]
    return "\n".join(said)


def _inside(
    running: Spawned, environment: Mapping[str, str], argv: Sequence[str], given: bytes
) -> None:
    """Run a command in all namespaces of the node, with these bytes as its input.

    Raises RefuteError ``real-start-failed`` with its words.
    """
    tasks = Path(f"/proc/{running.pid}/task").glob("*/children")
    first = " ".join(task.read_text() for task in tasks).split()[0]
    command = ["nsenter", "--target", first, "--all", *argv]
    done = subprocess.run(command, input=given, capture_output=True, env=dict(environment))
    if done.returncode:
        words = (done.stderr or done.stdout).decode(errors="replace").splitlines()[-5:]
        fail("real-start-failed", f"`{argv[0]}` failed in the node", detail=words)
