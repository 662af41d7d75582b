"""Whether the service lives, and whether it can work."""

from __future__ import annotations

from fastapi import APIRouter
from sqlalchemy.exc import SQLAlchemyError

from provisioner import migrations
from provisioner.api.parts import WithParts
from provisioner.db import Busy
from provisioner.domain.problems import Problem

router = APIRouter(tags=["health"])


@router.get("/healthz")
def alive() -> dict[str, str]:
    """The process answers. Asks nobody else: who is restarted can't mend a database."""
    return {"status": "alive"}


@router.get("/readyz")
def ready(parts: WithParts) -> dict[str, str]:
    """Requests can be served: the database answers, and has the shape that this code expects."""
    wanted = migrations.newest()
    try:
        with parts.database.engine.connect() as connection:
            found = migrations.current(connection)
    except (SQLAlchemyError, Busy) as error:
        raise Problem("not-ready", 503, "The database does not answer.") from error
    if found != wanted:
        raise Problem("not-ready", 503, f"The database is at {found}, not at {wanted}.")
    return {"status": "ready", "database": str(found)}
