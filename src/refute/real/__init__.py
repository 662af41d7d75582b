"""Real dependencies for tests, as context managers; `refute.real.fixtures` has them as fixtures.

Each is started once a run by a broker of its own process, and every test gets a part of it: a
database, a namespace, a user. Nothing is replaced by a fake in silence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refute.real.browsing import Window, browser
    from refute.real.kubernetes import Cluster, local_k8s_cluster
    from refute.real.matrix_server import Homeserver, MatrixUser, matrix
    from refute.real.postgresql import Database, postgres
    from refute.real.rabbitmq_server import VirtualHost, rabbitmq
    from refute.real.redis_server import RedisDatabase, redis
    from refute.real.s3_server import Bucket, s3
    from refute.real.smtp_server import Mail, Mailbox, smtp
    from refute.real.stripe import Delivery, StripeAccount, stripe_account
    from refute.real.threads import in_thread

__all__ = [
    "Bucket",
    "Cluster",
    "Database",
    "Delivery",
    "Homeserver",
    "Mail",
    "Mailbox",
    "MatrixUser",
    "RedisDatabase",
    "StripeAccount",
    "VirtualHost",
    "Window",
    "browser",
    "in_thread",
    "local_k8s_cluster",
    "matrix",
    "postgres",
    "rabbitmq",
    "redis",
    "s3",
    "smtp",
    "stripe_account",
]


def __getattr__(name: str) -> Any:
    """A dependency is imported when it is asked for."""
    match name:
        case "Database" | "postgres":
            from refute.real import postgresql

            return getattr(postgresql, name)
        case "RedisDatabase" | "redis":
            from refute.real import redis_server

            return getattr(redis_server, name)
        case "Mail" | "Mailbox" | "smtp":
            from refute.real import smtp_server

            return getattr(smtp_server, name)
        case "Bucket" | "s3":
            from refute.real import s3_server

            return getattr(s3_server, name)
        case "VirtualHost" | "rabbitmq":
            from refute.real import rabbitmq_server

            return getattr(rabbitmq_server, name)
        case "Homeserver" | "MatrixUser" | "matrix":
            from refute.real import matrix_server

            return getattr(matrix_server, name)
        case "Window" | "browser":
            from refute.real import browsing

            return getattr(browsing, name)
        case "Cluster" | "local_k8s_cluster":
            from refute.real import kubernetes

            return getattr(kubernetes, name)
        case "in_thread":
            from refute.real import threads

            return threads.in_thread
        case "Delivery" | "StripeAccount" | "stripe_account":
            from refute.real import stripe

            return getattr(stripe, name)
        case _:
            raise AttributeError(f"refute.real has no {name!r}")
