"""Jobs that are fetched, worked on and reported, all of it asynchronous."""

from __future__ import annotations

import asyncio
import logging

logger = logging.getLogger(__name__)


async def fetch(client, job):
    """The input of a job; one more try after a timeout."""
    for attempt in range(2):
        try:
            return await client.get(f"/jobs/{job}", timeout=5)
        except TimeoutError:
            if attempt == 1:
                raise
    return None


async def work(client, store, job):
    """Work on one job and keep its result."""
    data = await fetch(client, job)
    if not data:
        await store.mark(job, "empty")
        return 0
    result = sum(data["values"]) * data.get("factor", 1)
    await store.save(job, {"result": result}, state="done")
    return result


async def work_all(client, store, jobs, limit=2):
    """Work on many jobs, `limit` at a time; a failed one counts as None."""
    gate = asyncio.Semaphore(limit)

    async def one(job):
        async with gate:
            try:
                return await work(client, store, job)
            except Exception as error:
                logger.error("job %s: %s", job, error)
                return None

    return await asyncio.gather(*[one(job) for job in jobs])


def start(client, store, job, tasks):
    """Work on a job in the background."""
    task = asyncio.create_task(work(client, store, job))
    tasks.append(task)
    return len(tasks)
