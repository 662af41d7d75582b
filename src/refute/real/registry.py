"""Which dependencies there are, by name. A provider is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from refute.errors import fail, nearest
from refute.real.install import Installed, Say
from refute.real.provider import Provider


def _postgres() -> Provider:
    from refute.real.postgresql.provider import PostgresProvider

    return PostgresProvider()


def _kubernetes() -> Provider:
    from refute.real.kubernetes.provider import KubernetesProvider

    return KubernetesProvider()


def _helm() -> Provider:
    from refute.real.helm.provider import HelmProvider

    return HelmProvider()


def _redis() -> Provider:
    from refute.real.redis_server.provider import RedisProvider

    return RedisProvider()


def _smtp() -> Provider:
    from refute.real.smtp_server.provider import SmtpProvider

    return SmtpProvider()


def _s3() -> Provider:
    from refute.real.s3_server.provider import S3Provider

    return S3Provider()


def _rabbitmq() -> Provider:
    from refute.real.rabbitmq_server.provider import RabbitProvider

    return RabbitProvider()


def _matrix() -> Provider:
    from refute.real.matrix_server.provider import MatrixProvider

    return MatrixProvider()


def _browser() -> Provider:
    from refute.real.browsing.provider import BrowserProvider

    return BrowserProvider()


def _toxiproxy() -> Provider:
    from refute.real.toxiproxy.provider import ToxiproxyProvider

    return ToxiproxyProvider()


def _stripe() -> Provider:
    from refute.real.stripe.provider import StripeProvider

    return StripeProvider()


PROVIDERS: dict[str, Callable[[], Provider]] = {
    "postgres": _postgres,
    "kubernetes": _kubernetes,
    "helm": _helm,
    "redis": _redis,
    "smtp": _smtp,
    "s3": _s3,
    "rabbitmq": _rabbitmq,
    "matrix": _matrix,
    "browser": _browser,
    "toxiproxy": _toxiproxy,
    "stripe": _stripe,
}
"""Name to what makes its provider."""


def _install_postgres(say: Say) -> Installed:
    from refute.real.postgresql.programs import install

    return install(say)


def _install_kubernetes(say: Say) -> Installed:
    from refute.real.kubernetes.programs import install

    return install(say)


def _install_helm(say: Say) -> Installed:
    from refute.real.helm.programs import install

    return install(say)


def _install_redis(say: Say) -> Installed:
    from refute.real.redis_server.provider import install

    return install(say)


def _install_smtp(say: Say) -> Installed:
    from refute.real.smtp_server.provider import install

    return install(say)


def _install_s3(say: Say) -> Installed:
    from refute.real.s3_server.provider import install

    return install(say)


def _install_moto(say: Say) -> Installed:
    from refute.real.s3_server.provider import install_moto

    return install_moto(say)


def _install_rabbitmq(say: Say) -> Installed:
    from refute.real.rabbitmq_server.provider import install

    return install(say)


def _install_matrix(say: Say) -> Installed:
    from refute.real.matrix_server.provider import install

    return install(say)


def _install_browser(say: Say) -> Installed:
    from refute.real.browsing.provider import install

    return install(say)


def _install_toxiproxy(say: Say) -> Installed:
    from refute.real.toxiproxy.install import install

    return install(say)


def _install_stripe(say: Say) -> Installed:
    from refute.real.stripe.provider import install

    return install(say)


INSTALLERS: dict[str, Callable[[Say], Installed]] = {
    "postgres": _install_postgres,
    "kubernetes": _install_kubernetes,
    "helm": _install_helm,
    "redis": _install_redis,
    "smtp": _install_smtp,
    "s3": _install_s3,
    "moto": _install_moto,
    "rabbitmq": _install_rabbitmq,
    "matrix": _install_matrix,
    "browser": _install_browser,
    "toxiproxy": _install_toxiproxy,
    "stripe": _install_stripe,
}
"""What `refute real install` can fetch, and what does it. Each raises RefuteError."""


def provider(name: str) -> Provider:
    """The provider of a dependency. Raises RefuteError ``real-unavailable`` for no such name."""
    if name not in PROVIDERS:
        fail(
            "real-unavailable",
            f"refute knows no dependency `{name}`: {nearest(name, PROVIDERS)}",
            remedy="",
        )
    return PROVIDERS[name]()
