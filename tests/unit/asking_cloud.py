"""Functions of all kinds that exceptions come out of, or do not: the real ones, as source."""

from __future__ import annotations

CLOUD = """\
import functools
import json
import logging
import os
import subprocess
import time
import urllib.request
from contextlib import contextmanager, suppress

log = logging.getLogger(__name__)


class CloudError(Exception):
    def __init__(self, text, code=1):
        super().__init__(text)
        self.code = code


class Gone(CloudError):
    pass


def swallows(url):
    try:
        with urllib.request.urlopen(url) as answer:
            return json.loads(answer.read())
    except Exception:
        log.exception("no answer")
        return None


def lets_out(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def catches_other(url):
    try:
        return urllib.request.urlopen(url)
    except KeyError:
        return None


def translates(command):
    try:
        done = subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise CloudError(f"failed: {error}", code=2) from error
    return done.returncode


def speaks(command):
    try:
        done = subprocess.run(command, check=True, capture_output=True)
    except OSError as error:
        raise CloudError(f"failed: {error}", code=2) from error
    return done.stdout.decode().strip()


def retries(url):
    for attempt in range(3):
        try:
            return urllib.request.urlopen(url)
        except OSError:
            if attempt == 2:
                raise
            time.sleep(60)


def retries_and_gives_up(url):
    for attempt in range(3):
        try:
            return urllib.request.urlopen(url)
        except OSError as error:
            log.warning("again: %s", error)
            time.sleep(60)
    return None


def remembers(url):
    last = None
    for attempt in range(3):
        try:
            return urllib.request.urlopen(url)
        except OSError as error:
            last = error
    raise last


def depends(url, strict=False):
    try:
        return urllib.request.urlopen(url)
    except OSError:
        if strict:
            raise
        return None


def raises_itself(count):
    if count > 100:
        raise Gone("too many")
    try:
        os.stat("/")
    except Exception:
        return None
    return count


def behind(url):
    try:
        return lets_out(url)
    except OSError:
        return b""


def behind_both(url):
    first = lets_out(url)
    return first + behind(url)


def two_ways(url, quick=True):
    if quick:
        try:
            return lets_out(url)
        except OSError:
            return b""
    return lets_out(url)


def unreached(url):
    try:
        found = urllib.request.urlopen(url)
    except OSError:
        return None
    if found is None:
        return os.listdir(url)
    return 1


def after_the_boundary(url):
    try:
        found = urllib.request.urlopen(url)
    except OSError:
        return None
    return found.read()


def suppresses(path):
    with suppress(FileNotFoundError):
        os.remove(path)
    return True


@contextmanager
def guarded():
    try:
        yield
    except OSError:
        pass


def under_a_guard(path):
    with guarded():
        os.remove(path)


def in_the_handler(path):
    try:
        os.remove(path)
    except OSError:
        os.rename(path, path + ".old")


def pure(a, b):
    return a + b


def lazily(url):
    try:
        found = urllib.request.urlopen(url)
    except OSError:
        return None
    return list(found)


def eagerly(names):
    chosen = sorted(set(names))
    try:
        return [os.stat(name) for name in chosen]
    except OSError:
        return ",".join(name for name in names)


def promise(url):
    try:
        return sends(url)
    except ConnectionError:
        return None


def endless(url):
    while True:
        try:
            return urllib.request.urlopen(url)
        except OSError:
            time.sleep(1)


def lines(url):
    try:
        yield from urllib.request.urlopen(url)
    except OSError:
        return


def patient(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        except OSError:
            return None

    return wrapper


@patient
def decorated(url):
    return urllib.request.urlopen(url).read()


async def sends(text):
    try:
        reply = await socket().send(text)
        return reply.ok
    except ConnectionError:
        return False


async def sends_out(text):
    return await socket().send(text)


def socket():
    import socket

    return socket.create_connection(("relay.internal", 25))


class Client:
    def __init__(self, url, timeout):
        self.url = url
        self.timeout = timeout

    def get(self, path):
        try:
            return self._open(path).read()
        except OSError:
            return None

    def post(self, path):
        return self._open(path).read()

    def _open(self, path):
        return urllib.request.urlopen(self.url + path, timeout=self.timeout)

    @classmethod
    def ping(cls, url):
        try:
            return cls(url, 1)._open("/").status == 200
        except OSError:
            return False

    @staticmethod
    def resolve(name):
        try:
            return os.readlink(name)
        except OSError:
            return name

    def shared(self):
        try:
            return self._open("/shared")
        except OSError:
            return None


class Special(Client):
    def shared(self):
        return self._open("/special")
"""
