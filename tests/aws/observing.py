"""Logs and CloudWatch on a real port, over a real store, with boto3 as the client."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import uvicorn
from botocore.config import Config

from seaway.aws import cloudwatch, logs
from seaway.aws.gateway import Gateway
from seaway.aws.offered import by_service
from seaway.core.moment import Moment
from seaway.store.sqlite import SqliteStore


class Observed:
    """A gateway with a clock one sets (epoch seconds; signatures are not checked)."""

    def __init__(self, directory: Path, clock: Callable[[], float]) -> None:
        self.now: float | None = None
        self._clock = clock
        self.store = SqliteStore(directory / "seaway.db")
        self.port = 0
        self._server: uvicorn.Server | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def __enter__(self) -> Observed:
        self._thread.start()
        assert self._up.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.should_exit = True
        self._thread.join()

    def moment(self) -> Moment:
        """The clock's instant."""
        return Moment(self._clock() if self.now is None else self.now, os.urandom)

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client of this gateway."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            config=Config(retries={"max_attempts": 0}),
        )

    @property
    def url(self) -> str:
        """Where the gateway listens."""
        return f"http://127.0.0.1:{self.port}"

    def write(self, function: Callable[[Any], Any]) -> Any:
        """Run a function in a transaction, as another room would; comes back when it is kept."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(self.store.transact(function), self._loop).result(
            10
        )

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.store.open()
        handlers = [*logs.operations(), *cloudwatch.operations()]
        gateway = Gateway(
            by_service(handlers),
            transact=self.store.transact,
            moment=self.moment,
        )
        listener = socket.create_server(("127.0.0.1", 0))
        # asyncio sets it only where a socket names its protocol; every answer would wait 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.port = listener.getsockname()[1]
        config = uvicorn.Config(gateway, http="httptools", lifespan="off", log_config=None)
        self._server = uvicorn.Server(config)
        self._up.set()
        try:
            await self._server.serve([listener])
        finally:
            self.store.close()
