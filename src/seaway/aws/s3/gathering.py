"""A request's body on its way into a file: decoded, hashed and verified as it comes."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from seaway.aws.s3.checksums import ALGORITHMS, Checksum, new_checksum, written
from seaway.aws.s3.errors import Refusal, bad_digest, bad_request, invalid
from seaway.core.buckets import LARGEST_PUT, Pairs
from seaway.store.objects import ObjectFiles

BATCH = 1 << 20
"""Bytes of one trip to the disk."""

_LONGEST_LINE = 16 * 1024


@dataclass(frozen=True, slots=True)
class Gathered:
    """A file that is whole, and what it is."""

    file: str
    size: int
    md5: str
    """In hexadecimal: an object's ETag."""
    sha256: str
    checksums: Pairs


class Gathering:
    """Takes in one body. ``wanted`` is a checksum to reckon though the client sends none."""

    def __init__(self, headers: Mapping[str, str], wanted: str | None = None) -> None:
        self._headers = headers
        self._trailers: dict[str, str] = {}
        self._algorithm = _algorithm(headers) or wanted
        self._checksum: Checksum | None = new_checksum(self._algorithm) if self._algorithm else None
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()
        self.size = 0

    async def take(self, pieces: AsyncIterator[bytes], files: ObjectFiles, file: str) -> Gathered:
        """Read the body into the file of this name. Raises Refusal, OSError; then it is gone."""
        path = files.coming(file)
        try:
            await self._write(self._decoded(pieces), path)
            self._verify()
            await asyncio.to_thread(files.settle, file)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        checksums: Pairs = ()
        if self._checksum is not None and self._algorithm is not None:
            checksums = ((self._algorithm, written(self._checksum.digest())),)
        return Gathered(file, self.size, self._md5.hexdigest(), self._sha256.hexdigest(), checksums)

    def _decoded(self, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        how = self._headers.get("x-amz-content-sha256", "")
        if how.startswith("STREAMING-") or "aws-chunked" in self._headers.get(
            "content-encoding", ""
        ):
            return chunks_in(pieces, self._trailers)
        return pieces

    async def _write(self, pieces: AsyncIterator[bytes], path: Path) -> None:
        path.touch(exist_ok=False)
        waiting = bytearray()
        async for piece in pieces:
            self.size += len(piece)
            if self.size > LARGEST_PUT:
                raise Refusal(
                    400,
                    "EntityTooLarge",
                    "Your proposed upload exceeds the maximum allowed size",
                    MaxSizeAllowed=str(LARGEST_PUT),
                )
            waiting += piece
            if len(waiting) >= BATCH:
                await asyncio.to_thread(self._append, path, waiting)
                waiting = bytearray()
        if waiting:
            await asyncio.to_thread(self._append, path, waiting)

    def _append(self, path: Path, data: bytearray) -> None:
        with path.open("ab", buffering=0) as file:
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
        self._md5.update(data)
        self._sha256.update(data)
        if self._checksum is not None:
            self._checksum.update(data)

    def _verify(self) -> None:
        """The bytes are those the headers speak of. Raises Refusal."""
        headers = self._headers
        length = headers.get("x-amz-decoded-content-length")
        if length is not None and length != str(self.size):
            raise Refusal(
                400,
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP "
                "header",
            )
        signed = headers.get("x-amz-content-sha256", "")
        if len(signed) == 64 and signed != self._sha256.hexdigest():
            raise Refusal(
                400,
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )
        if "content-md5" in headers and _md5_of(headers["content-md5"]) != self._md5.digest():
            raise bad_digest("Content-MD5")
        if self._algorithm is not None and self._checksum is not None:
            name = f"x-amz-checksum-{self._algorithm}"
            said = headers.get(name) or self._trailers.get(name)
            if said is not None and said != written(self._checksum.digest()):
                raise bad_digest(self._algorithm.upper())


def _md5_of(text: str) -> bytes:
    try:
        digest = base64.b64decode(text, validate=True)
    except binascii.Error:
        digest = b""
    if len(digest) != 16:
        raise Refusal(400, "InvalidDigest", "The Content-MD5 you specified was invalid.")
    return digest


def _algorithm(headers: Mapping[str, str]) -> str | None:
    """The checksum a request comes with, in a header or at its end. Raises Refusal."""
    prefix = "x-amz-checksum-"
    found = [
        name.removeprefix(prefix)
        for name in headers
        if name.startswith(prefix) and name.removeprefix(prefix) in ALGORITHMS
    ]
    found += [
        one.strip().removeprefix(prefix)
        for one in headers.get("x-amz-trailer", "").lower().split(",")
        if one.strip().startswith(prefix)
    ]
    named = headers.get("x-amz-sdk-checksum-algorithm", "").lower()
    if len(set(found)) > 1:
        raise bad_request(
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        )
    algorithm = found[0] if found else named or None
    if algorithm is not None and algorithm not in ALGORITHMS:
        raise invalid(f"The checksum algorithm {algorithm} is not supported.")
    return algorithm


async def chunks_in(pieces: AsyncIterator[bytes], trailers: dict[str, str]) -> AsyncIterator[bytes]:
    """The content of an aws-chunked body; what follows it is put into ``trailers``.

    The signature of the request's head has been verified; those of single chunks are read over.
    """
    waiting = bytearray()

    async def more() -> None:
        piece = await anext(pieces, None)
        if piece is None:
            raise Refusal(400, "IncompleteBody", "The request body terminated unexpectedly")
        waiting.extend(piece)

    async def line() -> str:
        while (end := waiting.find(b"\r\n")) < 0:
            if len(waiting) > _LONGEST_LINE:
                raise bad_request("The chunked body has a line that is too long.")
            await more()
        text = bytes(waiting[:end]).decode("latin-1")
        del waiting[: end + 2]
        return text

    while size := _chunk_size(await line()):
        while size:
            if not waiting:
                await more()
            taken = bytes(waiting[:size])
            del waiting[: len(taken)]
            size -= len(taken)
            yield taken
        await line()
    # Trailers end with an empty line, or with the body.
    while True:
        try:
            text = await line()
        except Refusal:
            text = bytes(waiting).decode("latin-1")
            waiting.clear()
        if not text:
            break
        name, _, value = text.partition(":")
        trailers[name.strip().lower()] = value.strip()
    async for _ in pieces:
        pass


def _chunk_size(line: str) -> int:
    try:
        return int(line.partition(";")[0], 16)
    except ValueError as error:
        raise bad_request("The chunked body is not of the form.") from error
