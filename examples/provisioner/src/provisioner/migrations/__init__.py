"""The database's shape, step by step; `upgrade` brings any earlier one to the newest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def upgrade(url: str, to: str = "head") -> None:
    """Bring the database at this URL to a revision; two at a time wait for one another."""
    _run(url, lambda config: command.upgrade(config, to))


def downgrade(url: str, to: str = "base") -> None:
    """Take steps back. What they hold is lost."""
    _run(url, lambda config: command.downgrade(config, to))


def newest() -> str | None:
    """The revision that this code expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def current(connection: Connection) -> str | None:
    """The revision that a database has."""
    return MigrationContext.configure(connection).get_current_revision()


def _run(url: str, act: Callable[[Config], None]) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            config = _config()
            config.attributes["connection"] = connection
            act(config)
    finally:
        engine.dispose()
