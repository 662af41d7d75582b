"""The route by Docker, through testcontainers: a container on the loopback, removed at the end."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from importlib.util import find_spec

from refute.errors import fail
from refute.real.keeping import Keeper
from refute.real.ports import LOOPBACK
from refute.real.routes import Route


def route(image: str) -> Route:
    """Whether a container of this image can be started: testcontainers and an engine are there."""
    if find_spec("testcontainers") is None:
        return Route(
            "docker",
            False,
            "testcontainers is not installed beside refute",
            "pip install 'refute[docker]'",
        )
    try:
        done = subprocess.run(
            ["docker", "version", "--format", "{{.Server.Version}}"],
            capture_output=True,
            text=True,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Route("docker", False, f"docker does not answer: {error}")
    if done.returncode:
        return Route("docker", False, (done.stderr.strip().splitlines() or ["no engine"])[-1])
    return Route("docker", True, f"engine {done.stdout.strip()}, image {image}")


def run(
    image: str,
    port: int,
    env: Mapping[str, str],
    keeper: Keeper,
    publish: int,
    command: Sequence[str] = (),
    also: Mapping[int, int] | None = None,
) -> str:
    """Start a container whose ``port`` is published on the loopback as ``publish``; its id.

    ``also`` has further ports, each with the one that it is published as. The keeper removes
    the container. Raises RefuteError ``real-start-failed``.
    """
    try:
        from testcontainers.core.container import DockerContainer

        container = DockerContainer(image)
        for key, value in env.items():
            container.with_env(key, value)
        if command:
            container.with_command(list(command))
        published = {port: publish, **(also or {})}
        container.with_kwargs(
            ports={f"{one}/tcp": (LOOPBACK, other) for one, other in published.items()}
        )
        container.start()
        name = str(container.get_wrapped_container().id)
    except Exception as error:  # testcontainers raises what docker's client and requests raise
        fail("real-start-failed", f"Docker could not run {image}: {error}", cause=error)
    keeper.afterwards(["docker", "rm", "--force", "--volumes", name])
    return name
