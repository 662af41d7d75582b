"""What the tests are about: calls of whatever stands behind these names."""

import asyncio
import os
import socket

from shop import cloud
from shop.cloud import Client, forget, run_kubectl


def delete(name, space="default"):
    return run_kubectl(["delete", "pod", name], namespace=space) == 0


def delete_wrongly(name):
    return cloud.run_kubectl(["delete", name], wrong=True)


def first(db, key):
    row = db.execute("SELECT 1", {"id": key}).first()
    return row.name


async def load(session):
    await session.commit()
    return await cloud.fetch("http://host/")


async def load_both():
    return await asyncio.gather(cloud.fetch("a"), cloud.fetch("b"))


async def in_thread():
    return await asyncio.to_thread(cloud.run_kubectl, ["a"])


def use_client():
    client = Client("http://host")
    return client.get("/a", retries=1)


def get(client, path):
    return client.get(path)


def parse(client, text):
    return client.parse(text)


def write(factory):
    with factory() as session:
        session.execute(
            "é", values=(1, {"name": 2}),
        ); session.add("ü", len("é"))


def retry(call):
    for attempt in range(3):
        try:
            return call("x")
        except OSError:
            pass


def forget_all(names):
    for name in names:
        forget(name)


def read_limit(service):
    return service.limit


def read_nothing():
    client = cloud.Client("u")
    return client.url, client.kind, client.nothing


def spread(call, *args, **kwargs):
    return call("first", *args, **kwargs)


def items(source):
    found = []
    for item in source.items(3):
        found.append(item)
    return found


def login(client, user, word, password):
    client.login(user, word)
    client.send(f"Bearer {password}")
    client.note(user)


def hand(double, *values, **named):
    double.take(*values, **named)


def connect(double, password, api_key):
    double.take(password, "user", api_key)
    double.take({"user": "u", "password": password}, headers={"X-Auth-Token": api_key})
    double.take(["mysql", "--password", password, f"--token={api_key}"])
    double.take(f"postgresql://user:{password}@host/db")


def many(double, count):
    for number in range(count):
        double.take(number, **{f"n{number}": 1})


def wide(double):
    double.take(list(range(100)), {str(n): n for n in range(100)}, [[[[[1]]]]], "x" * 10_000)
    double.take(*range(50), [[0] * 20] * 20)


def notify(family=socket.AF_UNIX):
    address = os.environ.get("NOTIFY_SOCKET", None)
    return address and socket.socket(family)


def run_abroad():
    return run_kubectl(["get"], env={**os.environ, "LC_ALL": "of the shop"})
