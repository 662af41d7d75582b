"""Real dependencies for tests, as context managers; `refute.real.fixtures` has them as fixtures.

Each is started once a run by a broker of its own process, and every test gets a part of it: a
database, a namespace, a user. Nothing is replaced by a fake in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refute.real.kubernetes import Cluster, local_k8s_cluster
    from refute.real.postgresql import Database, postgres
    from refute.real.threads import in_thread

__all__ = ["Cluster", "Database", "in_thread", "local_k8s_cluster", "postgres"]


def __getattr__(name: str) -> Any:
    """A dependency is imported when it is asked for."""
    match name:
        case "Database" | "postgres":
            from refute.real import postgresql

            return getattr(postgresql, name)
        case "Cluster" | "local_k8s_cluster":
            from refute.real import kubernetes

            return getattr(kubernetes, name)
        case "in_thread":
            from refute.real import threads

            return threads.in_thread
    raise AttributeError(f"refute.real has no {name!r}")
