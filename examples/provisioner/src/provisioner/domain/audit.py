"""The record of who did what."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.orm import Session

from provisioner.logs import fields
from provisioner.models import AuditEntry


def note(
    session: Session, account: UUID | None, action: str, subject: object = "", **detail: object
) -> None:
    """Write down that an account (None: the service itself) did something, in this transaction.

    What is undone with the transaction is not on record: it did not happen.
    """
    about = {key: str(value) for key, value in fields().items() if key in ("request", "address")}
    session.execute(
        insert(AuditEntry).values(
            account_id=account,
            actor=str(account) if account else "service",
            action=action,
            subject=str(subject),
            detail={**about, **detail},
        )
    )


def note_for(
    session: Session, actor: UUID, account: UUID, action: str, subject: object = ""
) -> None:
    """Write down what an administrator did to somebody's account."""
    session.execute(
        insert(AuditEntry).values(
            account_id=account, actor=str(actor), action=action, subject=str(subject)
        )
    )
