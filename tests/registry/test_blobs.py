"""Blobs and uploads on disk."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seaway.core.manifest import digest_of
from seaway.registry.blobs import BATCH, BlobStore, DigestMismatch
from tests.registry.disk import no_file_longer_than


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    store = BlobStore(tmp_path)
    store.open()
    return store


async def pieces(*contents: bytes) -> AsyncIterator[bytes]:
    for content in contents:
        yield content


async def read(blobs: BlobStore, digest: str, length: int) -> bytes:
    return b"".join([piece async for piece in blobs.read(digest, 0, length)])


def test_a_blob_is_there_only_when_it_is_whole(blobs: BlobStore) -> None:
    async def story() -> None:
        content = b"a" * (2 * BATCH + 5)
        upload = blobs.begin("owner", "one")
        await upload.append(pieces(content[:BATCH], content[BATCH:]))
        assert not blobs.has(digest_of(content))
        await blobs.finish(upload, digest_of(content))
        assert blobs.has(digest_of(content))
        assert blobs.find("owner", "one") is None
        assert await read(blobs, digest_of(content), len(content)) == content

    asyncio.run(story())


def test_what_came_before_the_pieces_broke_off_is_kept(blobs: BlobStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"first "
        raise ConnectionError

    async def story() -> None:
        upload = blobs.begin("owner", "one")
        with pytest.raises(ConnectionError):
            await upload.append(broken())
        assert upload.size == 6
        await upload.append(pieces(b"second"))
        await blobs.finish(upload, digest_of(b"first second"))

    asyncio.run(story())


def test_a_wrong_digest_leaves_nothing_behind(blobs: BlobStore, tmp_path: Path) -> None:
    async def story() -> None:
        upload = blobs.begin("owner", "one")
        await upload.append(pieces(b"content"))
        with pytest.raises(DigestMismatch, match=digest_of(b"content")):
            await blobs.finish(upload, digest_of(b"something else"))

    asyncio.run(story())
    assert list((tmp_path / "uploads").iterdir()) == []
    assert list(blobs.digests()) == []


def test_a_full_disk_does_not_spoil_the_digest(blobs: BlobStore) -> None:
    async def story() -> None:
        upload = blobs.begin("owner", "one")
        await upload.append(pieces(b"one "))
        with no_file_longer_than(6), pytest.raises(OSError):
            await upload.append(pieces(b"two three"))
        assert upload.size == 6
        await upload.append(pieces(b"o three"))
        await blobs.finish(upload, digest_of(b"one two three"))

    asyncio.run(story())


def test_an_abandoned_upload_is_forgotten_unless_it_is_being_written(blobs: BlobStore) -> None:
    async def story() -> None:
        idle, busy = blobs.begin("owner", "idle"), blobs.begin("owner", "busy")
        async with busy.lock:
            blobs.cancel_stale(before=idle.path.stat().st_mtime + 1)
        assert blobs.find("owner", "idle") is None
        assert blobs.find("owner", "busy") is busy

    asyncio.run(story())
