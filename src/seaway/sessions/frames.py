"""The Session Manager's messages as bytes: a header of fixed fields, then the payload.

The layout is that of the public session-manager-plugin (src/message/clientmessage.go).
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from seaway.core.moment import Moment

INPUT = "input_stream_data"
OUTPUT = "output_stream_data"
ACKNOWLEDGE = "acknowledge"
CLOSED = "channel_closed"

_HEADER = struct.Struct(">I32sIQqQ16s32sII")
_HEADER_LENGTH = _HEADER.size - 4
"""What the header says of its own length does not count the payload's length behind it."""
_SYN_AND_FIN = 3


class Payload(IntEnum):
    """What a stream's message carries."""

    NONE = 0
    OUTPUT = 1
    ERROR = 2
    SIZE = 3
    PARAMETER = 4
    HANDSHAKE_REQUEST = 5
    HANDSHAKE_RESPONSE = 6
    HANDSHAKE_COMPLETE = 7
    FLAG = 10


class BadFrame(Exception):
    """Bytes that are no message of the data channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One message. ``created_at`` is epoch milliseconds, ``id`` a UUID's 16 bytes."""

    type: str
    id: bytes
    created_at: int
    sequence: int = 0
    flags: int = 0
    payload_type: int = Payload.NONE
    payload: bytes = b""

    @property
    def uuid(self) -> str:
        """The id as people write it."""
        raw = self.id.hex()
        return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"


def acknowledgement(of: Frame, moment: Moment) -> bytes:
    """The word that a stream's message has come."""
    said = {
        "AcknowledgedMessageType": of.type,
        "AcknowledgedMessageId": of.uuid,
        "AcknowledgedMessageSequenceNumber": of.sequence,
        "IsSequentialMessage": True,
    }
    return encoded(
        Frame(type=ACKNOWLEDGE, id=moment.token(16), created_at=ms(moment), payload=as_json(said))
    )


def streamed(stream: str, sequence: int, kind: Payload, payload: bytes, moment: Moment) -> bytes:
    """The next message of a stream (INPUT or OUTPUT)."""
    return encoded(
        Frame(
            type=stream,
            id=moment.token(16),
            created_at=ms(moment),
            sequence=sequence,
            payload_type=kind,
            payload=payload,
        )
    )


def as_json(said: Mapping[str, Any]) -> bytes:
    """A payload that is an object."""
    return json.dumps(said, separators=(",", ":")).encode()


def ms(moment: Moment) -> int:
    """When something is said (epoch milliseconds)."""
    return int(moment.now * 1000)


def encoded(frame: Frame) -> bytes:
    """The frame as bytes."""
    return (
        _HEADER.pack(
            _HEADER_LENGTH,
            frame.type.encode().ljust(32),
            1,
            frame.created_at,
            frame.sequence,
            frame.flags or (_SYN_AND_FIN if frame.type == ACKNOWLEDGE else 0),
            # A UUID travels with its halves swapped.
            frame.id[8:] + frame.id[:8],
            hashlib.sha256(frame.payload).digest(),
            frame.payload_type,
            len(frame.payload),
        )
        + frame.payload
    )


def decoded(data: bytes) -> Frame:
    """The frame the bytes are. Raises BadFrame.

    The payload's digest is not looked at: not every client makes it of the payload alone, and
    the connection keeps the bytes as they are.
    """
    if len(data) < _HEADER.size:
        raise BadFrame(f"A message has {_HEADER.size} bytes at least; this one has {len(data)}.")
    (header, kind, _, created_at, sequence, flags, swapped, _, payload_type, length) = (
        _HEADER.unpack_from(data)
    )
    payload = data[header + 4 : header + 4 + length]
    if header != _HEADER_LENGTH or len(payload) != length:
        raise BadFrame("The lengths in the message's header are not its own.")
    return Frame(
        type=kind.rstrip(b" \0").decode("ascii", "replace"),
        id=swapped[8:] + swapped[:8],
        created_at=created_at,
        sequence=sequence,
        flags=flags,
        payload_type=payload_type,
        payload=payload,
    )
