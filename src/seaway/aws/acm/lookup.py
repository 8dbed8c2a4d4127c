"""Finds the certificate a request names, and who uses it."""

from __future__ import annotations

from seaway.aws.acm.errors import InvalidArnException, ResourceNotFoundException
from seaway.aws.call import Call
from seaway.core.balancer import Listener
from seaway.core.managed_certificate import ManagedCertificate
from seaway.core.names import place_of
from seaway.store.transaction import Transaction


def certificate(tx: Transaction, call: Call, arn: str) -> ManagedCertificate:
    """The caller's certificate. Raises InvalidArnException, ResourceNotFoundException."""
    if ":certificate/" not in arn:
        raise InvalidArnException(f"The ARN {arn} is not one of a certificate.")
    found = tx.find(ManagedCertificate, arn)
    if found is None or place_of(found.arn) != call.place:
        raise ResourceNotFoundException(
            f"Could not find certificate {arn} in account {call.account}."
        )
    return found


def users(tx: Transaction, arn: str) -> list[str]:
    """The ARNs of the load balancers that show the certificate."""
    found = (listener for listener in tx.where(Listener) if arn in listener.certificates)
    return list(dict.fromkeys(listener.load_balancer for listener in found))
