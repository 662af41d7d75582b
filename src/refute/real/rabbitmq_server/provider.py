"""RabbitMQ as the broker has it: by which routes, and how its server is started."""

from __future__ import annotations

import os
import secrets
import signal
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from refute.errors import RefuteError, fail
from refute.real import docker
from refute.real.debian import install_debian, libraries
from refute.real.install import Installed, Say, installed
from refute.real.ports import LOOPBACK, answers, wait_until
from refute.real.provider import Json, Start
from refute.real.rabbitmq_server.hosts import Management, VirtualHosts
from refute.real.routes import Route, refuse_foreign

ADDRESS = "REFUTE_RABBITMQ"
"""``http://user:password@host:15672``: the HTTP API of a server, for one of its administrators."""
IMAGE = "rabbitmq:3-management-alpine"
_READY = 120.0
_SERVER = "usr/lib/rabbitmq/lib/rabbitmq_server-*"
_PARTS = (
    *("base", "asn1", "crypto", "eldap", "ftp", "inets", "mnesia", "os-mon", "parsetools"),
    *("public-key", "runtime-tools", "snmp", "ssl", "syntax-tools", "tftp", "tools", "xmerl"),
)
"""All of Erlang that it needs, also where the machine has some: they have to lie together."""
_ERLANG = "usr/lib/erlang"


class RabbitProvider:
    """See `refute.real.provider.Provider`. There are no options."""

    name = "rabbitmq"

    def routes(self, options: Json) -> list[Route]:
        """A server that the user names, Docker, Debian's on the machine, Debian's in the cache."""
        kept = installed("rabbitmq")
        return [
            _given(),
            docker.route(IMAGE),
            _programs("path", Path("/")),
            _programs("installed", kept.folder if kept else None),
        ]

    def start(self, start: Start) -> VirtualHosts:
        """See `Provider.start`."""
        if start.route.name == "address":
            management = _management(os.environ[ADDRESS])
            refuse_foreign(self.name, management.url)
            listeners = management.ask("GET", "overview").get("listeners")
            if listeners is None:
                fail("real-unavailable", f"the user in {ADDRESS} is no administrator", remedy="")
            port = next(one["port"] for one in listeners if one["protocol"] == "amqp")
            host = urlsplit(management.url).hostname or LOOPBACK
            return VirtualHosts(management, (host, port), foreign=True)
        port, web = start.ports.take(), start.ports.take()
        management = Management(f"http://{LOOPBACK}:{web}", "refute", secrets.token_urlsafe(12))
        if start.route.name == "docker":
            env = {
                "RABBITMQ_DEFAULT_USER": management.user,
                "RABBITMQ_DEFAULT_PASS": management.password,
            }
            docker.run(IMAGE, 5672, env, start.keeper, port, also={15672: web})
            wait_until(lambda: _ready(management), what="RabbitMQ in Docker", seconds=_READY)
            return VirtualHosts(management, (LOOPBACK, port))
        return _serve(start, management, port)


def install(say: Say) -> Installed:
    """Keep Debian's RabbitMQ and Erlang in the cache. Raises RefuteError ``real-unavailable``."""
    return install_debian(
        "rabbitmq",
        ["rabbitmq-server", *(f"erlang-{part}" for part in _PARTS)],
        say,
        without=("adduser", "logrotate", "libpopt0", "socat", "libwrap0"),
    )


def _given() -> Route:
    url = os.environ.get(ADDRESS)
    if not url:
        return Route("address", False, f"{ADDRESS} is not set")
    return Route("address", True, f"{_management(url).url}, from {ADDRESS}")


def _management(url: str) -> Management:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return Management(
        f"{parts.scheme}://{host}",
        unquote(parts.username or "guest"),
        unquote(parts.password or "guest"),
    )


def _programs(name: str, root: Path | None) -> Route:
    server = next(root.glob(_SERVER), None) if root else None
    if root is None or server is None or not (root / _ERLANG).is_dir():
        remedy = "refute real install rabbitmq" if name == "installed" else ""
        return Route(name, False, "no RabbitMQ of Debian's", remedy)
    return Route(name, True, f"RabbitMQ {server.name.rpartition('-')[2]}, {server}")


def _serve(start: Start, management: Management, port: int) -> VirtualHosts:
    """A server of our own, with its own home, cookie and port mapper."""
    kept = installed("rabbitmq")
    root = Path("/") if start.route.name == "path" or kept is None else kept.folder
    mapper = start.ports.take()
    env = _environment(root, start, port, mapper)
    runtime = Path(env["BINDIR"])
    start.keeper.spawn(
        [runtime / "epmd", "-address", LOOPBACK, "-port", str(mapper)], env=env, log="epmd.log"
    )
    # Else the server would start a mapper itself, as a daemon.
    wait_until(lambda: answers(mapper), what="Erlang's port mapper", seconds=_READY)
    _settings(start.keeper.directory, management, port)
    server = start.keeper.spawn(
        ["/bin/sh", next(root.glob(_SERVER)) / "sbin" / "rabbitmq-server"],
        env=env,
        log="rabbitmq.log",
        # There is nothing to save, and a proper end takes seconds.
        stop=signal.SIGKILL,
    )

    def alive() -> bool:
        return start.keeper.code(server) is None

    wait_until(
        lambda: _ready(management),
        what="RabbitMQ",
        seconds=_READY,
        alive=alive,
        log=server.tail,
    )
    return VirtualHosts(management, (LOOPBACK, port), logs=server.tail, alive=alive)


def _environment(root: Path, start: Start, port: int, mapper: int) -> dict[str, str]:
    folder = start.keeper.directory
    erlang = root / _ERLANG
    runtime = next(erlang.glob("erts-*/bin"))
    # Debian's own `erl` looks for Erlang in /usr/lib, wherever it lies.
    programs = folder / "bin"
    programs.mkdir()
    (programs / "erl").write_text(f'#!/bin/sh\nexec "{runtime}/erlexec" "$@"\n')
    (programs / "erl").chmod(0o755)
    return {
        "PATH": f"{programs}:{runtime}:{os.defpath}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "ROOTDIR": str(erlang),
        "BINDIR": str(runtime),
        "EMU": "beam",
        "PROGNAME": "erl",
        # Have the script become the server, instead of waiting for it.
        "RUNNING_UNDER_SYSTEMD": "true",
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": LOOPBACK,
        "ERL_CRASH_DUMP_SECONDS": "0",
        "RABBITMQ_CONF_ENV_FILE": os.devnull,
        "RABBITMQ_NODENAME": "refute@localhost",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
        "RABBITMQ_DIST_PORT": str(start.ports.take()),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "logs"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_PID_FILE": str(folder / "rabbitmq.pid"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        **({} if root == Path("/") else libraries(root)),
    }


def _settings(folder: Path, management: Management, port: int) -> None:
    (folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
    lines = {
        "listeners.tcp.1": f"{LOOPBACK}:{port}",
        "management.tcp.ip": LOOPBACK,
        "management.tcp.port": str(urlsplit(management.url).port),
        "default_user": management.user,
        "default_pass": management.password,
        "loopback_users": "none",
        "log.console": "true",
        "disk_free_limit.absolute": "1MB",
    }
    text = "".join(f"{key} = {value}\n" for key, value in lines.items())
    (folder / "rabbitmq.conf").write_text(text)


def _ready(management: Management) -> bool:
    with suppress(OSError, RefuteError):
        management.ask("GET", "overview")
        return True
    return False
