"""Keeps the name server's book up to date with what is registered."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path

from seaway.core.balancer import LoadBalancer
from seaway.core.discovery import DiscoveryService, NamedEndpoint, Namespace, Registration
from seaway.core.network import Vpc
from seaway.dns.book import encode, replace_file
from seaway.dns.zones import book
from seaway.store.changes import Change
from seaway.store.sqlite import SqliteStore

NOUNS = (Namespace, DiscoveryService, Registration, NamedEndpoint, LoadBalancer, Vpc)

PAUSE_SECONDS = 0.01
"""Between two books, so that many changes at once make few of them."""


class BookPublisher:
    """Writes the book (``file``) when a noun it is made from has changed."""

    def __init__(self, store: SqliteStore, file: Path) -> None:
        self._store = store
        self._file = file
        self._bell = asyncio.Event()
        self._written = b""
        store.doorbell.listen(self._hear)

    def _hear(self, changes: Iterable[Change]) -> None:
        if any(isinstance(change.either, NOUNS) for change in changes):
            self._bell.set()

    async def run(self) -> None:
        """Write for ever; the first book at once."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        while True:
            self._bell.clear()
            self._write()
            await asyncio.sleep(PAUSE_SECONDS)
            await self._bell.wait()

    def _write(self) -> None:
        with self._store.transaction() as tx:
            content = encode(book(tx))
        if content != self._written:
            replace_file(self._file, content)
            self._written = content
