"""A namespace of a test's own in a real cluster, and what tests do with it."""

from __future__ import annotations

import base64
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from refute.errors import fail
from refute.real.client import Lease, lease
from refute.real.kubernetes.api import Api, Refused
from refute.real.kubernetes.box import REGISTRY
from refute.real.kubernetes.conditions import Condition, holds, summary
from refute.real.kubernetes.forwarding import forwarded
from refute.real.kubernetes.images import Image, archive
from refute.real.kubernetes.kubeconfig import Access
from refute.real.kubernetes.manifests import Manifests, objects
from refute.real.kubernetes.pushing import push
from refute.real.ports import LOOPBACK
from refute.real.provider import Json

__all__ = ["Cluster", "local_k8s_cluster"]


@dataclass(frozen=True, slots=True)
class Cluster:
    """One namespace of a cluster, seen by one user; by default one who may do everything.

    Methods raise `Refused` for what the API server does not let through. Things are named as
    for kubectl: ``pod/web-0``, ``deployment/web``.
    """

    lease: Lease
    api: Api
    #: The namespace; it is deleted, with all that is in it, when the test is over.
    namespace: str
    #: Where kubeconfigs of this user are written; nobody else reads them.
    folder: Path

    @property
    def kubeconfig(self) -> str:
        """The kubeconfig's text: this user, this namespace, no other context."""
        return self.api.access.kubeconfig(self.namespace)

    @property
    def kubeconfig_file(self) -> Path:
        """For `kubectl`, `helm` and clients that read KUBECONFIG: always that of this namespace,
        also of a copy by ``dataclasses.replace(k8s, namespace=...)``.
        """
        file = self.folder / f"{self.namespace}.kubeconfig"
        if self.folder.exists() and not file.exists():
            # Whole from the first moment on that it is there: threads may share a cluster.
            with tempfile.NamedTemporaryFile("w", dir=self.folder, delete=False) as part:
                part.write(self.kubeconfig)
            os.replace(part.name, file)
        return file

    @property
    def runs_pods(self) -> bool:
        """Whether there is a node: a control plane alone takes pods and never runs them."""
        return bool(self.lease.facts["pods"])

    @property
    def environment(self) -> dict[str, str]:
        """The environment for a program that is to find this cluster and no other."""
        return {**os.environ, "KUBECONFIG": str(self.kubeconfig_file)}

    def apply(self, manifests: Manifests) -> list[Json]:
        """Have the server make or change objects, in the order given; as they are then."""
        return [self.api.apply(one, self.namespace) for one in objects(manifests)]

    def get(self, thing: str) -> Json:
        """One object. Raises Refused (``NotFound``)."""
        return self.api.request("GET", self._path(thing))

    def all(self, kind: str, selector: str = "") -> list[Json]:
        """All objects of a kind in the namespace, or those with these labels (``a=b,c=d``)."""
        query = {"labelSelector": selector} if selector else None
        path = self.api.resource(kind).path(self.namespace)
        items: list[Json] = self.api.request("GET", path, query=query)["items"]
        return items

    def delete(self, thing: str, grace: int | None = None) -> None:
        """Have an object deleted, with what depends on it; ``grace`` in seconds, for pods."""
        options: Json = {"propagationPolicy": "Background"}
        if grace is not None:
            options["gracePeriodSeconds"] = grace
        self.api.text("DELETE", self._path(thing), options)

    def wait(self, thing: str, condition: Condition = "Ready", timeout: float = 60.0) -> Json:
        """Wait until an object exists and is in a condition (``deleted``: until it is gone).

        Returns it. Raises TimeoutError with what the object and its events say.
        """
        deadline = time.monotonic() + timeout
        last: Json = {}
        while True:
            try:
                last = self.get(thing)
                if condition != "deleted" and holds(last, condition):
                    return last
            except Refused as refused:
                if refused.status != 404:
                    raise
                if condition == "deleted":
                    return last
            if time.monotonic() > deadline:
                raise TimeoutError(self._overdue(thing, condition, timeout, last))
            time.sleep(0.1)

    def _overdue(self, thing: str, condition: Condition, timeout: float, last: Json) -> str:
        wanted = condition if isinstance(condition, str) else condition.__name__
        lines = [f"{thing} was not {wanted} within {timeout:g} s"]
        lines += summary(last) if last else ["it does not exist"]
        if not self.runs_pods:
            lines.append("this cluster has no node: no pod runs here")
        lines += [f"{one['reason']}: {one.get('message', '')}" for one in self.events()[-8:]]
        return "\n  ".join(lines)

    def logs(self, pod: str, container: str = "", previous: bool = False) -> str:
        """What a pod's container has printed; ``pod`` with or without ``pod/``."""
        query = {"container": container} if container else {}
        if previous:
            query["previous"] = "true"
        path = f"{self._path('pod/' + pod.rpartition('/')[2])}/log"
        return self.api.text("GET", path, query=query)

    def events(self, thing: str = "") -> list[Json]:
        """The namespace's events, oldest first; or those of one object."""
        found = self.all("events")
        if thing:
            kind, _, name = thing.partition("/")
            of = (self.api.resource(kind).kind, name)
            found = [
                one
                for one in found
                if (one["involvedObject"]["kind"], one["involvedObject"].get("name")) == of
            ]
        return sorted(found, key=lambda one: str(one["metadata"]["creationTimestamp"]))

    def kubectl(self, *words: str, given: str = "") -> str:
        """Run kubectl on this namespace, with text for its standard input; what it printed.

        Raises subprocess.CalledProcessError, whose ``stderr`` has its words.
        """
        command = [str(self.lease.facts["kubectl"]), *words]
        done = subprocess.run(
            command, input=given, env=self.environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    @contextmanager
    def port_forward(self, thing: str, port: int) -> Iterator[int]:
        """A port of 127.0.0.1 that leads to a port of a pod, service or deployment."""
        command = [str(self.lease.facts["kubectl"])]
        with forwarded(command, thing, port, self.environment) as local:
            yield local

    def quota(self, **hard: str | int) -> None:
        """Limit the namespace: ``quota(pods=2)``; for dotted names ``quota(**{...})``.

        Returns once the limit is in force.
        """
        amounts = {name: str(amount) for name, amount in hard.items()}
        manifest = {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "quota"},
            "spec": {"hard": amounts},
        }
        self.apply(manifest)
        self.wait("resourcequota/quota", lambda one: one.get("status", {}).get("hard") == amounts)

    @contextmanager
    def user(self, name: str, rules: Sequence[Mapping[str, Any]] = ()) -> Iterator[Cluster]:
        """The same namespace, seen by a user who may do what a Role with these rules allows.

        The user is a service account with a token of an hour; without rules it may do nothing.
        """
        about = {"name": name}
        account = {"kind": "ServiceAccount", "name": name, "namespace": self.namespace}
        authority = "rbac.authorization.k8s.io"
        role = {"kind": "Role", "name": name, "apiGroup": authority}
        version = f"{authority}/v1"
        self.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": about})
        self.apply({"apiVersion": version, "kind": "Role", "metadata": about, "rules": [*rules]})
        self.apply(
            {
                "apiVersion": version,
                "kind": "RoleBinding",
                "metadata": about,
                "subjects": [account],
                "roleRef": role,
            }
        )
        path = f"{self._path('serviceaccount/' + name)}/token"
        token = self.api.request("POST", path, {"spec": {"expirationSeconds": 3600}})
        access = Access(self.api.access.server, self.api.access.authority, token["status"]["token"])
        with closing(Api(access)) as api, _folder() as folder:
            yield replace(self, api=api, folder=folder)

    def push(self, image: Image, name: str) -> str:
        """Put an image into the cluster's registry; what pods call it then.

        ``name`` is ``repository:tag``. Raises RefuteError where the cluster has no registry.
        """
        port = int(self.lease.facts["registry"])
        if not port:
            fail(
                "real-unavailable",
                "the cluster has no registry of its own on this route",
                remedy="Import the image, or push it to a registry that the cluster pulls from.",
            )
        repository, _, tag = name.partition(":")
        push(image, repository, tag or "latest", LOOPBACK, port)
        return f"{REGISTRY}/{repository}:{tag or 'latest'}"

    def load_image(self, image: Image | Path, name: str = "") -> None:
        """Import an image into the node under a full name, or an archive as it is.

        An archive is what ``docker save`` and ``buildah push`` write. Pods that name the image
        want ``imagePullPolicy: IfNotPresent`` or ``Never``. Raises RefuteError.
        """
        content = image.read_bytes() if isinstance(image, Path) else archive(image, name)
        self.lease.call("import", archive=base64.b64encode(content).decode())

    def _path(self, thing: str) -> str:
        kind, _, name = thing.partition("/")
        return self.api.resource(kind).path(self.namespace, name)


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder that nobody else reads."""
    with tempfile.TemporaryDirectory(prefix="refute-kube-") as folder:
        yield Path(folder)


@contextmanager
def local_k8s_cluster(
    *, quota: Mapping[str, str] | None = None, route: str | None = None
) -> Iterator[Cluster]:
    """A namespace of one's own in a real cluster, which is started once a run.

    ``quota`` limits what the namespace takes (``{"pods": "2"}``). ``route`` insists on one of
    the ways to get a cluster: ``address``, ``kind``, ``k3d``, ``minikube``, ``installed`` (a
    whole node), ``control-plane`` or ``assets`` (both without a node).

    Raises RefuteError ``real-unavailable``, ``real-refused`` or ``real-start-failed``.
    """
    with lease("kubernetes", route=route) as taken:
        access = Access(**taken.facts["access"])
        namespace = str(taken.part["namespace"])
        with closing(Api(access)) as api, _folder() as folder:
            cluster = Cluster(taken, api, namespace, folder)
            if quota:
                cluster.quota(**quota)
            yield cluster
