"""What the machine-local API answers about the mesh: explain, top, tap, health, metrics."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from urllib.parse import parse_qsl

from seaway.core.capacity import Host
from seaway.core.mesh.sample import TrafficSample
from seaway.insight import prometheus
from seaway.insight.explain import explain
from seaway.insight.explanation import Explanation
from seaway.insight.health import traffic_health
from seaway.insight.lately import Lately
from seaway.insight.parties import Nobody, caller_named
from seaway.insight.rates import Edge, Flow, Rates
from seaway.insight.seen import Administration, Conversations, Seen, seen_of
from seaway.insight.tap import Filter, Lines, Request, Tap, WrongFilter
from seaway.store.series import Series
from seaway.store.transaction import Transaction

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SHORT, LONG = 10.0, 60.0
"""Seconds that top shows."""

MOST_MINUTES = 60 * 24 * 15
"""How far back health may be asked for: CloudWatch keeps points of a minute for 15 days."""


class Store(Protocol):
    """What is read of the store."""

    @property
    def series(self) -> Series: ...

    def transaction(self) -> AbstractContextManager[Transaction]: ...


class BadQuestion(Exception):
    """A question that can't be answered as it is; the message says what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """What is there of the machine once it is up."""

    talk: Conversations
    proxies: Mapping[str, Administration]
    tap: Tap


class Insight:
    """Answers under /_seaway/mesh/ and /_seaway/metrics. ``clock`` gives epoch seconds."""

    def __init__(self, store: Store, clock: Callable[[], float], version: str) -> None:
        self._store = store
        self._clock = clock
        self._version = version
        self._view: _View | None = None
        self._rates = Rates()

    def attach(
        self, talk: Conversations, proxies: Mapping[str, Administration], tapped: tuple[str, Lines]
    ) -> Tap:
        """Say who talks with the proxies; before that only the store is known. Run the tap.

        ``proxies`` are by host; ``tapped`` is the host whose tap log can be followed, and how.
        """
        host, lines = tapped
        tap = Tap(proxies[host], lines)
        self._view = _View(talk=talk, proxies=proxies, tap=tap)
        return tap

    def take(self, node: str, samples: Sequence[TrafficSample]) -> None:
        """A proxy's report."""
        self._rates.take(node, samples)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One HTTP request."""
        asked = dict(parse_qsl(scope.get("query_string", b"").decode(), keep_blank_values=True))
        path = scope["path"]
        try:
            if scope["method"] not in ("GET", "HEAD"):
                await _answer(send, {"error": "Only GET is answered here."}, 405)
            elif path == "/_seaway/metrics":
                await _answer_text(send, self._metrics(), prometheus.CONTENT_TYPE)
            elif path == "/_seaway/mesh/tap":
                await self._stream(asked, receive, send)
            else:
                await _answer(send, await self._said(path.rsplit("/", 1)[-1], asked))
        except BadQuestion as error:
            await _answer(send, {"error": str(error)}, 400)

    async def _said(self, question: str, asked: Mapping[str, str]) -> Any:
        match question:
            case "explain":
                return await self._explain(asked)
            case "top":
                return self._top()
            case "health":
                return self._health(asked)
            case _:
                raise BadQuestion("Ask for explain, top, tap or health.")

    async def _explain(self, asked: Mapping[str, str]) -> Any:
        caller, target = _given(asked, "caller"), _given(asked, "target")
        seen = await self._seen()
        now = self._clock()
        lately = Lately(minute=self._rates.edges(now, LONG), seconds=self._rates.edges(now, SHORT))
        with self._store.transaction() as tx:
            told = explain(
                tx, caller, target, cluster=asked.get("cluster"), seen=seen, lately=lately
            )
        return _explanation(told)

    async def _seen(self) -> dict[str, Seen]:
        view = self._view
        with self._store.transaction() as tx:
            hosts = [host.id for host in tx.where(Host)]
        if view is None:
            return {host: Seen(host=host) for host in hosts}
        found = {}
        for host in hosts:
            clusters = None
            if host in view.proxies:
                # One that does not answer is no failure of ours: it is what is told.
                with contextlib.suppress(OSError):
                    clusters = await view.proxies[host].clusters()
            found[host] = seen_of(host, view.talk, clusters)
        return found

    def _top(self) -> Any:
        now = self._clock()
        short = {edge.labels: edge for edge in self._rates.edges(now, SHORT)}
        told = [_edge(short[edge.labels], edge) for edge in self._rates.edges(now, LONG)]
        return {"at": now, "edges": told}

    def _health(self, asked: Mapping[str, str]) -> Any:
        minutes = _number(asked, "minutes", 10)
        with self._store.transaction() as tx:
            try:
                party = caller_named(tx, _given(asked, "service"), asked.get("cluster"))
            except Nobody as nobody:
                raise BadQuestion(str(nobody)) from nobody
        cluster, service = party.identity.cluster, party.identity.name
        rows = traffic_health(self._store.series, cluster, service, minutes, self._clock())
        return {
            "cluster": cluster,
            "service": service,
            "minutes": minutes,
            "rows": [asdict(row) for row in rows],
        }

    def _metrics(self) -> str:
        view = self._view
        with self._store.transaction() as tx:
            hosts = [host.id for host in tx.where(Host)]
            connected = {host: view is not None and view.talk.connected(host) for host in hosts}
            return prometheus.exposition(self._rates, tx, connected, self._version, self._clock())

    async def _stream(self, asked: Mapping[str, str], receive: Receive, send: Send) -> None:
        """Requests as they pass, one JSON object a line, until the client goes."""
        if self._view is None:
            await _answer(send, {"error": "The proxy is not up yet; try again."}, 503)
            return
        names = [name for name in Filter.__slots__ if name in asked]
        try:
            only = Filter(**{name: asked[name] for name in names})
        except WrongFilter as error:
            raise BadQuestion(str(error)) from error
        requests = self._view.tap.listen(only)
        passing = asyncio.create_task(_pass_on(requests, send))
        leaving = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait({passing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            passing.cancel()
            leaving.cancel()
            await asyncio.gather(passing, leaving, return_exceptions=True)


async def _pass_on(requests: AsyncIterator[Request], send: Send) -> None:
    headers = [(b"content-type", b"application/x-ndjson"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"", "more_body": True})
    async with contextlib.aclosing(requests):  # type: ignore[type-var]
        async for request in requests:
            line = json.dumps(request.as_dict()).encode() + b"\n"
            await send({"type": "http.response.body", "body": line, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _given(asked: Mapping[str, str], name: str) -> str:
    if not asked.get(name):
        raise BadQuestion(f"Say {name}=… in the query.")
    return asked[name]


def _number(asked: Mapping[str, str], name: str, default: int) -> int:
    text = asked.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MOST_MINUTES:
        raise BadQuestion(f"{name} is a whole number from 1 to {MOST_MINUTES}.")
    return int(text)


def _explanation(told: Explanation) -> dict[str, Any]:
    return {
        "caller": told.caller,
        "target": told.target,
        "standing": told.standing,
        "diagnosis": told.diagnosis,
        "steps": [asdict(step) for step in told.steps],
    }


def _edge(short: Edge, long: Edge) -> dict[str, Any]:
    return {
        "labels": dict(long.labels.items()),
        "connections": long.connections,
        "targets": long.targets,
        "healthy": long.healthy,
        "last_10s": _flow(short.flow),
        "last_60s": _flow(long.flow),
    }


def _flow(flow: Flow) -> dict[str, Any]:
    return {**asdict(flow), "requests": flow.requests, "errors": flow.errors}


async def _answer(send: Send, body: Any, status: int = 200) -> None:
    await _answer_text(send, json.dumps(body), "application/json", status)


async def _answer_text(send: Send, text: str, kind: str, status: int = 200) -> None:
    content = text.encode()
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(content)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})
