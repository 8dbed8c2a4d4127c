"""Event ids and tokens: places in time order, written as AWS writes them."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from seaway.aws.logs.lookup import bad_token
from seaway.store.series import LogEvent

Place = tuple[int, int]
"""An event's time (epoch milliseconds) and number: its place among all events."""

BEGINNING: Place = (0, 0)
SEQUENCE_TOKEN = "4" + "9" * 55
"""What PutLogEvents hands on; AWS ignores it since 2023, and so do we."""

_DIGITS = 56
_NUMBER_DIGITS = 37


def place_of(event: LogEvent) -> Place:
    """Where the event stands."""
    return (event.at, event.id)


def written(place: Place) -> str:
    """A place as 56 digits, in order as the places are: also the event's id."""
    at, number = place
    return f"{at:0{_DIGITS - _NUMBER_DIGITS}d}{number:0{_NUMBER_DIGITS}d}"


@dataclass(frozen=True, slots=True)
class Direction:
    """Which way to go on, from which place; as text it is GetLogEvents' token."""

    forward: bool
    place: Place

    def __str__(self) -> str:
        return f"{'f' if self.forward else 'b'}/{written(self.place)}"


def read_direction(token: str) -> Direction:
    """A token of GetLogEvents. Raises InvalidParameterException."""
    way, slash, digits = token.partition("/")
    if way not in ("f", "b") or not slash:
        raise bad_token()
    return Direction(way == "f", _read_place(digits))


def sealed(way: Direction, scope: str) -> str:
    """A FilterLogEvents token: on from a place, and what was asked for."""
    return base64.urlsafe_b64encode(f"{_mark(scope)}{way}".encode()).decode()


def opened(token: str, scope: str) -> Direction:
    """What a FilterLogEvents token says. Raises InvalidParameterException."""
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
    except ValueError as error:
        raise bad_token() from error
    mark = _mark(scope)
    if not text.startswith(mark):
        raise bad_token()
    return read_direction(text[len(mark) :])


def _mark(scope: str) -> str:
    return hashlib.blake2s(scope.encode(), digest_size=6).hexdigest()


def _read_place(digits: str) -> Place:
    if len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
        raise bad_token()
    at, number = int(digits[:-_NUMBER_DIGITS]), int(digits[-_NUMBER_DIGITS:])
    if max(at, number) >= 1 << 63:
        raise bad_token()
    return (at, number)
