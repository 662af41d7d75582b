import asyncio
import datetime
import json
import os
import random
import socket
import threading
import time
from pathlib import Path

HERE = Path(__file__).parent


def age(path):
    return time.time() - path.stat().st_mtime


def stamp():
    return datetime.datetime.now(datetime.timezone.utc).isoformat()


def shuffled(items):
    return random.sample(items, len(items))


def served():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


async def squares(numbers):
    async def square(number):
        await asyncio.sleep(0)
        return number * number

    return await asyncio.gather(*map(square, numbers))


async def handed_on(items):
    queue = asyncio.Queue(maxsize=1)
    found = []

    async def give():
        for item in items:
            await queue.put(item)
        await queue.put(None)

    async def take():
        while (item := await queue.get()) is not None:
            found.append(item)

    await asyncio.gather(give(), take())
    return found


def added_by_threads(count):
    lock = threading.Lock()
    numbers = []

    def add(number):
        with lock:
            numbers.append(number)

    threads = [threading.Thread(target=add, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return numbers


def settings():
    return json.loads((HERE / "settings.json").read_text())


def mode():
    kind = "live"
    known = ("live", "trial")
    found = os.environ.get("SHOP_MODE", kind)
    return found if found in known else kind
