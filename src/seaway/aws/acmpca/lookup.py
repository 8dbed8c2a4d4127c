"""Finds the authority a request names, in a state that allows what is asked."""

from __future__ import annotations

from seaway.aws.acmpca.errors import (
    InvalidArnException,
    InvalidStateException,
    ResourceNotFoundException,
)
from seaway.aws.call import Call
from seaway.core.authority import AuthorityStatus, CertificateAuthority
from seaway.core.names import place_of
from seaway.store.transaction import Transaction


def authority_named(
    tx: Transaction, call: Call, arn: str, *allowed: AuthorityStatus
) -> CertificateAuthority:
    """The caller's authority of this ARN, in one of the states allowed (none named = any).

    Raises InvalidArnException, ResourceNotFoundException, InvalidStateException.
    """
    if ":certificate-authority/" not in arn or "/certificate/" in arn:
        raise InvalidArnException(f"{arn} is not the ARN of a certificate authority.")
    found = tx.find(CertificateAuthority, arn)
    if found is None or found.own or place_of(arn).account != call.account:
        raise ResourceNotFoundException(f"The certificate authority {arn} was not found.")
    status = found.status_at(call.moment.now)
    if allowed and status not in allowed:
        raise InvalidStateException(
            f"The certificate authority {arn} is in the state {status.value}; "
            f"it must be {' or '.join(one.value for one in allowed)}."
        )
    return found
