"""Pages of a list, with opaque tokens bound to what was asked."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


class BadToken(Exception):
    """The token is not one this list gave out; the caller turns it into its service's error."""


def page(
    items: Iterable[T], token: str | None, limit: int, scope: str = ""
) -> tuple[list[T], str | None]:
    """The items after ``token``, at most ``limit``, and the next token or None when done.

    Nothing behind the page is asked for, of items that are made as they are.
    ``scope`` names the operation and its filters; a token from another scope is refused
    with BadToken, as AWS refuses a token used with other parameters.
    """
    start = _open(token, scope) if token else 0
    end = start + limit
    found = list(islice(items, start, end + 1))
    return found[:limit], _seal(end, scope) if len(found) > limit else None


def _mark(scope: str) -> str:
    return hashlib.blake2s(scope.encode(), digest_size=6).hexdigest()


def _seal(offset: int, scope: str) -> str:
    return base64.urlsafe_b64encode(f"1:{_mark(scope)}:{offset}".encode()).decode()


def _open(token: str, scope: str) -> int:
    try:
        version, mark, offset = base64.urlsafe_b64decode(token.encode()).decode().split(":")
        start = int(offset)
    except ValueError as error:
        raise BadToken(token) from error
    if version != "1" or mark != _mark(scope) or start < 0:
        raise BadToken(token)
    return start
