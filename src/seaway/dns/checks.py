"""Route 53's health checks (HealthCheckConfig): asks instances how they are, and tells of changes.

Only who answers matters here; what is answered to resolvers follows from what is registered.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from seaway.core.discovery import DiscoveryService, Namespace, Registration
from seaway.store.sqlite import SqliteStore

INTERVAL_SECONDS = 10.0
"""Between two checks of an instance (Route 53: 30 seconds, from each of many places)."""

CONNECT_SECONDS = 4.0
ANSWER_SECONDS = 2.0
"""How long an endpoint may take to be connected to, and to answer then (Route 53's limits)."""

MOST_AT_ONCE = 50

AGENT = "Amazon-Route53-Health-Check-Service (Seaway)"

_DEFAULT_PORTS = {"HTTP": 80, "HTTPS": 443, "TCP": 80}


@dataclass(frozen=True, slots=True)
class Check:
    """What is asked of one instance, and after how many like answers it is believed."""

    key: str
    """The registration's."""
    kind: str
    """HTTP, HTTPS or TCP."""
    address: str
    port: int
    host: str
    """The name of the service, for the Host header."""
    path: str
    threshold: int
    healthy: bool
    """What was believed before."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An instance's health has changed."""

    key: str
    healthy: bool


class HealthChecks:
    """Asks every checked instance, again and again. Remembers only how its last answers went."""

    def __init__(self, store: SqliteStore, interval: float = INTERVAL_SECONDS) -> None:
        self._store = store
        self._interval = interval
        self._streaks: dict[str, tuple[bool, int]] = {}
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    async def verdicts(self) -> AsyncGenerator[Verdict, None]:
        """Every change, as it is found; for ever."""
        while True:
            checks = self._checks()
            self._streaks = {c.key: s for c in checks if (s := self._streaks.get(c.key))}
            results = await asyncio.gather(*(self._ask(check) for check in checks))
            for check, answered in zip(checks, results, strict=True):
                if self._believed(check, answered) and answered is not check.healthy:
                    yield Verdict(check.key, answered)
            await asyncio.sleep(self._interval)

    def _checks(self) -> list[Check]:
        with self._store.transaction() as tx:
            found = []
            for service in tx.where(DiscoveryService):
                space = tx.find(Namespace, service.namespace)
                if service.health_check is None or space is None:
                    continue
                for one in tx.where(Registration, service=service.arn):
                    check = check_of(service, space, one)
                    if check is not None:
                        found.append(check)
            return found

    async def _ask(self, check: Check) -> bool:
        async with self._room:
            return await answers(check)

    def _believed(self, check: Check, answered: bool) -> bool:
        before, length = self._streaks.get(check.key, (answered, 0))
        length = length + 1 if before is answered else 1
        self._streaks[check.key] = (answered, length)
        return length >= check.threshold


def check_of(service: DiscoveryService, space: Namespace, one: Registration) -> Check | None:
    """The check of an instance; an alias has none (API: HealthCheckConfig)."""
    given = dict(one.attributes)
    address = given.get("AWS_INSTANCE_IPV4") or given.get("AWS_INSTANCE_IPV6")
    if service.health_check is None or address is None:
        return None
    kind, path, threshold = service.health_check
    return Check(
        key=one.key,
        kind=kind,
        address=address,
        port=int(given.get("AWS_INSTANCE_PORT", _DEFAULT_PORTS[kind])),
        host=f"{service.name}.{space.name}",
        path=path if path.startswith("/") else f"/{path}",
        threshold=threshold,
        healthy=one.health == "HEALTHY",
    )


async def answers(check: Check) -> bool:
    """Whether the endpoint can be connected to and, over HTTP, answers with 2xx or 3xx."""
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                check.address, check.port, ssl=_any_certificate() if check.kind == "HTTPS" else None
            )
        if check.kind == "TCP":
            return True
        async with asyncio.timeout(ANSWER_SECONDS):
            request = (
                f"GET {check.path} HTTP/1.1\r\nHost: {check.host}\r\nUser-Agent: {AGENT}\r\n"
                "Connection: close\r\n\r\n"
            )
            writer.write(request.encode())
            status = (await reader.readline()).split()
        return len(status) > 1 and status[0].startswith(b"HTTP/") and b"200" <= status[1] < b"400"
    except (OSError, TimeoutError, ValueError):
        return False
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError, TimeoutError):
                await asyncio.wait_for(writer.wait_closed(), ANSWER_SECONDS)


def _any_certificate() -> ssl.SSLContext:
    """Route 53 doesn't validate certificates."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
