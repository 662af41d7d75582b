"""Accounts and sessions."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from sqlalchemy import select

from provisioner.api.parts import SignedIn, WithParts, limited
from provisioner.api.shapes import AccountOut, AuditOut, Credentials, Token
from provisioner.domain import accounts
from provisioner.flags import SIGN_UP
from provisioner.models import AuditEntry

router = APIRouter(tags=["accounts"])


@router.post("/accounts", status_code=201, dependencies=[Depends(limited)])
def register(parts: WithParts, given: Credentials) -> AccountOut:
    """Make an account."""
    parts.flags.want(SIGN_UP)
    with parts.database.service() as session:
        made = accounts.register(session, parts.passwords, given.email, given.password)
        return AccountOut.model_validate(made)


@router.post("/sessions", status_code=201, dependencies=[Depends(limited)])
def sign_in(parts: WithParts, given: Credentials) -> Token:
    """Sign in."""
    with parts.database.service() as session:
        identity = accounts.sign_in(session, parts.passwords, given.email, given.password)
    token, until = parts.tokens.issue(identity, parts.now())
    return Token(token=token, expires_at=until)


@router.delete("/sessions", status_code=204)
def sign_out(parts: WithParts, account: SignedIn) -> None:
    """Sign out everywhere: all tokens end."""
    with parts.database.service() as session:
        accounts.sign_out_everywhere(session, account.id)


@router.get("/account")
def own(account: SignedIn) -> AccountOut:
    """One's own account."""
    return AccountOut.model_validate(account)


@router.delete("/account", status_code=204)
def close(parts: WithParts, account: SignedIn) -> None:
    """Close one's account: subscriptions end, instances are taken down."""
    with parts.database.service() as session:
        # Before the commit: if Stripe can't be reached, nothing has happened, and what has been
        # canceled there already is canceled again next time.
        for paid in accounts.close(session, account.id):
            parts.gateway.cancel(paid)


@router.get("/account/audit")
def audit(parts: WithParts, account: SignedIn, after: int = 0) -> list[AuditOut]:
    """What was done in one's account, oldest first, 100 at a time."""
    with parts.database.account(account.id) as session:
        found = session.scalars(
            select(AuditEntry).where(AuditEntry.id > after).order_by(AuditEntry.id).limit(100)
        )
        return [AuditOut.model_validate(one) for one in found]
