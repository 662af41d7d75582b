"""The worker: one process, one job at a time; as many processes as are wanted.

A step of a job may be cut off at any point, also by ``kill -9`` or the loss of the machine. Its
lease then runs out, and whoever takes the job over begins with that step again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy.orm import Session

from provisioner import telemetry
from provisioner.cluster import Cluster, Refused
from provisioner.cluster.values import Place
from provisioner.db import Database
from provisioner.domain import limits
from provisioner.logs import about
from provisioner.settings import Settings
from provisioner.worker import queue, records
from provisioner.worker.heart import Heart, beating
from provisioner.worker.plans import PLANS, Act, Plan, Record, Step
from provisioner.worker.queue import Claim, Lost
from provisioner.worker.records import Superseded
from provisioner.worker.work import Work, expected, work

_log = logging.getLogger(__name__)
_SWEEP = 60.0

Listener = Callable[[str], None]
"""Hears of each point that a job passes: ``provision.apply.before``, ``.after``, ``.kept``."""


def _nobody(point: str) -> None:
    """Listens to nothing."""


class Worker:
    """Takes jobs and does them. Not for several threads at a time."""

    def __init__(
        self,
        database: Database,
        cluster: Cluster,
        settings: Settings,
        *,
        name: str = "worker",
        listener: Listener = _nobody,
    ) -> None:
        self._database, self._cluster, self._settings = database, cluster, settings
        self._name, self._listener = name, listener
        self._place = Place(
            settings.image,
            settings.instance_domain,
            settings.instance_origin,
            settings.instance_matrix_url or settings.matrix_url,
            settings.room_key,
        )

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop; the step that is being done is finished first."""
        swept = 0.0
        while not stop.is_set():
            try:
                if self.once(stop):
                    continue
                if time.monotonic() - swept > _SWEEP:
                    with self._database.service() as session:
                        limits.sweep(session)
                    swept = time.monotonic()
            except Exception:
                # The database is away, as a rule. What was begun has a lease that will end.
                _log.exception("the worker could not go on, and tries again")
            stop.wait(self._settings.poll_seconds)

    def once(self, stop: threading.Event | None = None) -> bool:
        """Take a job that is due, and do what can be done of it now; False if there is none."""
        with self._database.service() as session:
            claim = queue.take(session, self._name, self._settings.lease_seconds)
        if claim is None:
            return False
        with (
            telemetry.working(f"job {claim.kind}", claim.trace, job=claim.id),
            about(
                job=claim.id,
                kind=claim.kind,
                instance=str(claim.instance),
                **({"trace": telemetry.trace_id()} if claim.trace else {}),
            ),
        ):
            self._say(claim, "taken")
            with beating(self._database, claim, self._settings.lease_seconds) as heart:
                going: Claim | None = claim
                while going is not None:
                    if stop is not None and stop.is_set():
                        self._put_back(going)
                        break
                    going = self._go_on(going, heart)
        return True

    def _put_back(self, claim: Claim) -> None:
        with self._database.service() as session:
            queue.put_back(session, claim)
        _log.info("put back: the worker is asked to stop")

    def _go_on(self, claim: Claim, heart: Heart) -> Claim | None:
        """Do the next step; what is left to do now, or None."""
        plan = PLANS[claim.kind]
        endless = not plan.gives_up and (claim.amending or not plan.amends)
        try:
            if claim.attempts >= self._settings.max_attempts and not endless:
                raise Refused(claim.error or "its worker died each time")
            return self._traced(claim, plan, heart)
        except Superseded as overtaken:
            with self._database.service() as session:
                queue.finish(session, claim)
            _log.info("superseded: %s", overtaken)
        except Lost as lost:
            _log.warning("lost: %s", lost)
        except Refused as refused:
            if not endless:
                return self._give_up(claim, plan, str(refused))
            self._try_again(claim, refused)
        except Exception as error:
            self._try_again(claim, error)
        return None

    def _traced(self, claim: Claim, plan: Plan, heart: Heart) -> Claim | None:
        """The next step, as a span of its own and in the figures."""
        steps = plan.amends if claim.amending else plan.steps
        began, step, outcome = time.monotonic(), steps[claim.step], "failed"
        try:
            with telemetry.inside(f"step {step.name}", amending=claim.amending):
                left = self._step(claim, plan, heart)
            # What is left of a job that is not at its end, unless a pod is waited for.
            last = claim.step + 1 == len(steps)
            outcome = "done" if left is not None or last else "waiting"
        finally:
            named = {"kind": claim.kind, "step": step.name, "outcome": outcome}
            telemetry.steps.record(time.monotonic() - began, named)
        return left

    def _step(self, claim: Claim, plan: Plan, heart: Heart) -> Claim | None:
        steps = plan.amends if claim.amending else plan.steps
        step = steps[claim.step]
        last = claim.step + 1 == len(steps)
        wanted = self._load(claim)
        self._say(claim, "before", step)
        match step:
            case Act():
                heart.check()
                if not step.do(self._cluster, wanted, self._settings.ready_seconds):
                    with self._database.service() as session:
                        queue.put_back(session, claim, self._settings.poll_seconds)
                    return None
                self._say(claim, "after", step)
                with self._database.service() as session:
                    _keep(session, claim, last)
            case Record():
                with self._database.service() as session:
                    step.write(session, wanted)
                    _keep(session, claim, last)
                    self._say(claim, "after", step)
        self._say(claim, "kept", step)
        _log.info("step done", extra={"step": step.name, "amending": claim.amending})
        return None if last else replace(claim, step=claim.step + 1, attempts=0, waited=0.0)

    def _load(self, claim: Claim) -> Work:
        """What the job comes to, as things are now. Raises Superseded."""
        with self._database.service() as session:
            instance, subscription = records.subject(session, claim)
            if instance.status not in expected(claim):
                raise Superseded(f"the instance is {instance.status}")
            return work(claim, instance, subscription, self._place)

    def _give_up(self, claim: Claim, plan: Plan, error: str) -> Claim | None:
        """Make good what was done so far, or count it as failed if that is what has failed."""
        _log.error("given up", extra={"error": error, "amending": claim.amending})
        if not claim.amending:
            with self._database.service() as session:
                queue.amend(session, claim, error)
            return replace(claim, amending=True, step=0, attempts=0, waited=0.0, error=error)
        wanted = self._load(claim)
        with self._database.service() as session:
            records.failed(session, wanted)
            queue.finish(session, claim, "dead")
        return None

    def _try_again(self, claim: Claim, error: Exception) -> None:
        pause = queue.pause(claim.attempts, first=self._settings.poll_seconds)
        _log.warning("tried again in %.1f s", pause, exc_info=error)
        # What is being made good keeps the reason for that.
        words = claim.error if claim.amending else str(error)
        try:
            with self._database.service() as session:
                queue.try_again(session, claim, words, pause)
        except Lost as lost:
            _log.warning("lost: %s", lost)

    def _say(self, claim: Claim, moment: str, step: Step | None = None) -> None:
        words = [claim.kind, "amends" if claim.amending else "", step.name if step else "", moment]
        self._listener(".".join(word for word in words if word))


def _keep(session: Session, claim: Claim, last: bool) -> None:
    """Note that the step is finished, and with the last one the job."""
    if last:
        queue.finish(session, claim, "dead" if claim.amending else "done")
    else:
        queue.advance(session, claim, claim.step + 1)
