"""Single values on the wires: times, numbers and bytes as text."""

from __future__ import annotations

import base64
import binascii
import math
from datetime import UTC, datetime
from functools import lru_cache

from seaway.aws.errors import SerializationException

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_INTEGER = 2**31
_LONG = 2**63


def bounded(value: int, kind: str) -> int:
    """``value`` when it fits the model's 32-bit integer or 64-bit long; else refused."""
    limit = _INTEGER if kind == "integer" else _LONG
    if -limit <= value < limit:
        return value
    raise SerializationException(f"The number {value} does not fit the type {kind}.")


@lru_cache(maxsize=8192)
def epoch(value: datetime) -> float:
    """Epoch seconds to the millisecond, as JSON and CBOR timestamps are.

    Answers repeat the same few times over and over, and this is a good part of writing them.
    """
    return round(value.timestamp(), 3)


def from_epoch(value: float) -> datetime:
    """The instant of an epoch time in seconds."""
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise SerializationException(f"The time {value} is out of range.") from error


def iso8601(value: datetime) -> str:
    """``2026-11-22T13:00:00.123Z``, as XML bodies write times."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def rfc822(value: datetime) -> str:
    """``Sun, 22 Nov 2026 13:00:00 GMT``, as headers write times."""
    plain = value.astimezone(UTC)
    day, month = _DAYS[plain.weekday()], _MONTHS[plain.month - 1]
    return f"{day}, {plain.day:02d} {month} {plain:%Y %H:%M:%S} GMT"


def from_text(value: str) -> datetime:
    """The instant of an ISO 8601 or RFC 822 time or of epoch seconds written out."""
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return _other_form(value)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _other_form(value: str) -> datetime:
    try:
        return from_epoch(float(value))
    except ValueError:
        pass
    try:
        _, day, month, year, clock, _ = value.split()
        read = datetime.strptime(f"{year} {day} {clock}", "%Y %d %H:%M:%S")
        return read.replace(month=_MONTHS.index(month) + 1, tzinfo=UTC)
    except ValueError as error:
        raise SerializationException(f"{value!r} is not a timestamp.") from error


def from_base64(value: str) -> bytes:
    """The bytes of a blob member in JSON or a form."""
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise SerializationException("A blob is not valid base64.") from error


def to_base64(value: bytes) -> str:
    """A blob member as JSON and XML write it."""
    return base64.b64encode(value).decode("ascii")


def spoken_number(value: float) -> str | None:
    """The word for a number JSON cannot write (NaN, Infinity), None for an ordinary one."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return None
