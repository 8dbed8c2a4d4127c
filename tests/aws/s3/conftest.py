"""S3 on a real socket, with a store and files on disk."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import uvicorn
from botocore.config import Config

from seaway.aws.gateway import Gateway
from seaway.aws.s3.door import S3
from seaway.core.moment import Moment
from seaway.store.objects import ObjectFiles
from seaway.store.sqlite import SqliteStore
from tests.handlers import Counted

SECRETS = {"ASIAKNOWN": "known"}
"""Keys whose signatures are checked; others' are not."""


@dataclass
class Served:
    """Where S3 answers, and what is behind it."""

    port: int
    store: SqliteStore
    files: ObjectFiles
    directory: Path

    def client(self, *, key: str = "test", secret: str = "test", **config: Any) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name="us-east-1",
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(retries={"max_attempts": 0}, parameter_validation=False, **config),
        )


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    token = Counted()
    store = SqliteStore(tmp_path / "seaway.db")
    files = ObjectFiles(tmp_path / "objects")
    files.open()
    listener = socket.create_server(("127.0.0.1", 0))

    def moment() -> Moment:
        return Moment(time.time(), token)

    gateway = Gateway({}, transact=store.transact, moment=moment, keys=SECRETS.get)
    app = S3(store, files, moment, gateway.authorise)
    server = uvicorn.Server(
        uvicorn.Config(app, log_config=None, lifespan="off", server_header=False)
    )

    def run() -> None:
        # The store belongs to the loop's thread.
        async def serve() -> None:
            store.open()
            await server.serve([listener])
            store.close()

        asyncio.run(serve())

    thread = threading.Thread(target=run)
    thread.start()
    yield Served(listener.getsockname()[1], store, files, tmp_path)
    server.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def s3(served: Served) -> Iterator[Any]:
    client = served.client()
    client.create_bucket(Bucket="cats")
    yield client
    client.close()
