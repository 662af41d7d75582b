"""Accounts: made, signed in to, closed."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from provisioner.domain import audit, instances
from provisioner.domain.passwords import Passwords
from provisioner.domain.problems import Problem, told
from provisioner.domain.tokens import Identity
from provisioner.models import Account, Subscription


def register(session: Session, passwords: Passwords, email: str, password: str) -> Account:
    """A new account. Raises Problem ``email-taken`` or ``weak-password``."""
    email = email.lower()
    kept = passwords.hash(password, email)
    with told():
        account = session.scalars(
            insert(Account).values(email=email, password_hash=kept).returning(Account)
        ).one()
    audit.note(session, account.id, "account.registered")
    return account


def sign_in(session: Session, passwords: Passwords, email: str, password: str) -> Identity:
    """Whose password it is. Raises Problem ``wrong-credentials``, the same in all cases."""
    account = session.scalars(
        select(Account).where(Account.email == email.lower(), Account.closed_at.is_(None))
    ).one_or_none()
    if not passwords.right(account.password_hash if account else None, password):
        raise Problem("wrong-credentials", 401, "Address or password is wrong.")
    assert account is not None, "nobody's password is never right"
    if passwords.outdated(account.password_hash):
        account.password_hash = passwords.hash(password)
    audit.note(session, account.id, "account.signed-in")
    return Identity(account.id, account.token_generation)


def holder(session: Session, identity: Identity) -> Account:
    """The account that a token speaks for, as it is now. Raises Problem ``bad-token``."""
    account = session.get(Account, identity.account)
    if (
        account is None
        or account.closed_at is not None
        or account.token_generation != identity.generation
    ):
        raise Problem("bad-token", 401, "Sign in first.", {"WWW-Authenticate": "Bearer"})
    return account


def sign_out_everywhere(session: Session, account: UUID) -> None:
    """All tokens of an account end now."""
    session.execute(
        update(Account)
        .where(Account.id == account)
        .values(token_generation=Account.token_generation + 1)
    )
    audit.note(session, account, "account.signed-out")


def close(session: Session, account: UUID) -> list[str]:
    """Close an account: its tokens end, its instances are taken down.

    Returns Stripe's ids of the subscriptions that are to be canceled there.
    """
    session.execute(
        update(Account)
        .where(Account.id == account, Account.closed_at.is_(None))
        .values(closed_at=func.now(), token_generation=Account.token_generation + 1)
    )
    ended = session.scalars(
        update(Subscription)
        .where(Subscription.account_id == account, Subscription.status != "canceled")
        .values(status="canceled", canceled_at=func.now())
        .returning(Subscription)
    ).all()
    for subscription in ended:
        instances.take_down(session, subscription.id)
    audit.note(session, account, "account.closed")
    return [one.stripe_subscription_id for one in ended if one.stripe_subscription_id]
