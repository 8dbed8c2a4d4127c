"""Requests as they pass: the proxy writes them down while somebody listens, and only then."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from seaway.core.mesh.accesslog import TAP_SWITCH
from seaway.core.mesh.labels import labels_of
from seaway.core.mesh.proxy import Labels
from seaway.insight.seen import Administration

log = logging.getLogger(__name__)

Lines = Callable[[], AsyncIterator[bytes]]
"""Follows the tap log from its end: what is written from now on."""

AGAIN_SECONDS = 5.0
"""Envoy forgets the switch when it starts anew, so it is set again and again."""

_WAITING = 10_000
"""Requests kept for a listener that is slow; of more the oldest are left out."""

_STATUS = re.compile(r"[1-5](\d\d|xx)")


class WrongFilter(ValueError):
    """What a filter says means nothing; the message says what would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which requests to show; "" = all. ``path`` is what a path begins with, or a glob with *."""

    caller: str = ""
    target: str = ""
    status: str = ""
    path: str = ""
    method: str = ""

    def __post_init__(self) -> None:
        if self.status and not _STATUS.fullmatch(self.status):
            raise WrongFilter(f'"{self.status}" is no status: write 503, 5xx or 4xx.')

    def passes(self, request: Request) -> bool:
        """Whether to show the request."""
        return (
            self.caller in ("", request.caller, f"{request.cluster}/{request.caller}")
            and self.target in ("", request.target, request.target_service)
            and (not self.method or request.method.upper() == self.method.upper())
            and self._has_status(request)
            and self._has_path(request)
        )

    def _has_status(self, request: Request) -> bool:
        if not self.status:
            return True
        status = str(request.status or "")
        return status == self.status or (
            self.status.endswith("xx") and status[:1] == self.status[0]
        )

    def _has_path(self, request: Request) -> bool:
        if "*" not in self.path:
            return request.path.startswith(self.path)
        parts = map(re.escape, self.path.split("*"))
        return re.fullmatch(".*".join(parts), request.path.partition("?")[0]) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request (TCP: connection) that passed. ``milliseconds`` is how long it took.

    ``flags`` are Envoy's response flags, why the proxy answered itself or gave up. ``upstream``
    is the address of the endpoint that answered, "" when none did.
    """

    at: str
    cluster: str
    caller: str
    target: str
    target_service: str
    protocol: str
    method: str
    authority: str
    path: str
    status: int | None
    flags: str
    details: str
    upstream: str
    attempts: int
    milliseconds: int
    received: int
    sent: int
    request_id: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def request_of(line: bytes) -> Request | None:
    """One line of the tap log; None for what is no such line."""
    try:
        told = json.loads(line)
        way = labels_of(str(told["way"]))
    except (ValueError, KeyError, TypeError):
        return None
    return None if way is None else _request(told, way)


def _request(told: Mapping[str, Any], way: Labels) -> Request:
    def text(name: str) -> str:
        return str(told.get(name) or "")

    def number(name: str) -> int:
        return int(told.get(name) or 0)

    # Where traffic is shifted, another service than the one that was called may have answered.
    chosen = labels_of(text("upstream_cluster")) or way
    return Request(
        at=text("start_time"),
        cluster=way.cluster,
        caller=way.service,
        target=way.discovery_name,
        target_service=chosen.target_service or way.target_service,
        protocol=text("protocol"),
        method=text("method"),
        authority=text("authority"),
        path=text("path"),
        status=number("response_code") or None,
        flags=text("response_flags").replace("-", ""),
        details=text("details") or text("termination"),
        upstream=text("upstream_host"),
        attempts=number("attempts") or 1,
        milliseconds=number("duration"),
        received=number("bytes_received"),
        sent=number("bytes_sent"),
        request_id=text("request_id"),
    )


class Tap:
    """The switch and the listeners. ``run`` it; ``listen`` as often as there are listeners."""

    def __init__(self, proxy: Administration, lines: Lines) -> None:
        self._proxy = proxy
        self._lines = lines
        self._listeners: dict[asyncio.Queue[Request | None], Filter] = {}
        self._wanted = asyncio.Event()
        self._left = asyncio.Event()

    async def run(self) -> None:
        """Write requests down while somebody listens; off at first, whatever was before."""
        await self._switch(0)
        try:
            while True:
                await self._wanted.wait()
                self._left.clear()
                await self._write_down()
        finally:
            for queue in self._listeners:
                _make_room(queue)
                queue.put_nowait(None)

    async def _write_down(self) -> None:
        jobs = [asyncio.create_task(job) for job in (self._keep_on(), self._hand_out())]
        try:
            await self._left.wait()
        finally:
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await self._switch(0)

    async def listen(self, only: Filter) -> AsyncIterator[Request]:
        """The requests that pass from now on, until ``run`` ends.

        The listener leaves by closing the iterator.
        """
        queue: asyncio.Queue[Request | None] = asyncio.Queue(_WAITING)
        self._listeners[queue] = only
        self._wanted.set()
        try:
            while (request := await queue.get()) is not None:
                yield request
        finally:
            del self._listeners[queue]
            if not self._listeners:
                self._wanted.clear()
                self._left.set()

    async def _keep_on(self) -> None:
        while True:
            await self._switch(100)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _hand_out(self) -> None:
        try:
            async for line in self._lines():
                request = request_of(line)
                if request is not None:
                    self._hand(request)
        except OSError:
            log.exception("the tap log can't be read")

    def _hand(self, request: Request) -> None:
        for queue, only in self._listeners.items():
            if only.passes(request):
                _make_room(queue)
                queue.put_nowait(request)

    async def _switch(self, percent: int) -> None:
        try:
            await self._proxy.set_runtime({TAP_SWITCH: percent})
        except OSError as error:
            if percent:  # an Envoy that is not there yet writes nothing down anyway
                log.info("the tap could not be set to %d: %s", percent, error)


def _make_room(queue: asyncio.Queue[Request | None]) -> None:
    if queue.full():
        queue.get_nowait()
