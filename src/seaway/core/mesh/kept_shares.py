"""Clients that stay with the share of a weighted forward they first got (AWSALBTG).

A cookie names the share and decides before the weights do, so weights that shift move only those
who have none. A share of weight zero keeps nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b

from seaway.core.mesh.proxy import CookieIs, Forward
from seaway.core.mesh.words import Json

COOKIE = "AWSALBTG"


def kept_shares(forward: Forward) -> Iterator[tuple[CookieIs, Forward]]:
    """For each share that keeps its clients: who these are, and where they are sent."""
    if not forward.keep_share or len(forward.shares) < 2:
        return
    for share in forward.shares:
        if share.weight > 0:
            yield CookieIs(COOKIE, _word(share.upstream)), replace(forward, shares=(share,))


def keeping(forward: Forward, upstream: str) -> Json:
    """What an answer by the way of this upstream carries: the cookie, if shares are kept."""
    if not forward.keep_share:
        return {}
    value = f"{COOKIE}={_word(upstream)}; Max-Age={round(forward.keep_share)}; Path=/"
    header = {"header": {"key": "set-cookie", "value": value}}
    return {"response_headers_to_add": [header | {"append_action": "APPEND_IF_EXISTS_OR_ADD"}]}


def _word(upstream: str) -> str:
    return blake2b(upstream.encode(), digest_size=16).hexdigest()
