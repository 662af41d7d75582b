import asyncio
import threading
import time


async def note(found, name):
    await asyncio.sleep(0)
    found.append(name)


async def notes(*names):
    found = []
    await asyncio.gather(*(note(found, name) for name in names))
    return found


def race(names):
    """The names in the order in which their threads wake up, all at the same moment."""
    found = []
    moment = time.monotonic() + 0.02

    def wake(name):
        time.sleep(max(0, moment - time.monotonic()))
        found.append(name)

    threads = [threading.Thread(target=wake, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
