import asyncio


async def fetch(source, tries=2):
    for attempt in range(tries):
        try:
            return await source()
        except ConnectionError:
            await asyncio.sleep(0)
    return None


async def together(*sources):
    return list(await asyncio.gather(*(fetch(source) for source in sources)))


async def stream(count):
    for number in range(count):
        yield number * 2
