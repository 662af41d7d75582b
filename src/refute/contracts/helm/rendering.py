"""What helm renders of a chart, and whether a cluster would take it.

Both ask the real thing: ``helm template`` renders without a cluster, and ``kubectl apply
--dry-run=server`` has a cluster check manifests against its own OpenAPI, its admission and the
permissions of the user, and keep nothing.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from refute.contracts.answers import Unknown
from refute.errors import fail

SECONDS = 60.0
"""How long helm or kubectl may take."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What came of a chart: manifests, or the words in which helm refuses it."""

    manifests: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class ClusterAnswer:
    """What a cluster says to manifests: its complaints, a line each; none if it takes them."""

    refusals: tuple[str, ...]


def render(
    chart: Path, values: Sequence[Path] = (), environment: Mapping[str, str] | None = None
) -> Rendered | Unknown:
    """Render a chart with the helm of this machine, in a home of its own and without a cluster."""
    given = os.environ if environment is None else environment
    helm = shutil.which("helm", path=given.get("PATH"))
    if helm is None:
        return Unknown("there is no helm here to render the chart with")
    words = [helm, "template", "release", str(chart.resolve())]
    for path in values:
        words += ["--values", str(path.resolve())]
    with tempfile.TemporaryDirectory(prefix="refute-contracts-") as home:
        done = _run(words, "", {"PATH": given.get("PATH", ""), "HOME": home})
    if isinstance(done, Unknown):
        return done
    if done.returncode != 0:
        return Rendered(refusal=" ".join(done.stderr.split()))
    return Rendered(manifests=done.stdout)


def check_manifests(
    manifests: str, kubeconfig: Path, environment: Mapping[str, str] | None = None
) -> ClusterAnswer | Unknown:
    """Have the cluster of a kubeconfig check manifests, and keep nothing of them.

    Raises RefuteError ``real-refused`` when that cluster is not on this machine and was not
    allowed by name (``REFUTE_REAL_ALLOW=kubernetes``).
    """
    given = os.environ if environment is None else environment
    kubectl = shutil.which("kubectl", path=given.get("PATH"))
    if kubectl is None:
        return Unknown("there is no kubectl here to ask the cluster with")
    start = [kubectl, f"--kubeconfig={kubeconfig.resolve()}"]
    place = "jsonpath={.clusters[0].cluster.server}"
    with tempfile.TemporaryDirectory(prefix="refute-contracts-") as home:
        plain = {"PATH": given.get("PATH", ""), "HOME": home}
        asked = _run([*start, "config", "view", "--minify", "-o", place], "", plain)
        if isinstance(asked, Unknown):
            return asked
        if not asked.stdout.strip():
            return Unknown(f"{kubeconfig} names no cluster: {' '.join(asked.stderr.split())}")
        _only_here(asked.stdout.strip(), given)
        words = [*start, "apply", "--dry-run=server", "--request-timeout=30s", "-f", "-"]
        done = _run(words, manifests, plain)
    if isinstance(done, Unknown):
        return done
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    if done.returncode == 0:
        return ClusterAnswer(())
    if any(sign in done.stderr for sign in ("refused", "Unable to connect", "no such host")):
        return Unknown(f"the cluster does not answer: {lines[-1]}")
    return ClusterAnswer(tuple(line for line in lines if not line.startswith("Warning:")))


def _only_here(server: str, environment: Mapping[str, str]) -> None:
    """Refuse a cluster of somebody else's."""
    host = urlsplit(server).hostname or ""
    try:
        here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = host == "localhost"
    allowed = environment.get("REFUTE_REAL_ALLOW", "").split(",")
    if not here and "kubernetes" not in allowed:
        fail("real-refused", f"The cluster at {server} is not on this machine.")


def _run(
    words: list[str], text: str, environment: dict[str, str]
) -> subprocess.CompletedProcess[str] | Unknown:
    try:
        return subprocess.run(
            words,
            input=text,
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Unknown(f"{Path(words[0]).name} gave no answer in {SECONDS:g} seconds")
    except OSError as error:
        return Unknown(f"{Path(words[0]).name} can't be started: {error.strerror}")
