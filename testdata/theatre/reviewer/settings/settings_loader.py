"""Settings from the environment, with defaults and checks."""

from __future__ import annotations

import os
from dataclasses import dataclass


class BadSetting(Exception):
    """A variable has a value that can't be used."""


@dataclass(frozen=True)
class Settings:
    host: str
    port: int
    debug: bool
    timeout: float
    origins: tuple[str, ...]


def as_bool(text: str) -> bool:
    """Yes in the usual spellings; everything else is no."""
    return text.strip().lower() in ("1", "true", "yes", "on")


def load() -> Settings:
    """Read APP_* from the environment."""
    text = os.environ.get("APP_PORT", "8080")
    try:
        port = int(text)
    except ValueError:
        raise BadSetting(f"APP_PORT is not a number: {text!r}") from None
    if not 0 < port < 65536:
        raise BadSetting(f"APP_PORT is out of range: {port}")
    debug = as_bool(os.environ.get("APP_DEBUG", ""))
    timeout = float(os.environ.get("APP_TIMEOUT", "30"))
    if debug:
        timeout *= 10
    origins = tuple(part.strip() for part in os.environ.get("APP_ORIGINS", "").split(",") if part)
    return Settings(os.environ.get("APP_HOST", "localhost"), port, debug, timeout, origins)
