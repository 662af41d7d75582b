"""Toxiproxy's HTTP API (version 2): its paths, its JSON, its status codes and errors."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from refute.real.toxiproxy.addresses import AddressError
from refute.real.toxiproxy.bodies import Refused, as_change, as_proxies, as_proxy, as_toxic
from refute.real.toxiproxy.gojson import dump
from refute.real.toxiproxy.proxies import Counted, Named, Proxy, Traffic
from refute.real.toxiproxy.web import Reply, Request

VERSION = "2.12.0+refute"
"""The version of Toxiproxy whose behaviour this is."""

TEXT = "text/plain; charset=utf-8"


def failure(status: int, words: str) -> Reply:
    """A short text, as Go's http.Error writes it."""
    return Reply(status, words + "\n", TEXT)


Handler = Callable[..., Awaitable[Reply]]


class Api:
    """The proxies of one server, and what can be asked of them.

    ``seed`` gives the chances of all toxics; ``metrics`` opens /metrics.
    """

    def __init__(self, seed: str, *, metrics: bool = False) -> None:
        self._seed = seed
        self._proxies: dict[str, Proxy] = {}
        self._traffic = Traffic()
        name, toxic = "(?P<name>[^/]+)", "(?P<toxic>[^/]+)"
        routes: list[tuple[str, dict[str, Handler]]] = [
            ("/reset", {"POST": self._reset}),
            ("/proxies", {"GET": self._list, "POST": self._create}),
            ("/populate", {"POST": self._populate}),
            (
                f"/proxies/{name}",
                {
                    "GET": self._show,
                    "POST": self._update,
                    "PATCH": self._update,
                    "DELETE": self._delete,
                },
            ),
            (f"/proxies/{name}/toxics", {"GET": self._toxics, "POST": self._add}),
            (
                f"/proxies/{name}/toxics/{toxic}",
                {
                    "GET": self._show_toxic,
                    "POST": self._change,
                    "PATCH": self._change,
                    "DELETE": self._remove,
                },
            ),
            ("/version", {"GET": self._version}),
        ]
        if metrics:
            routes.append(("/metrics", dict.fromkeys(("GET", "HEAD", "POST"), self._metrics)))
        self._routes = [(re.compile(pattern), methods) for pattern, methods in routes]

    async def answer(self, request: Request) -> Reply:
        """The answer to one request."""
        for pattern, methods in self._routes:
            found = pattern.fullmatch(request.path)
            if found is None:
                continue
            if request.method not in methods:
                return Reply(405, kind="", routed=False)
            # Pages that a browser shows could speak to the API otherwise.
            if request.headers.get("user-agent", "").startswith("Mozilla/"):
                return failure(403, "User agent not allowed")
            try:
                return await methods[request.method](request.body, **found.groupdict())
            except Refused as error:
                return failure(error.status, dump(error.fields))
            except (AddressError, OSError) as error:
                return failure(500, dump({"error": str(error), "status": 500}))
        return replace(failure(404, "404 page not found"), routed=False)

    async def close(self) -> None:
        """Stop all proxies."""
        for proxy in self._proxies.values():
            await proxy.stop()

    async def populate(self, body: bytes) -> list[Proxy]:
        """Add or replace the proxies that a JSON list names. Raises Refused or AddressError."""
        done = []
        for given in as_proxies(body):
            proxy = self._new(given)
            existing = self._proxies.get(proxy.name)
            if existing is not None:
                if not existing.differs(proxy.listen, proxy.upstream):
                    done.append(existing)
                    continue
                await existing.stop()
            try:
                if given.get("enabled", True):
                    proxy.start()
            except AddressError as error:
                raise _Partly(500, str(error), done) from None
            self._proxies[proxy.name] = proxy
            done.append(proxy)
        return done

    async def _list(self, body: bytes) -> Reply:
        proxies = sorted(self._proxies.items(), key=lambda item: item[0].encode())
        return Reply(200, dump({name: proxy.shown() for name, proxy in proxies}))

    async def _create(self, body: bytes) -> Reply:
        given = as_proxy(body)
        for key in ("name", "upstream"):
            if not given.get(key):
                raise Refused(400, f"missing required field: {key}")
        if given["name"] in self._proxies:
            raise Refused(409, "proxy already exists")
        proxy = self._new(given)
        if given.get("enabled", True):
            proxy.start()
        self._proxies[proxy.name] = proxy
        return Reply(201, dump(proxy.shown()))

    async def _populate(self, body: bytes) -> Reply:
        error: dict[str, Any] = {}
        try:
            done = await self.populate(body)
        except Refused as refused:
            error = refused.fields
            done = refused.done if isinstance(refused, _Partly) else []
        except AddressError as refused:
            error, done = {"error": str(refused), "status": 500}, []
        shown = [proxy.shown() for proxy in done] or None
        return Reply(error.get("status", 201), dump({**error, "proxies": shown}))

    async def _reset(self, body: bytes) -> Reply:
        for proxy in list(self._proxies.values()):
            proxy.start()
            for toxic in list(proxy.toxics):
                proxy.remove(toxic)
        return Reply(204, kind="")

    async def _show(self, body: bytes, name: str) -> Reply:
        return Reply(200, dump(self._proxy(name).shown()))

    async def _update(self, body: bytes, name: str) -> Reply:
        proxy = self._proxy(name)
        given = as_proxy(body)
        await proxy.update(
            given.get("listen", proxy.listen),
            given.get("upstream", proxy.upstream),
            given.get("enabled", proxy.enabled),
        )
        return Reply(200, dump(proxy.shown()))

    async def _delete(self, body: bytes, name: str) -> Reply:
        await self._proxy(name).stop()
        self._proxies.pop(name, None)
        return Reply(204, kind="")

    async def _toxics(self, body: bytes, name: str) -> Reply:
        return Reply(200, dump([toxic.shown() for toxic in self._proxy(name).listed()]))

    async def _add(self, body: bytes, name: str) -> Reply:
        proxy = self._proxy(name)
        toxic = as_toxic(body, {each.name for each in proxy.toxics})
        proxy.add(toxic)
        return Reply(200, dump(toxic.shown()))

    async def _show_toxic(self, body: bytes, name: str, toxic: str) -> Reply:
        return Reply(200, dump(self._named(name, toxic)[1].shown()))

    async def _change(self, body: bytes, name: str, toxic: str) -> Reply:
        proxy, named = self._named(name, toxic)
        changed, wrong = as_change(body, named.toxic)
        if wrong is not None:
            # What could be read is kept, and shown from now on; links go on as they were.
            named.toxic = changed
            raise wrong
        proxy.change(named, changed)
        return Reply(200, dump(named.shown()))

    async def _remove(self, body: bytes, name: str, toxic: str) -> Reply:
        proxy, named = self._named(name, toxic)
        proxy.remove(named)
        return Reply(204, kind="")

    async def _version(self, body: bytes) -> Reply:
        return Reply(200, f'{{"version": "{VERSION}"}}\n', "application/json;charset=utf-8")

    async def _metrics(self, body: bytes) -> Reply:
        lines: list[str] = []
        for what, totals in (
            ("received", self._traffic.received),
            ("sent", self._traffic.sent),
        ):
            if totals:
                lines += _metric(f"toxiproxy_proxy_{what}_bytes_total", totals)
        return Reply(200, "".join(lines), "text/plain; version=0.0.4; charset=utf-8")

    def _new(self, given: Mapping[str, Any]) -> Proxy:
        listen, seed = given.get("listen", ""), given.get("seed", f"{self._seed}:{given['name']}")
        return Proxy(given["name"], listen, given["upstream"], seed, self._traffic)

    def _proxy(self, name: str) -> Proxy:
        if name not in self._proxies:
            raise Refused(404, "proxy not found")
        return self._proxies[name]

    def _named(self, name: str, toxic: str) -> tuple[Proxy, Named]:
        proxy = self._proxy(name)
        for each in proxy.listed():
            if each.name == toxic:
                return proxy, each
        raise Refused(404, "toxic not found")


class _Partly(Refused):
    """Some proxies were made before the error."""

    def __init__(self, status: int, words: str, done: list[Proxy]) -> None:
        super().__init__(status, words)
        self.done = done


def _metric(name: str, totals: Mapping[Counted, int]) -> list[str]:
    lines = [f"# HELP {name} \n", f"# TYPE {name} counter\n"]
    for key, total in sorted(totals.items()):
        labels = ",".join(
            f'{label}="{_label(value)}"'
            for label, value in (
                ("direction", key.direction),
                ("listener", key.listener),
                ("proxy", key.proxy),
                ("upstream", key.upstream),
            )
        )
        lines.append(f"{name}{{{labels}}} {total}\n")
    return lines


def _label(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
