"""What the project reaches the world by: never really called in these tests."""

from __future__ import annotations

from typing import Optional

TIMEOUT = 5
OPTIONS = {"retries": 3}


def run_kubectl(args, *, namespace=None) -> int:
    raise RuntimeError("the real kubectl")


async def fetch(url) -> Optional[str]:
    raise RuntimeError("the real network")


def forget(name):
    raise RuntimeError("the real forgetting")


class Client:
    """A client of something far away."""

    kind: str

    def __init__(self, url):
        self.url = url

    def get(self, path, retries=3) -> dict:
        raise RuntimeError("the real client")

    def login(self, user, password):
        raise RuntimeError("the real login")

    async def load(self, path):
        raise RuntimeError("the real load")

    @staticmethod
    def parse(text):
        return text
