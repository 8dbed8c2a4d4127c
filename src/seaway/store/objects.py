"""The bytes of S3's objects, in files that never change.

A file appears under its own name, which no other ever has, by one rename after its bytes are
synced; only then a noun names it. What no noun names is swept away. So a crash leaves at worst
a file too many, never an object without its bytes.
"""

from __future__ import annotations

import base64
import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from seaway.core.buckets import Bucket, Pairs, StoredObject, UploadPart, object_key
from seaway.core.functions import Function
from seaway.core.moment import Moment
from seaway.store.transaction import Transaction

SWEPT_AFTER = 3600.0
"""Seconds that a file without a noun is left alone: somebody may be about to name it."""


class NoSuchBucket(Exception):
    """There is no bucket of this name."""


class ObjectFiles:
    """The files of one installation's objects, under one directory."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self) -> None:
        """Make the directories, and clear what a crash left half written. Raises OSError."""
        self._coming.mkdir(parents=True, exist_ok=True)
        for path in self._coming.iterdir():
            path.unlink()

    def path(self, file: str) -> Path:
        """Where the bytes of this name lie."""
        return self._root / file[:2] / file

    def coming(self, file: str) -> Path:
        """Where bytes are gathered until they are whole."""
        return self._coming / file

    def settle(self, file: str) -> None:
        """What was gathered is whole: sync it and give it its name."""
        source, target = self.coming(file), self.path(file)
        with source.open("rb") as handle:
            os.fsync(handle.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        source.rename(target)
        _sync(target.parent)

    def write(self, file: str, data: bytes) -> None:
        """Keep bytes that are at hand."""
        self.coming(file).write_bytes(data)
        self.settle(file)

    def read(self, file: str) -> bytes:
        """All bytes of a file; for small ones. Raises OSError."""
        return self.path(file).read_bytes()

    def forget(self, file: str) -> None:
        """No noun names it any more; who reads it reads on to its end."""
        self.path(file).unlink(missing_ok=True)

    def sweep(self, named: set[str], before: float) -> None:
        """Remove files nobody names that are older than ``before`` (epoch seconds)."""
        for path in self._files():
            if path.name not in named and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)

    def _files(self) -> Iterator[Path]:
        for drawer in self._root.iterdir():
            if drawer != self._coming:
                yield from drawer.iterdir()

    @property
    def _coming(self) -> Path:
        return self._root / "coming"


def named_files(tx: Transaction) -> set[str]:
    """The files that objects, parts of uploads and functions are made of."""
    objects = {one.file for one in tx.where(StoredObject)}
    parts = {part.file for part in tx.where(UploadPart)}
    return objects | parts | {one.code_file for one in tx.where(Function) if one.code_file}


def store_object(
    tx: Transaction,
    files: ObjectFiles,
    bucket: str,
    name: str,
    data: bytes,
    moment: Moment,
    content_type: str = "application/octet-stream",
) -> None:
    """Write an object whose bytes are at hand: for what Seaway itself puts into buckets.

    Raises NoSuchBucket, OSError.
    """
    if tx.find(Bucket, bucket) is None:
        raise NoSuchBucket(bucket)
    file = moment.hex(32)
    files.write(file, data)
    made = StoredObject(
        key=object_key(bucket, name),
        bucket=bucket,
        name=name,
        size=len(data),
        etag=hashlib.md5(data, usedforsecurity=False).hexdigest(),
        modified_at=moment.now,
        file=file,
        sha256=hashlib.sha256(data).hexdigest(),
        headers=(("content-type", content_type),),
        checksums=_checksum(data),
    )
    tx.put(made)


def _checksum(data: bytes) -> Pairs:
    return (("crc32", base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()),)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
