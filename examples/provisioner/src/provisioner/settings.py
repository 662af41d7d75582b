"""What the environment says: every setting, checked before anything starts."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from provisioner.domain import rooms

_HERE = Path(__file__).resolve().parent
_FEW = 8
"""A secret with fewer different characters than this was made up by hand."""
_EXAMPLES = ("changeme", "change-me", "secret", "example", "password", "placeholder")


def _strong(secret: SecretStr) -> SecretStr:
    """Refuse secrets that are short, uniform, or copied from an example."""
    value = secret.get_secret_value()
    if len(value) < 32:
        raise ValueError("must have at least 32 characters")
    if len(set(value)) < _FEW:
        raise ValueError(f"must have at least {_FEW} different characters")
    if any(word in value.lower() for word in _EXAMPLES):
        raise ValueError("looks like one from an example")
    return secret


def _prefixed(prefix: str) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        value = secret.get_secret_value()
        if not value.startswith(prefix) or len(value) < len(prefix) + 16:
            raise ValueError(f"must be a whole key that begins with `{prefix}`")
        return secret

    return AfterValidator(check)


class Settings(BaseSettings):
    """Read from variables that begin with ``PROVISIONER_``; secrets don't show when printed.

    Raises pydantic's ValidationError, which names each variable that is wrong, and why.
    """

    model_config = SettingsConfigDict(
        env_prefix="PROVISIONER_", frozen=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: SecretStr
    database_pool: int = Field(default=10, ge=1, le=200)
    #: Seconds that a request waits for a connection before it is turned away.
    database_wait: float = Field(default=3.0, gt=0)

    token_secret: Annotated[SecretStr, AfterValidator(_strong)]
    token_minutes: int = Field(default=60, ge=1, le=24 * 60)

    stripe_key: Annotated[SecretStr, _prefixed("sk_")]
    stripe_webhook_secret: Annotated[SecretStr, _prefixed("whsec_")]
    stripe_api: str = "https://api.stripe.com"
    #: Stripe's ids of what customers pay for, by tier.
    stripe_price_starter: str = Field(default="price_starter", pattern=r"^price_\w+$")
    stripe_price_professional: str = Field(default="price_professional", pattern=r"^price_\w+$")

    #: Where Stripe's page for paying is: our forms may lead there, and nowhere else.
    checkout_origin: str = Field(
        default="https://checkout.stripe.com", pattern=r"^https?://[\w.:-]+$"
    )
    #: Where customers reach us: Stripe sends them back there.
    public_url: str = "http://localhost:8000"
    #: Instances are at ``<namespace>.<domain>``.
    instance_domain: str = Field(default="instances.localhost", pattern=r"^[a-z0-9.-]+$")

    #: Where an instance is reached; ``{host}`` is its name with the domain.
    instance_origin: str = Field(default="https://{host}", pattern=r"^https?://\{host\}(:\d+)?$")

    #: The Synapse on which instances have their rooms, and an administrator's access token there.
    #: Without it instances come up without a room.
    matrix_url: str = Field(default="", pattern=r"^(https?://.+[^/])?$")
    matrix_token: SecretStr = SecretStr("")
    #: The same homeserver as instances reach it, if that is not the same address.
    instance_matrix_url: str = Field(default="", pattern=r"^(https?://.+[^/])?$")
    #: The keys of rooms come from it: whoever has it has them all.
    room_secret: Annotated[SecretStr, AfterValidator(_strong)] | None = None

    kubeconfig: Path | None = None
    helm: str = "helm"
    chart: Path = Field(default=_HERE / "chart", validate_default=True)
    image: str = "ghcr.io/example/room"

    #: Seconds a lease holds; a heartbeat renews it three times as often.
    lease_seconds: float = Field(default=30.0, gt=0)
    poll_seconds: float = Field(default=1.0, gt=0)
    #: How long a deployment may take to become ready.
    ready_seconds: float = Field(default=300.0, gt=0)
    max_attempts: int = Field(default=5, ge=1)

    #: Requests a minute: of one address without sign-in, and of one account.
    rate_anonymous: int = Field(default=30, ge=1)
    rate_account: int = Field(default=120, ge=1)

    #: Feature flags: see flags.py.
    flags_file: Path | None = None

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("database_url")
    @classmethod
    def _postgres(cls, value: SecretStr) -> SecretStr:
        scheme = value.get_secret_value().split("://", 1)[0]
        if scheme not in ("postgresql", "postgresql+psycopg"):
            raise ValueError("must be a postgresql:// URL")
        return value

    @field_validator("chart")
    @classmethod
    def _beside(cls, value: Path) -> Path:
        """In a wheel the chart lies in the package, in the source tree beside ``src``."""
        beside = _HERE.parents[1] / "chart"
        return beside if value == _HERE / "chart" and not value.exists() else value

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        """A homeserver is of use only to who may make accounts on it."""
        if self.matrix_url and not (self.matrix_token.get_secret_value() and self.room_secret):
            raise ValueError("MATRIX_URL wants MATRIX_TOKEN and ROOM_SECRET beside it")
        return self

    @cached_property
    def sqlalchemy_url(self) -> str:
        """The database's URL, with the driver named."""
        return self.database_url.get_secret_value().replace(
            "postgresql://", "postgresql+psycopg://", 1
        )

    def room_key(self, instance: UUID) -> str:
        """The password of an instance's room; empty where there are no rooms."""
        if not self.matrix_url or self.room_secret is None:
            return ""
        return rooms.key(self.room_secret.get_secret_value(), instance)

    def price_of(self, tier: str) -> str:
        """Stripe's price id of a tier that costs something. Raises KeyError."""
        return {
            "starter": self.stripe_price_starter,
            "professional": self.stripe_price_professional,
        }[tier]
