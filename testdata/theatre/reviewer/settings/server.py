"""What the settings are for."""

from __future__ import annotations

from settings_loader import BadSetting, Settings, load


def banner(settings: Settings) -> str:
    """The line that is printed at the start."""
    mode = "debug" if settings.debug else "production"
    line = f"{mode} on http://{settings.host}:{settings.port}"
    if settings.origins:
        line += f" for {len(settings.origins)} origins"
    return line


def start(announce) -> int:
    """Announce, and give the exit code: 0, or 2 for bad settings."""
    try:
        settings = load()
    except BadSetting as problem:
        announce(f"bad settings: {problem}")
        return 2
    announce(banner(settings))
    return 0


def reload(current: Settings, announce) -> Settings:
    """New settings if they are good and differ; otherwise those there were."""
    try:
        fresh = load()
    except BadSetting as problem:
        announce(f"kept: {problem}")
        return current
    if fresh == current:
        return current
    announce("reloaded")
    return fresh
