"""Parcels: handed to a carrier over HTTP, labelled by a program, announced on a queue."""

from __future__ import annotations

import asyncio
import json
import subprocess
import time
import urllib.request


class CarrierError(Exception):
    """The carrier does not take the parcel."""


class Rejected(CarrierError):
    """The carrier has looked at it, and said no."""


def announce(number, url):
    """Whether the carrier heard of it; nothing that goes wrong gets out."""
    try:
        with urllib.request.urlopen(f"{url}/{number}", timeout=5) as answer:
            return json.loads(answer.read())["heard"]
    except Exception:
        return False


def print_label(number):
    """The printer's word; CarrierError where the program fails."""
    try:
        done = subprocess.run(["lp-label", number], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise CarrierError(f"no label for {number}") from error
    return done.stdout.strip()


def book(number, url):
    """Book with three attempts; the last failure gets out."""
    for attempt in range(3):
        try:
            return urllib.request.urlopen(f"{url}/{number}").status
        except OSError:
            if attempt == 2:
                raise
            time.sleep(1)


def weigh(number, grams):
    """The class of a weight; Rejected above 30 kilos."""
    if grams > 30_000:
        raise Rejected(f"{number} is too heavy")
    return "small" if grams < 2_000 else "large"


async def push(number):
    """Whether the queue took it; a queue that is down counts as no."""
    try:
        _, writer = await asyncio.open_connection("queue.internal", 4222)
        writer.write(number.encode())
        await writer.drain()
        return True
    except OSError:
        return False


class Depot:
    """Where parcels lie."""

    def __init__(self, url):
        self.url = url

    def shelf(self, number):
        """The shelf of a parcel; None where the depot does not answer."""
        try:
            return self._ask(number)
        except OSError:
            return None

    def fetch(self, number):
        """Have it brought; who asks has to bear what goes wrong."""
        return self._ask(f"fetch/{number}")

    def _ask(self, path):
        return urllib.request.urlopen(f"{self.url}/{path}", timeout=5).read().decode()


def ship(number, grams, url):
    """Weigh, label, announce and book; the steps that were done, and what stopped it."""
    done = []
    try:
        done.append(weigh(number, grams))
        done.append(print_label(number))
        if announce(number, url):
            done.append("announced")
        done.append(book(number, url))
    except Rejected:
        return done, "rejected"
    except CarrierError:
        return done, "carrier"
    except OSError:
        return done, "offline"
    return done, ""


async def tell(numbers):
    """The parcels that the queue took, and those that broke it."""
    told, broken = [], []
    for number in numbers:
        try:
            if await push(number):
                told.append(number)
        except ConnectionError:
            broken.append(number)
    return told, broken


def find(depot, number):
    """Where a parcel is, in words."""
    try:
        shelf = depot.shelf(number)
    except OSError:
        return "depot down"
    return f"shelf {shelf}" if shelf else "nowhere"


def bring(depot, number):
    """Whether it was brought."""
    try:
        depot.fetch(number)
    except OSError:
        return False
    return True
