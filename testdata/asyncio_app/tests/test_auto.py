import pytest

from app import fetch, stream, together


@pytest.fixture
async def source():
    async def one():
        return 1

    yield one


async def test_fetch(source):
    assert await fetch(source) == 1


async def test_together(source):
    assert await together(source, source) == [1, 1]


async def test_stream():
    assert [number async for number in stream(3)] == [0, 2, 4]
