"""The cluster, by way of kubectl and helm."""

from __future__ import annotations

import json
import os
import subprocess
import time
from pathlib import Path

from provisioner.plans import Plan

CHART = Path(__file__).parent / "chart"
DEPLOYMENT = "app"


class ClusterError(Exception):
    """kubectl or helm refused; the text is what it said."""


def run(command: list[str]) -> str:
    """Run a program and hand back what it printed; ClusterError where it fails."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError:
        raise ClusterError(f"{command[0]} is not installed") from None
    if done.returncode != 0:
        raise ClusterError(done.stderr.strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def kubectl(*arguments: str) -> str:
    """Run kubectl; the environment says which one, and which cluster."""
    return run([os.environ.get("KUBECTL", "kubectl"), *arguments])


def helm(*arguments: str) -> str:
    """Run helm; the environment says which one, and which cluster."""
    return run([os.environ.get("HELM", "helm"), *arguments])


def create_namespace(namespace: str) -> None:
    """A namespace for one instance."""
    kubectl("create", "namespace", namespace)


def delete_namespace(namespace: str) -> None:
    """Delete a namespace with all that is in it; one that is gone is no error."""
    kubectl("delete", "namespace", namespace, "--ignore-not-found", "--wait=false")


def install(name: str, namespace: str, plan: Plan, version: str) -> None:
    """Install the chart with the values of a plan."""
    helm(
        "install",
        name,
        str(CHART),
        "--namespace",
        namespace,
        "--set",
        f"replicas={plan.replicas}",
        "--set",
        f"resources.cpu={plan.cpu}",
        "--set",
        f"resources.memory={plan.memory}",
        "--set-string",
        f"image.tag={version}",
    )


def rolled_out(namespace: str, timeout: float = 120.0, pause: float = 1.0) -> bool:
    """Wait for the deployment; False if it failed or was not ready in `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        text = kubectl(
            "get", "deployment", DEPLOYMENT, "--namespace", namespace, "--output", "json"
        )
        deployment = json.loads(text)
        status = deployment.get("status", {})
        if status.get("availableReplicas", 0) >= deployment["spec"]["replicas"]:
            return True
        for condition in status.get("conditions", []):
            if condition.get("reason") == "ProgressDeadlineExceeded":
                return False
        time.sleep(pause)
    return False
