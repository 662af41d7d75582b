import anyio

from app import fetch


async def refuse():
    raise ConnectionError


def test_fetch_gives_up():
    assert anyio.run(fetch, refuse) is None


async def test_many(anyio_backend_name):
    async with anyio.create_task_group() as group:
        group.start_soon(fetch, refuse)
    assert anyio_backend_name == "asyncio"
