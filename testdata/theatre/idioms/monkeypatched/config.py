"""Settings of a service from the environment, a file and a vault."""

from __future__ import annotations

import json
import os
import platform

DEFAULTS = {"port": 8080, "workers": 2}


def read_file(path):
    """Settings of a JSON file."""
    with open(path, encoding="utf-8") as stream:
        return json.load(stream)


def secret(name):
    """A secret, from the vault that the platform keeps."""
    with open(f"/run/secrets/{name}", encoding="utf-8") as stream:
        return stream.read().strip()


def load(path=None):
    """All settings: defaults, then the file, then the environment."""
    settings = dict(DEFAULTS)
    if path is not None:
        settings.update(read_file(path))
    for key in DEFAULTS:
        value = os.environ.get(f"APP_{key.upper()}")
        if value is not None:
            settings[key] = int(value)
    if settings["workers"] < 1:
        raise ValueError("at least one worker")
    return settings


def dsn(user):
    """The address of the database, with the password in it."""
    password = secret("db_password")
    host = os.environ.get("DB_HOST", "localhost")
    return f"postgresql://{user}:{password}@{host}:5432/app"


def banner():
    """What is printed at the start."""
    system = platform.system()
    if system == "Windows":
        return "app (not supported on Windows)"
    return f"app on {system}"
