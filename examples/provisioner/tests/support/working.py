"""Workers: in this process until nothing is left to do, or as processes that can be killed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from provisioner.db import Database
from provisioner.models import Job
from provisioner.worker import Worker

_MAIN = Path(__file__).with_name("worker_main.py")
_ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds after which something that should have happened has not."""


def settle(worker: Worker, database: Database) -> None:
    """Work until no job is left to be done."""
    deadline = time.monotonic() + PATIENCE
    while open_jobs(database):
        assert time.monotonic() < deadline, "jobs are left"
        if not worker.once():
            time.sleep(0.005)


def open_jobs(database: Database) -> int:
    """How many jobs are not finished."""
    with database.service() as session:
        return session.scalars(
            select(func.count()).select_from(Job).where(Job.state.in_(["queued", "leased"]))
        ).one()


def started(environment: dict[str, str], point: str = "") -> subprocess.Popen[str]:
    """A worker process, which stops at a point and says so."""
    return subprocess.Popen(
        [sys.executable, str(_MAIN), point],
        env={**os.environ, **environment},
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def reached(process: subprocess.Popen[str]) -> str:
    """Wait until a worker process has come to its point; what it said."""
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    assert said, f"the worker ended before: {process.communicate()[1][-3000:]}"
    return said
