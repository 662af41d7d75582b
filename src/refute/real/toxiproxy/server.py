"""A server that speaks Toxiproxy's HTTP API: `python -m refute.real.toxiproxy.server`.

Takes the options of toxiproxy-server, with one dash or two. Prints one line when it can be
spoken to, and serves until SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

if __package__ in (None, ""):
    # Started by its path: the folder that holds the packages takes the place of this one.
    sys.path[0] = str(Path(__file__).resolve().parents[3])

from refute.real.toxiproxy import addresses
from refute.real.toxiproxy.api import VERSION, Api
from refute.real.toxiproxy.bodies import Refused
from refute.real.toxiproxy.web import serve


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="toxiproxy", description=__doc__.partition("\n")[0])
    parser.add_argument("-host", "--host", default="localhost", help="host of the API")
    parser.add_argument("-port", "--port", default="8474", help="port of the API, 0 for any")
    parser.add_argument("-config", "--config", help="JSON file with proxies to begin with")
    parser.add_argument("-seed", "--seed", help="seed of all chances")
    parser.add_argument("-proxy-metrics", "--proxy-metrics", action="store_true", dest="metrics")
    parser.add_argument("-runtime-metrics", "--runtime-metrics", action="store_true")
    parser.add_argument("-version", "--version", action="version", version=VERSION)
    return parser.parse_args(argv)


async def run(host: str, port: str, seed: str, *, config: Path | None, metrics: bool) -> None:
    """Serve until a signal ends it. Raises AddressError where the API can't listen."""
    api = Api(seed, metrics=metrics)
    listener = addresses.listen(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    if config is not None:
        try:
            await api.populate(config.read_bytes())
        except (OSError, Refused, addresses.AddressError) as error:
            print(f"toxiproxy: {config}: {error}", file=sys.stderr, flush=True)
    open_now: set[asyncio.Task[None]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer, api.answer))
        open_now.add(task)
        task.add_done_callback(open_now.discard)

    server = await asyncio.start_server(connected, sock=listener)
    print(f"toxiproxy: {addresses.bound(listener)} seed {seed}", flush=True)
    await over.wait()
    server.close()
    ending = list(open_now)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
    await api.close()


def main(argv: Sequence[str]) -> int:
    """The command; returns its exit code."""
    given = _arguments(argv)
    seed = given.seed if given.seed is not None else os.urandom(4).hex()
    config = Path(given.config) if given.config else None
    try:
        asyncio.run(run(given.host, given.port, seed, config=config, metrics=given.metrics))
    except addresses.AddressError as error:
        print(f"toxiproxy: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
