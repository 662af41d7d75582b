"""A node in a box: the files and the specification of one, as values.

The box is a set of namespaces (processes, mounts, network, host name, control groups) that
``node run`` makes; in there, ports and paths are fixed and meet nobody else's. Everything here is
pure: folders in, texts out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from refute.real.kubernetes.plane import ADMIN, Plan, apiserver, etcd, manager, scheduler

__all__ = ["BOX", "IMPORT", "PAUSE", "PROGRAMS", "REGISTRY", "files", "plan", "spec"]

BOX = Path("/mnt/box")
"""Where the box sees its folder."""

PROGRAMS = Path("/mnt/bin")
"""Where the box sees what was installed."""

NODE_ADDRESS = "10.90.0.2"
PAUSE = "localhost/refute/pause:1"
_SOCKET = "/run/containerd/containerd.sock"
REGISTRY = "localhost:5000"
"""The local registry, as images in there are named."""

IMPORT = ("ctr", "-a", _SOCKET, "-n", "k8s.io", "images", "import")
"""Takes an archive into the node; its path follows, ``-`` for the standard input."""

_CONTAINERD = f"""\
version = 2
root = "{BOX}/containerd"
state = "/run/containerd"
[grpc]
  address = "{_SOCKET}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{BOX}/etc/registries"
  [plugins."io.containerd.grpc.v1.cri".cni]
    conf_dir = "{BOX}/etc/cni"
"""

# Whatever registry an image names, the local one is asked: there is no other in the box.
_MIRROR = f'server = "http://{REGISTRY}"\n[host."http://{REGISTRY}"]\n'

_STORE = f"""\
version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {BOX}/registry}}
  delete: {{enabled: true}}
http: {{addr: "0.0.0.0:5000"}}
"""

_DNS = f"""\
.:53 {{
    bind {NODE_ADDRESS}
    errors
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {BOX}/dns.conf
        pods insecure
    }}
    cache 2
}}
"""

_BRIDGE = {
    "cniVersion": "1.0.0",
    "name": "pods",
    "plugins": [
        {
            "type": "bridge",
            "bridge": "cni0",
            "isDefaultGateway": True,
            "hairpinMode": True,
            "ipam": {
                "type": "host-local",
                "dataDir": "/run/cni",
                "ranges": [[{"subnet": "10.244.0.0/20"}]],
            },
        },
        {"type": "portmap", "capabilities": {"portMappings": True}},
    ],
}

_KUBELET: dict[str, Any] = {
    "apiVersion": "kubelet.config.k8s.io/v1beta1",
    "kind": "KubeletConfiguration",
    "authentication": {
        "anonymous": {"enabled": False},
        "webhook": {"enabled": True},
        "x509": {"clientCAFile": f"{BOX}/ca.crt"},
    },
    "authorization": {"mode": "Webhook"},
    "cgroupDriver": "cgroupfs",
    "clusterDNS": [NODE_ADDRESS],
    "clusterDomain": "cluster.local",
    "containerRuntimeEndpoint": f"unix://{_SOCKET}",
    "enforceNodeAllocatable": [],
    # The disk is the machine's: how full it is says nothing about the pods of a test.
    "evictionHard": {
        "imagefs.available": "0%",
        "nodefs.available": "0%",
        "nodefs.inodesFree": "0%",
    },
    "failSwapOn": False,
    "imageGCHighThresholdPercent": 100,
    "imageMinimumGCAge": "24h",
    "maxPods": 500,
    "registryPullQPS": 50,
    "registryBurst": 100,
    "eventRecordQPS": 0,
    "kubeAPIQPS": 1000,
    "kubeAPIBurst": 1000,
    "resolvConf": f"{BOX}/etc/resolv.conf",
    "volumePluginDir": "/var/lib/kubelet/volumeplugins",
}

# A kubelet tunes the kernel unless it finds what it wants, and the kernel is the machine's as well.
_SHOWN = {
    "/proc/sys/vm/overcommit_memory": "1\n",
    "/proc/sys/vm/panic_on_oom": "0\n",
    "/proc/sys/kernel/panic": "10\n",
    "/proc/sys/kernel/panic_on_oops": "1\n",
    "/proc/sys/kernel/keys/root_maxkeys": "1000000\n",
    "/proc/sys/kernel/keys/root_maxbytes": "25000000\n",
}

_PROXY: dict[str, Any] = {
    "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
    "kind": "KubeProxyConfiguration",
    "mode": "nftables",
    "clusterCIDR": "10.244.0.0/20",
    "clientConnection": {"kubeconfig": f"{BOX}/proxy.conf"},
    "hostnameOverride": "node",
    "nftables": {"minSyncPeriod": "0s"},
    "conntrack": {
        "maxPerCore": 0,
        "min": 0,
        "tcpEstablishedTimeout": "0s",
        "tcpCloseWaitTimeout": "0s",
    },
}


def plan(token: str) -> Plan:
    """The control plane of a box."""
    return Plan(PROGRAMS, BOX, token, bind="0.0.0.0", advertise=NODE_ADDRESS)


def files(plugins: Path) -> dict[str, str]:
    """The texts of a box by their path below its folder, certificates and tokens aside.

    ``plugins`` is where the box sees the network plugins.
    """
    return {
        "etc/containerd.toml": f'{_CONTAINERD}    bin_dir = "{plugins}"\n',
        "etc/registries/_default/hosts.toml": _MIRROR,
        "etc/registry.yaml": _STORE,
        "etc/Corefile": _DNS,
        "etc/resolv.conf": f"nameserver {NODE_ADDRESS}\n",
        "etc/cni/10-pods.conflist": json.dumps(_BRIDGE),
        "etc/kubelet.json": json.dumps(_KUBELET),
        "etc/proxy.json": json.dumps(_PROXY),
    }


def spec(
    name: str,
    folder: Path,
    programs: Path,
    ports: Mapping[str, int],
    token: str,
) -> dict[str, Any]:
    """What ``node run`` is told.

    ``name`` is that of the control group, ``folder`` and ``programs`` are paths outside,
    ``ports`` those of the machine's loopback for ``api`` and ``registry``, ``token`` the secret
    of the cluster's tokens. Programs get the environment of ``node run``.
    """
    inside = {"api": 6443, "registry": 5000}
    return {
        "name": name,
        "hostname": "node",
        "address": f"{NODE_ADDRESS}/24",
        "gateway": "10.90.0.1",
        "log": f"{BOX}/logs",
        "mounts": _mounts(folder, programs),
        "shown": _SHOWN,
        "programs": _programs(plan(token)),
        "forwards": [
            {"listen": f"127.0.0.1:{ports[name]}", "to": f"127.0.0.1:{port}"}
            for name, port in inside.items()
        ],
    }


def _mounts(folder: Path, programs: Path) -> list[dict[str, str]]:
    """What the box sees elsewhere; first what may itself lie in a place that is hidden then."""
    return [
        {"from": "", "to": "/mnt"},
        {"from": str(folder), "to": str(BOX)},
        {"from": str(programs), "to": str(PROGRAMS)},
        *({"from": "", "to": place} for place in ("/run", "/tmp", "/var/lib", "/var/log")),
        {"from": f"{BOX}/kubelet", "to": "/var/lib/kubelet"},
        {"from": f"{BOX}/volumes", "to": "/tmp/hostpath_pv"},
    ]


def _programs(here: Plan) -> list[dict[str, Any]]:
    """The programs of a box, in the order of their start."""
    runtime, ready = f"unix:{_SOCKET}", "https://127.0.0.1:6443/readyz"
    imported = [*IMPORT, f"{BOX}/images/pause.tar"]
    kubelet = [
        f"{PROGRAMS}/kubelet",
        f"--config={BOX}/etc/kubelet.json",
        f"--kubeconfig={BOX}/kubelet.conf",
        "--hostname-override=node",
        f"--node-ip={NODE_ADDRESS}",
    ]
    listed: list[tuple[str, list[str], str]] = [
        ("containerd", ["containerd", "--config", f"{BOX}/etc/containerd.toml"], ""),
        ("etcd", etcd(here), ""),
        ("registry", [f"{PROGRAMS}/registry", "serve", f"{BOX}/etc/registry.yaml"], ""),
        ("kube-apiserver", apiserver(here), ""),
        ("import", imported, runtime),
        ("kube-controller-manager", manager(here), ready),
        ("kube-scheduler", scheduler(here), ""),
        ("kubelet", kubelet, ""),
        ("kube-proxy", [f"{PROGRAMS}/kube-proxy", f"--config={BOX}/etc/proxy.json"], ""),
        ("coredns", [f"{PROGRAMS}/coredns", "-conf", f"{BOX}/etc/Corefile"], ""),
    ]
    return [
        {
            "name": name,
            "argv": argv,
            "await": awaited,
            "token": here.token_of(ADMIN),
            "once": name == "import",
        }
        for name, argv, awaited in listed
    ]
