"""Finds the secret a request names."""

from __future__ import annotations

from seaway.aws.call import Call
from seaway.aws.secretsmanager.errors import marked, no_secret
from seaway.core.names import place_of
from seaway.core.stored_secrets import StoredSecret
from seaway.store.transaction import Transaction


def secret(tx: Transaction, call: Call, asked: str) -> StoredSecret:
    """The secret of a name, an ARN, or an ARN without its last seven characters.

    Raises ResourceNotFoundException. One whose time of recovery is over is dropped here.
    """
    found = _found(tx, call, asked)
    if found is None or is_gone(found, call.moment.now):
        raise no_secret()
    return found


def usable(tx: Transaction, call: Call, asked: str) -> StoredSecret:
    """The same, unless it is marked for deletion. Raises InvalidRequestException."""
    found = secret(tx, call, asked)
    if found.deleted_at is not None:
        raise marked()
    return found


def is_gone(found: StoredSecret, now: float) -> bool:
    """Whether it can't be recovered any more."""
    return found.gone_at is not None and found.gone_at <= now


def called(tx: Transaction, call: Call, name: str) -> StoredSecret | None:
    """The caller's secret of this name."""
    for one in tx.where(StoredSecret, name=name):
        if (one.account, one.region) == (call.account, call.region):
            return one
    return None


def _found(tx: Transaction, call: Call, asked: str) -> StoredSecret | None:
    if not asked.startswith("arn:"):
        return called(tx, call, asked)
    found = tx.find(StoredSecret, asked)
    if found is not None:
        return found
    place = place_of(asked)
    for one in tx.where(StoredSecret, name=asked.partition(":secret:")[2]):
        if (one.account, one.region) == (place.account, place.region):
            return one
    return None
