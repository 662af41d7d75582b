"""Kubernetes' programs: how they are built and kept, and which of them this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from refute.errors import fail
from refute.real.install import Installed, Say, digest, installed, place

__all__ = [
    "NAMES",
    "VERSION",
    "Runtime",
    "edition",
    "in_cache",
    "install",
    "lacking",
    "runtime",
]

NAMES = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kube-proxy",
    "kubelet",
    "kubectl",
)
"""What one built program is called by."""

VERSION = "1.34.4"
"""The last minor release of Kubernetes that runs on version 1 of control groups unasked."""
_MODULE = Path(__file__).parent / "node"
_PUBLISHED = {
    "registry": "github.com/distribution/distribution/v3/cmd/registry@v3.0.0",
    "coredns": "github.com/coredns/coredns@v1.14.6",
}
_STAMP = (
    f"-X k8s.io/component-base/version.gitVersion=v{VERSION}"
    f" -X k8s.io/component-base/version.gitMajor=1"
    f" -X k8s.io/component-base/version.gitMinor={VERSION.split('.')[1]}"
    f" -X k8s.io/component-base/version.gitTreeState=clean"
    f" -X k8s.io/client-go/pkg/version.gitVersion=v{VERSION}"
)
_DEBIAN = (
    *("containerd", "runc", "containernetworking-plugins", "nftables"),
    # What runc and nft are linked to.
    *("libseccomp2", "libnftables1", "libnftnl11", "libmnl0", "libjansson4", "libxtables12"),
    *("libedit2", "libgmp10", "libtinfo6", "libbsd0", "libmd0"),
)
_PLUGINS = ("usr/lib/cni", "opt/cni/bin", "usr/libexec/cni")


@dataclass(frozen=True, slots=True)
class Runtime:
    """What runs the containers of a node, below ``root``: ``/``, or where packages were unpacked.

    ``plugins`` is the folder of the network plugins below it, ``libraries`` those of shared
    libraries, and ``missing`` what was not found.
    """

    root: Path
    plugins: Path
    libraries: tuple[Path, ...]
    missing: tuple[str, ...]

    def seen(self, programs: Path) -> Path:
        """The root, where the installation's folder is seen as ``programs``."""
        return self.root if self.root == Path("/") else programs / self.root.name

    def environment(self, programs: Path) -> dict[str, str]:
        """What these programs need to find one another, seen so."""
        root = self.seen(programs)
        path = os.environ.get("PATH", os.defpath)
        found = {"PATH": f"{root}/usr/sbin:{root}/usr/bin:{path}:/usr/sbin:/sbin"}
        if self.libraries:
            found["LD_LIBRARY_PATH"] = ":".join(str(root / one) for one in self.libraries)
        return found


def runtime() -> Runtime:
    """What was unpacked at the installation, or else the machine's own."""
    folder = in_cache()
    if folder is not None and (folder / "debian").is_dir():
        root = folder / "debian"
        found = [*root.glob("usr/lib/*-linux-gnu*"), *root.glob("lib/*-linux-gnu*")]
        return _look(root, tuple(one.relative_to(root) for one in found))
    return _look(Path("/"), ())


def _look(root: Path, libraries: tuple[Path, ...]) -> Runtime:
    path = f"{root}/usr/sbin:{root}/usr/bin:{root}/usr/local/bin"
    missing = [
        name for name in ("containerd", "ctr", "runc", "nft") if not shutil.which(name, path=path)
    ]
    plugins = next((one for one in _PLUGINS if (root / one / "bridge").exists()), None)
    if plugins is None:
        missing.append("network plugins (CNI)")
    return Runtime(root, Path(plugins or _PLUGINS[0]), libraries, tuple(missing))


@cache
def edition() -> str:
    """The version of what is installed: Kubernetes', and which state of our own module is in it."""
    state = sha256()
    for path in sorted(_MODULE.rglob("*")):
        if path.is_file():
            state.update(f"{path.relative_to(_MODULE)}\n".encode() + path.read_bytes())
    return f"{VERSION}-{state.hexdigest()[:8]}"


def in_cache() -> Path | None:
    """The folder of the programs that were installed, if they are of this edition."""
    found = installed("kubernetes")
    return found.folder if found is not None and found.version == edition() else None


def lacking() -> str:
    """Why there is nothing in the cache that fits, in a few words."""
    if installed("kubernetes") is not None:
        return "what is installed in the cache was built by another version of refute"
    return "Kubernetes is not installed in the cache"


def install(say: Say) -> Installed:
    """Build Kubernetes' programs from their published Go modules, and unpack Debian's runtime.

    Needs Go; takes minutes and some 4 GB of Go's caches the first time. Without Debian's
    packages what is built runs a control plane alone. Raises RefuteError ``real-unavailable``.
    """
    if shutil.which("go") is None:
        fail(
            "real-unavailable",
            "Kubernetes is built from its published Go modules, and there is no `go` here",
            remedy="Install Go 1.24 or later.",
        )

    def fill(target: Path) -> None:
        _build(target, say)
        _unpack(target / "debian", say)

    folder = place("kubernetes", edition(), fill)
    programs = [one for one in folder.iterdir() if one.is_file() and not one.is_symlink()]
    packages = (folder / "packages").glob("*.deb")
    sums = {one.name: digest(one) for one in (*sorted(programs), *sorted(packages))}
    shutil.rmtree(folder / "packages", ignore_errors=True)
    source = f"Go module k8s.io/kubernetes v{VERSION}; {', '.join(_PUBLISHED.values())}; Debian"
    return Installed("kubernetes", edition(), source, sums, folder).write()


def _build(target: Path, say: Say) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        # Go writes locks beside a module, and a package's folder may be read-only.
        module = Path(temporary) / "node"
        shutil.copytree(_MODULE, module)
        say(f"building Kubernetes {VERSION} (some minutes)")
        common = ["go", "build", "-buildvcs=false", "-trimpath", "-mod=readonly"]
        for name, flags in (("kube", f"-s -w {_STAMP}"), ("node", "-s -w")):
            _go([*common, "-ldflags", flags, "-o", str(target / name), f"./cmd/{name}"], module)
        for name in NAMES:
            (target / name).symlink_to("kube")
        for name, package in _PUBLISHED.items():
            say(f"building {name}")
            _go(["go", "install", "-trimpath", "-ldflags", "-s -w", package], module, target)


def _go(command: Sequence[str], folder: Path, target: Path | None = None) -> None:
    """Run Go without C, so that what it makes runs in any container."""
    env = {**os.environ, "CGO_ENABLED": "0"}
    if target is not None:
        env["GOBIN"] = str(target)
    done = subprocess.run(
        command, cwd=folder, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        fail(
            "real-unavailable",
            f"`{' '.join(command[:2])}` of {command[-1]} failed",
            detail=done.stderr.splitlines()[-10:],
            remedy="Is Go's module proxy reachable, and is there room on the disk?",
        )


def _unpack(root: Path, say: Say) -> None:
    """Debian's packages of the container runtime, unpacked into the cache: nothing is installed.

    apt checks their signatures. Where there is no apt, the machine's own programs are used.
    """
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        say("no apt here: a node will need containerd, runc, nft and CNI plugins of the machine")
        return
    packages = root.parent / "packages"
    packages.mkdir()
    say("fetching Debian's containerd, runc, CNI plugins and nftables")
    done = _apt("download", "-q", *_DEBIAN, folder=packages)
    if done.returncode and os.geteuid() == 0:
        say("bringing apt's lists up to date")
        _apt("update", "-q", folder=packages)
        done = _apt("download", "-q", *_DEBIAN, folder=packages)
    if done.returncode:
        say(f"apt could not fetch them: {(done.stderr.strip().splitlines() or [''])[-1]}")
        say("without them there is a control plane alone; try again after `apt-get update`")
        return
    for package in sorted(packages.glob("*.deb")):
        subprocess.run(["dpkg-deb", "-x", package, root], check=True)


def _apt(*words: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["apt-get", *words], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
