"""What can't be done, in words for who asked; the API makes an answer of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError, ProgrammingError

from provisioner.db import constraint, sqlstate


@dataclass(eq=False)
class Problem(Exception):
    """One refusal: a stable slug, the HTTP status that suits it, and a sentence."""

    slug: str
    status: int
    detail: str
    headers: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.slug}: {self.detail}"


def not_found(what: str) -> Problem:
    """Also for what belongs to somebody else: that it exists is none of the asker's business."""
    return Problem("not-found", 404, f"There is no such {what}.")


_BROKEN = {
    "accounts_email_unique": ("email-taken", 409, "There is an account with this address."),
    "subscriptions_tier": ("no-such-tier", 422, "There is no such tier."),
    "subscriptions_one_free": ("one-free", 409, "An account has one free subscription at most."),
    "instances_one_active": (
        "one-instance",
        409,
        "This subscription has an instance already; deprovision that one first.",
    ),
    "instances_name_unique": ("name-taken", 409, "An instance of yours has this name."),
    "instances_name": (
        "bad-name",
        422,
        "A name has up to 40 small letters, digits and dashes, and begins with a letter.",
    ),
    "instances_subscription": ("not-found", 404, "There is no such subscription."),
    "instances_wanted_version": ("no-such-version", 422, "There is no such version."),
    "versions_pkey": ("version-known", 409, "This version has been published already."),
    "versions_tag": ("bad-version", 422, "This is not a version: a container's tag is wanted."),
}
"""Constraints of the database that somebody can run into, and what to tell them."""

_POLICY = "42501"


@contextmanager
def told() -> Iterator[None]:
    """Turn a broken constraint into a Problem; what nobody should run into is raised on."""
    try:
        yield
    except IntegrityError as error:
        known = _BROKEN.get(constraint(error))
        if known is None:
            raise
        raise Problem(*known) from error
    except ProgrammingError as error:
        if sqlstate(error) != _POLICY:
            raise
        raise Problem("not-allowed", 403, "This is not allowed.") from error
