"""boto3 clients whose requests go through the whole gateway, into a store in memory.

No socket: what botocore would send is handed to the ASGI application, so that signing, parsing,
the model's constraints, the handlers and rendering are all the real ones.
"""

from __future__ import annotations

import asyncio
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, MutableMapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from seaway.aws.gateway import Gateway
from seaway.aws.model import Models, Service, load
from seaway.aws.offered import by_service
from seaway.aws.operation import Handler
from seaway.core.moment import Moment
from seaway.link.functions import Functions
from seaway.store.resident import Resident
from seaway.store.transaction import Transaction
from tests.handlers import REGION, Counted


class _Clients:
    """boto3 clients that are used again: making one costs more than most tests."""

    def __init__(self) -> None:
        self._free: defaultdict[tuple[str, str], list[Any]] = defaultdict(list)

    def take(self, service: str, region: str) -> Any:
        """A client nobody uses now."""
        free = self._free[service, region]
        return free.pop() if free else _new_client(service, region)

    def give_back(self, service: str, region: str, client: Any) -> None:
        """Nobody uses it any more."""
        self._free[service, region].append(client)


_CLIENTS = _Clients()


@cache
def _model(service: str, operations: frozenset[str]) -> Service:
    return load(service, operations)


class _Models(Models):
    """The models, each read once for all gateways."""

    def service(self, name: str) -> Service:
        return _model(name, frozenset(self._wanted[name]))


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterable[bytes]:
        content = self.read()
        while content:
            yield content
            content = self.read()


class Wired:
    """A gateway over a store in memory, and a clock one sets (epoch seconds)."""

    def __init__(
        self,
        handlers: Iterable[Handler],
        now: float | None = None,
        functions: Functions | None = None,
    ) -> None:
        self.store = Resident()
        # Signatures are checked against this clock, and botocore signs with the real one.
        self.now = now
        self._token = Counted()
        self._runner = asyncio.Runner()
        operations = by_service(handlers)
        self.gateway = Gateway(
            operations,
            transact=self._transact,
            moment=self.moment,
            models=_Models(operations),
            functions=functions,
        )
        self._clients: list[tuple[str, str, Any]] = []

    def close(self) -> None:
        """End the event loop, and give the clients back."""
        self._runner.close()
        for service, region, client in self._clients:
            client.meta.events.unregister("before-send", self._send)
            _CLIENTS.give_back(service, region, client)
        self._clients.clear()

    def moment(self) -> Moment:
        """The clock's instant."""
        return Moment(1_800_000_000.0 if self.now is None else self.now, self._token)

    def put(self, *nouns: Any) -> None:
        """Write nouns, as another room would."""
        with self.store.transaction() as tx:
            for noun in nouns:
                tx.put(noun)

    def all(self, noun: type[Any]) -> list[Any]:
        """Every noun of this kind."""
        with self.store.transaction() as tx:
            return tx.where(noun)

    def client(self, service: str, region: str = REGION) -> Any:
        """A boto3 client of this gateway."""
        client = _CLIENTS.take(service, region)
        client.meta.events.register("before-send", self._send)
        self._clients.append((service, region, client))
        return client

    async def _transact(
        self, function: Callable[[Transaction], Any], *, reads: bool = False
    ) -> Any:
        with self.store.transaction() as tx:
            return function(tx)

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        status, headers, body = self._runner.run(self._ask(request))
        return AWSResponse(request.url, status, headers, _Raw(body))

    async def _ask(self, request: Any) -> tuple[int, dict[str, str], bytes]:
        url = urlsplit(request.url)
        given = request.body or b""
        content = given.encode() if isinstance(given, str) else given
        headers = {"host": url.netloc} | dict(request.headers.items())
        scope = {
            "type": "http",
            "method": request.method,
            "path": url.path or "/",
            "raw_path": (url.path or "/").encode(),
            "query_string": url.query.encode(),
            "headers": [(_bytes(k).lower(), _bytes(v)) for k, v in headers.items()],
        }
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self.gateway(scope, receive, send)
        answered = {k.decode(): v.decode() for k, v in sent[0]["headers"]}
        body = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], answered, body


def _new_client(service: str, region: str) -> Any:
    return boto3.client(
        service,
        region_name=region,
        endpoint_url="http://localhost:4566",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        # What is wrong in a request must be found by us, not by botocore.
        config=Config(
            retries={"max_attempts": 0}, inject_host_prefix=False, parameter_validation=False
        ),
    )


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value
