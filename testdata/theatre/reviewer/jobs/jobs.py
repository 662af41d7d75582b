"""A queue of jobs and the one who works them off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Job:
    name: str
    payload: dict[str, Any]
    priority: int = 5
    tries: int = 0


@dataclass
class Queue:
    """Jobs in order of priority; the lower the number, the sooner."""

    jobs: list[Job] = field(default_factory=list)
    dead: list[Job] = field(default_factory=list)

    def push(self, name: str, priority: int = 5, **payload: Any) -> Job:
        """A new job, in its place."""
        if not 1 <= priority <= 9:
            raise ValueError("a priority is 1 to 9")
        job = Job(name, payload, priority)
        self.jobs.append(job)
        self.jobs.sort(key=lambda known: known.priority)
        return job

    def pop(self) -> Job | None:
        """The next job, or None."""
        return self.jobs.pop(0) if self.jobs else None


def audit(event: str, name: str, tries: int) -> None:
    """Tell the auditors, who live in another service."""
    raise ConnectionError("no auditors are configured")


def alert(text: str, level: str = "warning") -> bool:
    """Wake somebody up; whether that worked."""
    raise ConnectionError("nobody is on call")


class Worker:
    """Takes jobs from a queue, and does them by name."""

    def __init__(self, queue: Queue, handlers: dict[str, Callable[..., Any]]) -> None:
        self.queue = queue
        self.handlers = handlers
        self.done: list[tuple[str, Any]] = []

    def step(self) -> bool:
        """Do one job; False if there was none."""
        job = self.queue.pop()
        if job is None:
            return False
        handler = self.handlers.get(job.name)
        if handler is None:
            self.queue.dead.append(job)
            alert(f"no handler for {job.name}", level="error")
            return True
        try:
            value = handler(**job.payload)
        except Exception:
            self.again(job)
            return True
        self.done.append((job.name, value))
        audit("done", job.name, job.tries)
        return True

    def again(self, job: Job) -> None:
        """Three tries, each with less priority; then it is dead."""
        job.tries += 1
        if job.tries >= 3:
            self.queue.dead.append(job)
            alert(f"{job.name} failed {job.tries} times")
            return
        retry = self.queue.push(job.name, min(job.priority + 1, 9), **job.payload)
        retry.tries = job.tries

    def escalate(self, job: Job) -> int:
        """Ask for help with a job, the more urgently the more often it was tried."""
        job.priority = max(1, job.priority - job.tries)
        severity = "high" if job.tries > 1 else "low"
        alert(f"{job.name} is stuck", severity=severity)
        return job.priority

    def drain(self, most: int = 100) -> int:
        """Work until there is nothing left; how many steps that took."""
        steps = 0
        while steps < most and self.step():
            steps += 1
        return steps
