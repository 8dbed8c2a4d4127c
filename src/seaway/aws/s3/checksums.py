"""Checksums of objects, as S3's clients send and verify them."""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Protocol

ALGORITHMS = ("crc32", "crc32c", "crc64nvme", "sha1", "sha256")
FULL_OBJECT = ("crc32", "crc32c", "crc64nvme")
"""Those that can be of a whole object that came in parts."""


class Checksum(Protocol):
    """A checksum on its way."""

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        """Take in more bytes."""

    def digest(self) -> bytes:
        """What it is so far."""


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


class _Reflected:
    """A CRC that the standard library lacks; byte by byte, some MiB a second."""

    def __init__(self, table: tuple[int, ...], width: int) -> None:
        self._table = table
        self._width = width
        self._value = (1 << width) - 1

    def update(self, data: bytes | bytearray | memoryview, /) -> None:
        table, value = self._table, self._value
        for byte in data:
            value = table[(value ^ byte) & 0xFF] ^ (value >> 8)
        self._value = value

    def digest(self) -> bytes:
        return (self._value ^ ((1 << self._width) - 1)).to_bytes(self._width // 8, "big")


def _table(polynomial: int) -> tuple[int, ...]:
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = (byte >> 1) ^ polynomial if byte & 1 else byte >> 1
        table.append(byte)
    return tuple(table)


_CASTAGNOLI = _table(0x82F63B78)
_NVME = _table(0x9A6C9329AC4BC9B5)


def new_checksum(algorithm: str) -> Checksum:
    """An empty checksum of one of ALGORITHMS."""
    match algorithm:
        case "crc32":
            return _Crc32()
        case "crc32c":
            return _Reflected(_CASTAGNOLI, 32)
        case "crc64nvme":
            return _Reflected(_NVME, 64)
        case _:
            return hashlib.new(algorithm, usedforsecurity=False)


def written(digest: bytes) -> str:
    """A checksum as headers and XML have it."""
    return base64.b64encode(digest).decode()


def of_parts(algorithm: str, digests: list[str]) -> str:
    """The checksum of parts' checksums, and how many they were (S3 guide: composite)."""
    whole = new_checksum(algorithm)
    for digest in digests:
        whole.update(base64.b64decode(digest))
    return f"{written(whole.digest())}-{len(digests)}"
