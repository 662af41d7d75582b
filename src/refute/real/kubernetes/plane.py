"""The programs of a control plane: which flags each is started with.

Pure functions from a Plan to command lines. The same flags serve a node (in a network of its
own, where ports are fixed) and a control plane alone (on the machine's loopback, with ports that
are free there).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = ["ADMIN", "SERVICES", "Plan", "apiserver", "etcd", "manager", "scheduler", "tokens"]

SERVICES = "10.96.0.0/16"
"""Where cluster addresses of services are taken from."""

ADMIN = "refute-admin"
"""The user that may do everything."""

# Who else has a token, and in which groups: the roles of these are Kubernetes' own.
_USERS = {
    ADMIN: "system:masters",
    "system:kube-controller-manager": "",
    "system:kube-scheduler": "",
    "system:kube-proxy": "",
    "system:node:node": "system:nodes",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """Where a control plane lies and listens.

    ``programs`` holds the binaries; ``folder`` certificates, tokens and data; ``token`` is the
    secret that all tokens begin with. ``bind`` is the address to listen on, ``advertise`` the one
    that pods are told (empty: none). Without ``certificates`` (of ``node certs``) the server
    signs its own, and no pod can be run.
    """

    programs: Path
    folder: Path
    token: str
    api_port: int = 6443
    etcd_port: int = 2379
    peer_port: int = 2380
    bind: str = "127.0.0.1"
    advertise: str = ""
    certificates: bool = True

    def token_of(self, user: str) -> str:
        """The token of one of the cluster's own users."""
        return f"{self.token}-{sorted(_USERS).index(user)}"


def tokens(plan: Plan) -> str:
    """The file of static tokens: token, user, uid, groups."""
    lines = [f'{plan.token_of(user)},{user},{user},"{_USERS[user]}"' for user in sorted(_USERS)]
    return "\n".join(lines) + "\n"


def etcd(plan: Plan) -> list[str]:
    """etcd, which forgets all with the folder: it doesn't wait for the disk."""
    client = f"http://127.0.0.1:{plan.etcd_port}"
    peer = f"http://127.0.0.1:{plan.peer_port}"
    return [
        str(plan.programs / "etcd"),
        f"--data-dir={plan.folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--unsafe-no-fsync",
        "--log-level=warn",
    ]


def apiserver(plan: Plan) -> list[str]:
    """The API server: tokens and client certificates, RBAC, quotas and all usual admission."""
    folder = plan.folder
    argv = [
        str(plan.programs / "kube-apiserver"),
        f"--etcd-servers=http://127.0.0.1:{plan.etcd_port}",
        f"--bind-address={plan.bind}",
        f"--secure-port={plan.api_port}",
        f"--cert-dir={folder / 'serving'}",
        f"--service-cluster-ip-range={SERVICES}",
        "--authorization-mode=Node,RBAC",
        "--allow-privileged=true",
        f"--token-auth-file={folder / 'tokens.csv'}",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={folder / 'accounts.key'}",
        f"--service-account-signing-key-file={folder / 'accounts.key'}",
    ]
    if plan.advertise:
        argv.append(f"--advertise-address={plan.advertise}")
    if plan.certificates:
        argv += [
            f"--client-ca-file={folder / 'ca.crt'}",
            f"--tls-cert-file={folder / 'server.crt'}",
            f"--tls-private-key-file={folder / 'server.key'}",
            f"--kubelet-client-certificate={folder / 'kubelet-client.crt'}",
            f"--kubelet-client-key={folder / 'kubelet-client.key'}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--requestheader-client-ca-file={folder / 'ca.crt'}",
            "--requestheader-allowed-names=front-proxy-client",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={folder / 'front-proxy.crt'}",
            f"--proxy-client-key-file={folder / 'front-proxy.key'}",
        ]
    return argv


def manager(plan: Plan) -> list[str]:
    """The controllers; with a node, also the provisioner of host paths that is there for tests."""
    folder = plan.folder
    argv = [
        str(plan.programs / "kube-controller-manager"),
        f"--kubeconfig={folder / 'manager.conf'}",
        "--leader-elect=false",
        "--secure-port=0",
        "--use-service-account-credentials=true",
        # As many requests as it likes: it would start its controllers one by one for seconds.
        "--kube-api-qps=1000",
        "--kube-api-burst=1000",
        f"--service-account-private-key-file={folder / 'accounts.key'}",
        f"--service-cluster-ip-range={SERVICES}",
    ]
    if plan.advertise:
        argv.append("--enable-hostpath-provisioner=true")
    if plan.certificates:
        argv += [
            f"--root-ca-file={folder / 'ca.crt'}",
            f"--cluster-signing-cert-file={folder / 'ca.crt'}",
            f"--cluster-signing-key-file={folder / 'ca.key'}",
        ]
    return argv


def scheduler(plan: Plan) -> list[str]:
    """The scheduler."""
    return [
        str(plan.programs / "kube-scheduler"),
        f"--kubeconfig={plan.folder / 'scheduler.conf'}",
        "--leader-elect=false",
        "--kube-api-qps=1000",
        "--kube-api-burst=1000",
        "--secure-port=0",
    ]
