"""What the service asks of a cluster, through the kubectl program."""

from __future__ import annotations

import json
import subprocess

PROGRAM = "kubectl"
HOOK = "true"


class ClusterError(Exception):
    """kubectl could not be run, or it failed."""


def run(args: list[str], timeout: float = 30.0) -> str:
    """What kubectl prints."""
    try:
        done = subprocess.run(
            [PROGRAM, *args], capture_output=True, text=True, timeout=timeout, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise ClusterError(f"kubectl did not run: {problem}") from problem
    if done.returncode != 0:
        raise ClusterError(done.stderr.strip() or f"kubectl exited with {done.returncode}")
    return done.stdout


def after_change(action: str, name: str) -> None:
    """Tell the machine's hook program what was changed."""
    subprocess.run([HOOK, action, name], check=False)


def ensure_namespace(name: str, labels: dict[str, str] | None = None) -> bool:
    """True if the namespace was made, False if it was there."""
    if not name or len(name) > 63:
        raise ValueError("a namespace has 1 to 63 characters")
    try:
        run(["get", "namespace", name])
        return False
    except ClusterError as problem:
        if "not found" not in str(problem):
            raise
    run(["create", "namespace", name])
    for key, value in sorted((labels or {}).items()):
        run(["label", "namespace", name, f"{key}={value}"])
    return True


def delete_pod(name: str, namespace: str = "default", grace: int = 30) -> None:
    """Stop a pod, giving it some seconds to end by itself."""
    args = ["delete", "pod", name, "--namespace", namespace]
    if grace != 30:
        args.append(f"--grace-period={grace}")
    if grace == 0:
        args += ["--force", "--now=false"]
    if grace < 60:
        args.append("--wait=true")
    args.append(f"--timeout={max(grace * 2, 10)}s")
    run(args)
    after_change("deleted", name)


def replicas(deployment: str, namespace: str) -> tuple[int, int]:
    """How many replicas are ready, and how many are wanted."""
    text = run(["get", "deployment", deployment, "-n", namespace, "-o", "json"])
    document = json.loads(text)
    wanted = document.get("spec", {}).get("replicas", 1)
    ready = document.get("status", {}).get("readyReplicas", 0)
    return ready, wanted


def roll_out(deployment: str, image: str, namespace: str) -> bool:
    """Change the image, wait, and say whether all replicas run."""
    if ":" not in image:
        image = f"{image}:latest"
    run(["set", "image", f"deployment/{deployment}", f"app={image}", "-n", namespace])
    run(["rollout", "status", f"deployment/{deployment}", "-n", namespace], timeout=120.0)
    ready, wanted = replicas(deployment, namespace)
    return wanted > 0 and ready >= wanted
