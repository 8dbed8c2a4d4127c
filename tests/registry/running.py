"""A registry and the ECR API on a real port, in a thread or as a program of its own.

As a program: ``python running.py DIRECTORY PORT``; it prints ``ready`` when it answers.
"""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import boto3
import uvicorn
from botocore.config import Config

from seaway.aws import ecr
from seaway.aws.gateway import Gateway
from seaway.aws.offered import by_service
from seaway.core.moment import Moment
from seaway.core.names import Place
from seaway.registry.blobs import BlobStore
from seaway.registry.server import Registry
from seaway.store.sqlite import SqliteStore

T = TypeVar("T")

HERE = Place(account="000000000000", region="us-east-1")


@dataclass
class Clock:
    """The real clock, which a test may put forward."""

    ahead: float = 0.0

    def moment(self) -> Moment:
        return Moment(time.time() + self.ahead, os.urandom)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The first error's code."""
        return str(self.json["errors"][0]["code"])

    @property
    def message(self) -> str:
        return str(self.json["errors"][0]["message"])


@dataclass
class Running:
    """The two on ``port`` (0: a free one), with their state under ``directory``."""

    directory: Path
    port: int = 0
    clock: Clock = field(default_factory=Clock)

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", self.port))
        # asyncio sets it only where a socket names its protocol; every answer would wait 40 ms.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = self._socket.getsockname()[1]
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._up.wait(20), "the server did not start"
        self.token = self.on_loop(self.registry.issue_token)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.store = SqliteStore(self.directory / "seaway.db")
        self.store.open()
        self.blobs = BlobStore(self.directory / "registry")
        self.blobs.open()
        self.registry = Registry(self.store, self.blobs, self.clock.moment, HERE)
        gateway = Gateway(
            by_service(ecr.operations()),
            transact=self.store.transact,
            moment=self.clock.moment,
            host=f"127.0.0.1:{self.port}",
        )

        async def app(scope: Any, receive: Any, send: Any) -> None:
            of_registry = scope["path"] == "/v2" or scope["path"].startswith("/v2/")
            await (self.registry if of_registry else gateway)(scope, receive, send)

        config = uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False)
        self._server = uvicorn.Server(config)
        # Signals belong to the main thread.
        self._server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        async with asyncio.TaskGroup() as jobs:
            sweeping = jobs.create_task(self.registry.run())
            serving = jobs.create_task(self._server.serve([self._socket]))
            self._up.set()
            await serving
            sweeping.cancel()
        self.store.close()

    def on_loop(self, function: Callable[[], T]) -> T:
        """Run a function where the store may be used."""

        async def run() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), self.loop).result(20)

    def sweep(self) -> None:
        asyncio.run_coroutine_threadsafe(self.registry.sweep(), self.loop).result(20)

    def ecr(self, account_region: str = "us-east-1") -> Any:
        return boto3.client(
            "ecr",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name=account_region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"max_attempts": 1}),
        )

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Iterable[bytes] | None = None,
        **headers: str | None,
    ) -> Answer:
        """One request on a connection of its own; ``Content_Range="0-1"`` sets a header."""
        login = base64.b64encode(f"AWS:{self.token}".encode()).decode()
        sent: dict[str, str | None] = {"Authorization": f"Basic {login}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            given = {name: value for name, value in sent.items() if value is not None}
            connection.request(method, path, body=body, headers=given)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()


def main() -> None:
    directory, port = sys.argv[1:]
    running = Running(Path(directory), int(port))
    with running:
        running.ecr()
        print("ready", running.token, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
