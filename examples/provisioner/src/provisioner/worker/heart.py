"""A heartbeat: holds a job's lease while its worker lives."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from provisioner.db import Busy, Database
from provisioner.worker import queue
from provisioner.worker.queue import Claim, Lost

_log = logging.getLogger(__name__)


class Heart:
    """Knows whether the lease still holds."""

    def __init__(self) -> None:
        self._lost = threading.Event()

    def check(self) -> None:
        """Raises Lost once the job is somebody else's."""
        if self._lost.is_set():
            raise Lost("the lease ran out")

    def stop(self) -> None:
        """The lease does not hold any more."""
        self._lost.set()


@contextmanager
def beating(database: Database, claim: Claim, seconds: float) -> Iterator[Heart]:
    """Renew the lease three times as often as it would end, until the block does.

    A heartbeat that does not get through is tried again: the database tells in the end whose
    the job is.
    """
    heart, over = Heart(), threading.Event()

    def beat() -> None:
        while not over.wait(seconds / 3):
            try:
                with database.service() as session:
                    queue.renew(session, claim, seconds)
            except Lost:
                heart.stop()
                return
            except (SQLAlchemyError, Busy):
                _log.warning("a heartbeat did not get through", extra={"job": claim.id})

    thread = threading.Thread(target=beat, name=f"heart-{claim.id}", daemon=True)
    thread.start()
    try:
        yield heart
    finally:
        over.set()
        thread.join()
