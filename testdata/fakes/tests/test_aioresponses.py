import asyncio

import aiohttp
from aioresponses import aioresponses
from shop import stores


async def ask():
    async with aiohttp.ClientSession() as session:
        return await stores.price(session, "table")


def test_aioresponses():
    with aioresponses() as fake:
        fake.post("http://prices.test/v1/items/table?page=1", payload={"price": 12})
        assert asyncio.run(ask()) == 12
