"""What runs in the project's own Python, in a process of its own: its application, its models
and its migrations, as far as they were named.

Everything that can be missing there (SQLAlchemy, Alembic, schemathesis, a driver) is said, and
whatever the project's code raises becomes a sentence.
"""

from __future__ import annotations

import importlib
import inspect
import os
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from importlib.util import find_spec
from typing import Any

from refute.errors import RefuteError

Json = dict[str, Any]
_DRIVERS = ("psycopg", "psycopg2", "pg8000")


def work(job: Json) -> Json:
    """Do a job: ``app`` or ``database``. What came in the way is under ``trouble``, a line each."""
    done: Json = {"trouble": []}
    url = job.get("url", "")
    if url:
        url = _with_driver(url, job.get("driver", ""))
        if job.get("variable"):
            os.environ[job["variable"]] = url
    if job["do"] == "app":
        _app(job, done)
    elif missing := _missing(("sqlalchemy", "alembic")):
        done["trouble"].append(missing)
    else:
        _database(job, url, done)
    return done


def _app(job: Json, done: Json) -> None:
    if missing := _missing(("schemathesis",)):
        done["trouble"].append(missing)
        return
    from refute.contracts.http import check_app

    app = _load(job["app"], done)
    if app is None:
        return
    try:
        answer = check_app(app, job["document"], asgi=_is_asgi(app))
    except Exception as error:
        done["trouble"].append(f"{job['app']}: {job['document']} can't be read: {_words(error)}")
        return
    done["operations"] = answer.operations
    done["failing"] = [asdict(one) for one in answer.failing]
    done["trouble"] += answer.unchecked


def _is_asgi(app: Any) -> bool:
    """Whether it is awaited; WSGI applications are plain functions of two arguments."""
    call = app if inspect.isfunction(app) or inspect.ismethod(app) else type(app).__call__
    if inspect.iscoroutinefunction(call):
        return True
    try:
        return len(inspect.signature(call).parameters) - (call is not app) == 3
    except (TypeError, ValueError):
        return False


def _database(job: Json, url: str, done: Json) -> None:
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    from refute.contracts.database import check_queries, compare_models

    try:
        _migrate(job["migrations"], url)
    except RefuteError as error:
        done["trouble"].append(error.message)
        return
    except (Exception, SystemExit) as error:
        done["trouble"].append(f"{job['migrations']} does not run to its end: {_words(error)}")
        return
    done["migrated"] = True
    if not job["models"] and not job["queries"]:
        return
    loaded = [(name, _load(name, done)) for name in job["models"]]
    metadata = [getattr(one, "metadata", one) for _, one in loaded if one is not None]
    engine = create_engine(_synchronous(url), poolclass=NullPool)
    try:
        if metadata and len(metadata) == len(loaded):
            found = compare_models(metadata[0] if len(metadata) == 1 else metadata, engine)
            done["tables"] = sum(len(one.tables) for one in metadata)
            done["differences"] = [str(one) for one in found]
        queries = [query for name in job["queries"] for query in _queries(name, done)]
        if queries:
            answer = check_queries(engine, queries)
            done["prepared"] = answer.prepared
            done["refused"] = [str(one) for one in answer.problems]
            done["trouble"] += [f"no database prepares this: {one}" for one in answer.unchecked]
    except Exception as error:
        done["trouble"].append(f"the database can't be asked: {_words(error)}")
    finally:
        engine.dispose()


def _migrate(migrations: str, url: str) -> None:
    from refute.contracts.database import migrate

    if ":" not in migrations:
        migrate(migrations, url)
    else:
        _found(migrations)(url)


def _queries(name: str, done: Json) -> Iterable[Any]:
    value = _load(name, done)
    if value is None:
        return []
    found = [*value.values()] if isinstance(value, Mapping) else value
    return [found] if isinstance(found, str) or not isinstance(found, Iterable) else [*found]


def _load(name: str, done: Json) -> Any:
    """What a name stands for; None, and a line of trouble, if it can't be had."""
    try:
        return _found(name)
    except (Exception, SystemExit) as error:
        done["trouble"].append(f"{name} can't be loaded: {_words(error)}")
        return None


def _found(name: str) -> Any:
    module, _, path = name.partition(":")
    value: Any = importlib.import_module(module)
    for part in path.removesuffix("()").split("."):
        value = getattr(value, part)
    return value() if path.endswith("()") else value


def _missing(packages: Iterable[str]) -> str:
    gone = [name for name in packages if find_spec(name) is None]
    names = {"sqlalchemy": "SQLAlchemy"}
    if not gone:
        return ""
    import sys

    wanted = [names.get(name, name) for name in gone]
    has = "has no" if len(gone) == 1 else "lacks"
    return (
        f"{sys.executable} {has} {' and '.join(wanted)}: "
        f"{sys.executable} -m pip install {' '.join(wanted)}"
    )


def _with_driver(url: str, driver: str) -> str:
    """The URL for SQLAlchemy, with the driver that was named or that is installed."""
    if not url.startswith("postgresql://"):
        return url
    found = driver or next((name for name in _DRIVERS if find_spec(name) is not None), "")
    return url.replace("postgresql://", f"postgresql+{found}://", 1) if found else url


def _synchronous(url: str) -> str:
    """The URL with a driver that is no asynchronous one."""
    scheme, _, rest = url.partition("://")
    if scheme.startswith("postgresql+") and scheme.partition("+")[2] not in _DRIVERS:
        return _with_driver(f"postgresql://{rest}", "")
    return url.replace("sqlite+aiosqlite", "sqlite", 1)


def _words(error: BaseException) -> str:
    """The exception in a line, with the last line of the project's code behind it."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    where = f" ({last[0].filename}:{last[0].lineno})" if last else ""
    return f"{type(error).__name__}: {' '.join(str(error).split())}{where}"[:400]
