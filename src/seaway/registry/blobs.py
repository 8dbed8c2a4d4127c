"""Blobs on disk by digest, and the uploads that are on their way there.

``blobs/sha256/ab/<digest>`` holds whole, verified content only: a file appears there by one
rename, after its bytes are hashed and synced. ``uploads/`` holds what has come so far; its
file length is the upload's progress, so an upload outlives a restart.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

BATCH = 1 << 20
"""Bytes of one trip to the disk. An upload holds two batches in memory, a download one."""


class DigestMismatch(Exception):
    """The content is not what its digest says; holds the digest it has."""


class Upload:
    """A blob on its way in. One request at a time works on it, under ``lock``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.id = path.name.partition("-")[2]
        self.size = path.stat().st_size
        """Bytes that have come so far."""
        self.lock = asyncio.Lock()
        # What was written before a restart has to be read again to be hashed.
        self._hash = hashlib.sha256() if self.size == 0 else None

    async def append(self, pieces: AsyncIterator[bytes]) -> None:
        """Take in pieces as they come; what came is kept when they break off."""
        waiting = bytearray()
        writing: asyncio.Future[None] | None = None
        try:
            async for piece in pieces:
                waiting += piece
                if len(waiting) >= BATCH:
                    if writing is not None:
                        await writing
                    writing = asyncio.ensure_future(asyncio.to_thread(self._write, waiting))
                    waiting = bytearray()
        finally:
            # If that write failed this raises again: nothing is put after a hole.
            if writing is not None:
                await writing
            if waiting:
                await asyncio.to_thread(self._write, waiting)

    def _write(self, data: bytearray) -> None:
        left = memoryview(data)
        # A failed write leaves file and hash apart: the hash is only right again if all went well.
        hashed, self._hash = self._hash, None
        try:
            with self.path.open("ab", buffering=0) as file:
                while left:
                    left = left[file.write(left) :]
        finally:
            self.size = self.path.stat().st_size
        if hashed is not None:
            hashed.update(data)
            self._hash = hashed

    def settle(self, digest: str, target: Path) -> None:
        """Verify, sync, and move to ``target`` in one step. Raises DigestMismatch."""
        found = "sha256:" + self._digest()
        if found != digest:
            raise DigestMismatch(found)
        with self.path.open("rb") as file:
            os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        self.path.rename(target)
        _sync(target.parent)

    def _digest(self) -> str:
        if self._hash is None:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        return self._hash.hexdigest()


class BlobStore:
    """The blobs and uploads under one directory."""

    def __init__(self, root: Path) -> None:
        self._blobs = root / "blobs" / "sha256"
        self._uploads = root / "uploads"
        self._under_way: dict[str, Upload] = {}

    def open(self) -> None:
        """Make the directories. Raises OSError."""
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._uploads.mkdir(parents=True, exist_ok=True)

    def path(self, digest: str) -> Path:
        """Where the blob of this digest is kept."""
        name = digest.removeprefix("sha256:")
        return self._blobs / name[:2] / name

    def has(self, digest: str) -> bool:
        """Whether the blob is here, whole."""
        return self.path(digest).is_file()

    def begin(self, owner: str, name: str) -> Upload:
        """Start an upload called ``name`` for ``owner`` (a repository's ARN)."""
        path = self._upload_path(owner, name)
        path.touch(exist_ok=False)
        return self._under_way.setdefault(path.name, Upload(path))

    def find(self, owner: str, name: str) -> Upload | None:
        """The upload of this name, if it is under way for ``owner``."""
        path = self._upload_path(owner, name)
        known = self._under_way.get(path.name)
        if known is not None or not path.is_file():
            return known
        return self._under_way.setdefault(path.name, Upload(path))

    async def finish(self, upload: Upload, digest: str) -> None:
        """Keep the upload as the blob of this digest. Raises DigestMismatch; then it is gone."""
        try:
            await asyncio.to_thread(upload.settle, digest, self.path(digest))
        except DigestMismatch:
            self.cancel(upload)
            raise
        self._under_way.pop(upload.path.name, None)

    def cancel(self, upload: Upload) -> None:
        """Forget an upload and what came of it."""
        self._under_way.pop(upload.path.name, None)
        upload.path.unlink(missing_ok=True)

    def cancel_stale(self, before: float) -> None:
        """Forget the uploads nobody wrote to since ``before`` (epoch seconds)."""
        for path in list(self._uploads.iterdir()):
            known = self._under_way.get(path.name)
            if (known is None or not known.lock.locked()) and path.stat().st_mtime < before:
                self._under_way.pop(path.name, None)
                path.unlink()

    async def read(self, digest: str, start: int, length: int) -> AsyncIterator[bytes]:
        """``length`` bytes of a blob from ``start`` on. Raises FileNotFoundError."""
        file = self.path(digest).open("rb", buffering=0)
        try:
            file.seek(start)
            while length > 0:
                piece = await asyncio.to_thread(file.read, min(BATCH, length))
                if not piece:
                    raise EOFError(f"the blob {digest} is shorter on disk than it was")
                length -= len(piece)
                yield piece
        finally:
            file.close()

    def digests(self) -> Iterator[str]:
        """The digests of all blobs here."""
        for drawer in self._blobs.iterdir():
            for path in drawer.iterdir():
                yield f"sha256:{path.name}"

    def remove(self, digest: str) -> None:
        """Remove a blob; who reads it reads on to its end."""
        self.path(digest).unlink(missing_ok=True)

    def _upload_path(self, owner: str, name: str) -> Path:
        mark = hashlib.blake2s(owner.encode(), digest_size=8).hexdigest()
        return self._uploads / f"{mark}-{name}"


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
