"""Jobs in the database: taken under a lease, renewed by heartbeats, finished once.

Jobs of one instance are done one after the other, in the order of their decisions. Every change
names the lease it is made under: a worker that was away for so long that another has taken its
job over changes nothing any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from provisioner import telemetry


class Lost(Exception):
    """The lease is somebody else's by now, or has ended."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is ours for now."""

    id: int
    lease: UUID
    kind: str
    instance: UUID
    account: UUID
    #: How many steps are finished; of its amends if ``amending``.
    step: int
    amending: bool
    #: Failures since the last step that was finished.
    attempts: int
    #: Seconds since the step before was finished.
    waited: float
    error: str
    #: Of the request that wrote it, or empty.
    trace: str = ""


_TAKE = text("""
WITH next AS (
  SELECT j.id FROM jobs j
  WHERE j.run_after <= now()
    AND (j.state = 'queued' OR (j.state = 'leased' AND j.lease_until < now()))
    AND NOT EXISTS (
      SELECT FROM jobs earlier WHERE earlier.instance_id = j.instance_id
        AND earlier.id < j.id AND earlier.state IN ('queued', 'leased'))
  ORDER BY j.run_after, j.id
  LIMIT 1
  FOR UPDATE OF j SKIP LOCKED
)
UPDATE jobs SET state = 'leased', lease = gen_random_uuid(), worker = :worker,
  lease_until = now() + make_interval(secs => :seconds),
  -- A lease that ran out was held by a worker that died: this may be what killed it.
  attempts = attempts + CASE state WHEN 'leased' THEN 1 ELSE 0 END
FROM next WHERE jobs.id = next.id
RETURNING jobs.id, lease, kind, instance_id, account_id, step, amending, attempts,
  extract(epoch FROM now() - step_since)::float AS waited, error, trace
""")


def take(session: Session, worker: str, seconds: float) -> Claim | None:
    """The next job that is due, if there is one that nobody holds."""
    row = session.execute(_TAKE, {"worker": worker, "seconds": seconds}).one_or_none()
    return Claim(*row) if row is not None else None


def renew(session: Session, claim: Claim, seconds: float) -> None:
    """Hold the job for that long from now. Raises Lost."""
    _change(
        session, claim, "lease_until = now() + make_interval(secs => :seconds)", seconds=seconds
    )


def advance(session: Session, claim: Claim, step: int) -> None:
    """So many steps are finished. Raises Lost."""
    _change(session, claim, "step = :step, step_since = now(), attempts = 0", step=step)


def amend(session: Session, claim: Claim, error: str) -> None:
    """From now on the steps are those that make good. Raises Lost."""
    _change(
        session,
        claim,
        "amending = true, step = 0, step_since = now(), attempts = 0, error = :error",
        error=error,
    )


_BACK = "state = 'queued', lease = NULL, lease_until = NULL"


def put_back(session: Session, claim: Claim, seconds: float = 0.0) -> None:
    """Go on with it later, after this time; whoever comes. Raises Lost."""
    _change(
        session,
        claim,
        f"{_BACK}, run_after = now() + make_interval(secs => :seconds)",
        seconds=seconds,
    )


def try_again(session: Session, claim: Claim, error: str, seconds: float) -> None:
    """It has failed, and is tried again after this time. Raises Lost."""
    _change(
        session,
        claim,
        f"{_BACK}, attempts = attempts + 1, error = :error, "
        "run_after = now() + make_interval(secs => :seconds)",
        error=error,
        seconds=seconds,
    )


def finish(session: Session, claim: Claim, state: str = "done") -> None:
    """It is over: ``done``, or ``dead`` if it could not be done. Raises Lost."""
    _change(
        session,
        claim,
        "state = :state, finished_at = now(), lease = NULL, lease_until = NULL",
        state=state,
    )
    telemetry.jobs.add(1, {"kind": claim.kind, "outcome": state})


def _change(session: Session, claim: Claim, values: str, **given: object) -> None:
    changed = session.execute(
        text(f"UPDATE jobs SET {values} WHERE id = :id AND lease = :lease RETURNING id"),  # noqa: S608 - our own words
        {"id": claim.id, "lease": claim.lease, **given},
    ).one_or_none()
    if changed is None:
        raise Lost(f"job {claim.id} is no longer ours")


def pause(attempts: int, first: float = 1.0, longest: float = 300.0) -> float:
    """Seconds to wait after so many failures: twice as long each time, up to a limit."""
    return min(longest, first * 2.0 ** min(attempts, 30))
