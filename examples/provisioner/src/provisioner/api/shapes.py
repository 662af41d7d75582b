"""The JSON of requests and answers."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, EmailStr, Field

from provisioner.domain.status import Request, Status


class _In(BaseModel):
    """What is not known is refused: it is a slip, as a rule."""

    model_config = ConfigDict(extra="forbid")


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class Credentials(_In):
    """An address and a password."""

    email: EmailStr
    password: Annotated[str, Field(max_length=200)]


class NewSubscription(_In):
    """What to subscribe to."""

    tier: Literal["free", "starter", "professional"]


class NewInstance(_In):
    """An instance to be made; without a version it is the newest."""

    subscription: UUID
    name: Annotated[str, Field(min_length=1, max_length=40)]
    version: Annotated[str, Field(max_length=128)] | None = None


class Upgrade(_In):
    """What to upgrade to: the subscription's tier, and a version; the newest without one."""

    version: Annotated[str, Field(max_length=128)] | None = None


class NewVersion(_In):
    """A version that instances may run from now on."""

    version: Annotated[str, Field(max_length=128)]


class Token(_Out):
    """To be sent as ``Authorization: Bearer``."""

    token: str
    expires_at: datetime


class AccountOut(_Out):
    """An account."""

    id: UUID
    email: str
    is_admin: bool
    created_at: datetime


class SubscriptionOut(_Out):
    """A subscription."""

    id: UUID
    tier: str
    status: str
    created_at: datetime
    canceled_at: datetime | None


class Begun(SubscriptionOut):
    """A new subscription, and where it is paid for if it costs something."""

    checkout_url: str | None


class InstanceOut(_Out):
    """An instance."""

    id: UUID
    subscription_id: UUID
    name: str
    status: Status
    tier: str | None
    version: str | None
    wanted_version: str
    error: str
    created_at: datetime
    updated_at: datetime
    url: str
    #: What can be asked of it now.
    requests: list[Request]


class EventOut(_Out):
    """A change of an instance's status."""

    before: str | None
    after: str
    at: datetime


class KeyOut(_Out):
    """A name and a password for an instance's own page."""

    name: str
    password: str


class UsageLine(_Out):
    """What ran of one tier in a month."""

    tier: str
    seconds: int
    extra_hours: int
    extra_cents: int


class Usage(_Out):
    """A month so far."""

    month: str
    lines: list[UsageLine]
    due_cents: int


class InvoiceOut(_Out):
    """A bill."""

    id: str
    subscription_id: UUID
    status: str
    amount_cents: int
    currency: str
    created_at: datetime


class AuditOut(_Out):
    """Something that somebody did."""

    id: int
    account_id: UUID | None
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    at: datetime


class JobOut(_Out):
    """A piece of work, for administrators."""

    id: int
    kind: str
    instance_id: UUID
    state: str
    step: int
    amending: bool
    attempts: int
    worker: str
    error: str
    created_at: datetime
    finished_at: datetime | None


class TierOut(_Out):
    """What can be bought."""

    name: str
    cents: int
    hours: int
    cents_per_hour: int
    cpu: str
    memory: str
    storage: str


class VersionOut(_Out):
    """A version that can be had."""

    version: str
    published_at: datetime


class Done(_Out):
    """What came of a webhook."""

    effect: str


class ProblemOut(BaseModel):
    """A refusal (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
