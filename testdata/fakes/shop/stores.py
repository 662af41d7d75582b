"""A shop's dealings with a bucket, a cache, two services and files."""

import os
from pathlib import Path


def keep(client, name, text):
    client.put_object(Bucket="orders", Key=name, Body=text.encode())
    return client.get_object(Bucket="orders", Key=name)["Body"].read().decode()


def count(redis, user):
    redis.hset("visits", user, 1)
    return redis.hget("visits", user)


async def price(session, name):
    url = f"http://prices.test/v1/items/{name}?page=1"
    async with session.post(url, json={"currency": "EUR"}) as response:
        return (await response.json())["price"]


def weather(session, city):
    return session.get(f"http://weather.test/{city}", params={"days": "2"}).text


def write_report(folder, text):
    os.makedirs(os.path.join(folder, "reports"))
    path = Path(folder, "reports", "today.txt")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return os.listdir(os.path.join(folder, "reports"))
