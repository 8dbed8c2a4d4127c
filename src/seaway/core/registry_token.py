"""Registry tokens: signed by the installation, checked without being kept anywhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from enum import Enum

from seaway.core.moment import Moment
from seaway.core.names import Place

USER = "AWS"
"""The user name of every registry login."""

LIFETIME = 12 * 3600.0
"""Seconds a token is good for (AWS: GetAuthorizationToken, 12 hours)."""

SECRET_ID = "registry"
"""Which InstallationSecret signs registry tokens."""


class Verdict(Enum):
    """What a token turns out to be."""

    GOOD = "good"
    EXPIRED = "expired"
    FORGED = "forged"


def new_token(secret: bytes, place: Place, moment: Moment) -> str:
    """A token for the registry of ``place``, good for twelve hours from ``moment``."""
    expires = int(moment.now + LIFETIME)
    claims = f"1|{place.account}|{place.region}|{expires}|{moment.hex(16)}".encode()
    return base64.urlsafe_b64encode(_seal(secret, claims) + claims).decode()


def judge_token(secret: bytes, token: str, now: float) -> Verdict:
    """Whether ``token`` was signed with ``secret`` and is still good at ``now``."""
    try:
        raw = base64.urlsafe_b64decode(token.encode())
    except (binascii.Error, ValueError):
        return Verdict.FORGED
    seal, claims = raw[:32], raw[32:]
    if not hmac.compare_digest(seal, _seal(secret, claims)):
        return Verdict.FORGED
    expires = int(claims.split(b"|")[3])
    return Verdict.GOOD if now < expires else Verdict.EXPIRED


def _seal(secret: bytes, claims: bytes) -> bytes:
    return hmac.new(secret, claims, hashlib.sha256).digest()
