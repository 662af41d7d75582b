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


class Counter:
    def __init__(self):
        self.value = 0

    def add(self):
        before = self.value
        time.sleep(0.0001)
        self.value = before + 1


def race(pause):
    counter = Counter()

    def late():
        time.sleep(pause)
        counter.add()

    threads = [threading.Thread(target=late), threading.Thread(target=counter.add)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counter.value
