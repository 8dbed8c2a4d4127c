"""Clears away what no image needs any more: layers, blob files, abandoned uploads."""

from __future__ import annotations

import asyncio

from seaway.core.repository import Image, Layer, unclaimed_layers
from seaway.registry.blobs import BlobStore
from seaway.registry.pushes import Pushes
from seaway.store.sqlite import SqliteStore
from seaway.store.transaction import Transaction

GRACE = 24 * 3600.0
"""Seconds a push may take from its first layer to its manifest."""


class Sweep:
    """One pass over the registry; may be stopped at any point and run again."""

    def __init__(self, store: SqliteStore, blobs: BlobStore, pushes: Pushes) -> None:
        self._store = store
        self._blobs = blobs
        self._pushes = pushes

    async def run(self, now: float) -> None:
        """Drop unneeded layers, then the files no repository names. Raises OSError."""
        before = now - GRACE
        self._pushes.forget(before)
        self._blobs.cancel_stale(before)
        # The layers' going must be on disk before the files go: a layer without its file
        # would be a broken promise, a file without a layer is only swept next time.
        await self._store.transact(lambda tx: self._drop_layers(tx, before))
        for digest in await asyncio.to_thread(lambda: list(self._blobs.digests())):
            self._remove_unnamed(digest)
            await asyncio.sleep(0)

    def _drop_layers(self, tx: Transaction, before: float) -> None:
        layers, images = tx.where(Layer), tx.where(Image)
        for layer in unclaimed_layers(layers, images, self._pushes.touched, before):
            tx.drop(layer)

    def _remove_unnamed(self, digest: str) -> None:
        """Look and remove in one turn of the loop, so that no push comes in between."""
        if self._pushes.awaits(digest):
            return
        with self._store.transaction() as tx:
            named = tx.where(Layer, digest=digest)
        if not named:
            self._blobs.remove(digest)
