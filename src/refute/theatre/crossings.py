"""What counts as a real boundary, and which doubles stand in for one."""

from __future__ import annotations

import re
from collections.abc import Iterable

from refute.observed import Crossing, Double, DoubleKind, Seen

_KINDS = {
    "process": "process",
    "fork": "process",
    "connect": "connect",
    "listen": "listen",
    "database": "database",
    "write": "files",
    "delete": "files",
}
"""Kinds of crossing that are real, by what a reader calls them. Sleeping and signalling leave
nothing behind elsewhere; files below temporary folders are left out where they are observed."""

_BOUNDARIES_WORDS = """
    subprocess popen check_output check_call create_subprocess_exec create_subprocess_shell
    socket socketserver ssl smtplib ftplib imaplib poplib telnetlib xmlrpc urllib urllib3
    urlopen requests httpx aiohttp websockets websocket grpc paramiko fabric kubernetes
    kubernetes_asyncio kubectl helm docker boto boto3 botocore aioboto3 google_cloud azure
    hvac consul psycopg psycopg2 asyncpg aiopg pymysql mysqldb aiomysql sqlite3 aiosqlite
    sqlalchemy pymongo motor redis aioredis memcache pymemcache elasticsearch opensearchpy
    cassandra neo4j kafka aiokafka pika aio_pika nats celery stripe twilio slack_sdk
    responses respx pytest_httpx httpx_mock requests_mock aioresponses moto fakeredis vcr
    vcrpy pyfakefs
"""
_BOUNDARIES = frozenset(_BOUNDARIES_WORDS.split())
"""Names of modules, programs and fakes that stand for what lies outside of the process."""

_OS_CALLS = frozenset({"os.system", "os.popen", "os.fork", "builtins.open"})
_FOLDERS = frozenset({"src", "lib", "python", "."})
"""Folders that hold packages and are none."""
_LOOPBACK = re.compile(r"(127\.|localhost|\[?::1|0\.0\.0\.0|unix)")


def real(crossing: Crossing) -> str:
    """The kind of real boundary that was crossed (``process``, ``connect``, ``listen``,
    ``database``, ``files``), or nothing.
    """
    return _KINDS.get(crossing.kind, "")


def real_kinds(crossings: Iterable[Crossing]) -> tuple[str, ...]:
    """The kinds of real boundary among them, each once, in one order.

    A connection beside a database that is reached by a socket is that database's own.
    """
    found = {real(one) for one in crossings} - {""}
    if any(one.kind == "database" and is_served(one) for one in crossings):
        found.discard("connect")
    return tuple(kind for kind in dict.fromkeys(_KINDS.values()) if kind in found)


def is_served(crossing: Crossing) -> bool:
    """Tell whether a database is a server's, and no file or memory of the process."""
    return crossing.kind == "database" and not crossing.what.startswith(("sqlite", ":memory:"))


def is_loopback(address: str) -> bool:
    """Tell whether an address is on this machine."""
    return _LOOPBACK.match(address) is not None


def in_words(crossing: Crossing) -> str:
    """A crossing for readers: ``process kubectl``, ``connect 10.0.0.1:5432``."""
    return f"{crossing.kind} {crossing.what}".strip()


def stands_for_boundary(double: Double) -> bool:
    """Tell whether a double took the place of something outside of the process."""
    if double.kind is DoubleKind.VALUE:
        return False
    dotted = double.target or double.name
    if any(dotted == name or dotted.endswith(f".{name}") for name in _OS_CALLS):
        return True
    first, *rest = re.split(r"\W+", dotted)
    # Tests of hvac replace parts of hvac itself.
    own = {_top(call.site.file) for call in double.calls}
    return any(map(is_boundary_name, rest if first in own else (first, *rest)))


def _top(file: str) -> str:
    """The package or module at the top of a source file's path."""
    parts = file.removesuffix(".py").split("/")
    return next((part for part in parts if part not in _FOLDERS), "")


def is_boundary_name(name: str) -> bool:
    """Tell whether a module or function of this name leads out of the process."""
    return name.lower() in _BOUNDARIES


def stands_between(double: Double) -> bool:
    """Tell whether a double isolates a test: more than a plain value that was set."""
    return double.kind is not DoubleKind.VALUE


def doubles_in_place(seen: Seen) -> tuple[Double, ...]:
    """The doubles that took the boundaries' place; all that project code called if none did."""
    standing = tuple(one for one in seen.doubles if stands_for_boundary(one))
    return standing or tuple(one for one in seen.doubles if one.calls and stands_between(one))
