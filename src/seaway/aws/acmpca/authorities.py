"""Certificate authorities: made, shown, switched off and on, deleted and restored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.acmpca import parse, render
from seaway.aws.acmpca.errors import (
    InvalidArgsException,
    InvalidNextTokenException,
    InvalidStateException,
    not_built,
)
from seaway.aws.acmpca.lookup import authority_named
from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.paging import BadToken, page
from seaway.core.authority import DAY, AuthorityStatus, CertificateAuthority
from seaway.core.names import place_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import acmpca as shapes

TOKEN_SECONDS = 300.0
"""How long an idempotency token stands for what it was first used for."""

LONGEST_RESTORABLE = 30
MOST_LISTED = 100


@operation("acm-pca")
def create_certificate_authority(
    tx: Transaction, call: Call, request: shapes.CreateCertificateAuthorityRequest
) -> shapes.CreateCertificateAuthorityResponse:
    """Its key is made at once and kept in the data directory (RSA_4096 takes a second or more)."""
    for member in ("KeyStorageSecurityStandard",):
        if request.get(member):
            raise not_built(member)
    token = request.get("IdempotencyToken", "")
    for there in _mine(tx, call) if token else ():
        if there.token == token and call.moment.now < there.created_at + TOKEN_SECONDS:
            return {"CertificateAuthorityArn": there.arn}
    made = _new(call, request, token)
    tx.put(made)
    return {"CertificateAuthorityArn": made.arn}


def _new(
    call: Call, request: shapes.CreateCertificateAuthorityRequest, token: str
) -> CertificateAuthority:
    asked = request["CertificateAuthorityConfiguration"]
    if asked.get("CsrExtensions"):
        raise not_built("CertificateAuthorityConfiguration.CsrExtensions")
    parse.algorithms(asked["KeyAlgorithm"], asked["SigningAlgorithm"])
    parse.revocation(request.get("RevocationConfiguration", {}))
    subject = parse.subject(asked["Subject"])
    tags = parse.tags(request.get("Tags", []))
    # Loaded on first use (see signing/words.py).
    from seaway.signing import keys, requests

    key = keys.new_key(asked["KeyAlgorithm"])
    return CertificateAuthority(
        arn=call.arn("acm-pca", f"certificate-authority/{call.moment.uuid()}"),
        type=request["CertificateAuthorityType"],
        subject=subject,
        key_algorithm=asked["KeyAlgorithm"],
        signing_algorithm=asked["SigningAlgorithm"],
        key=key,
        request=requests.new_request(key, subject, asked["SigningAlgorithm"]),
        created_at=call.moment.now,
        changed_at=call.moment.now,
        usage_mode=request.get("UsageMode", "GENERAL_PURPOSE"),
        token=token,
        tags=tags,
    )


def _mine(tx: Transaction, call: Call) -> list[CertificateAuthority]:
    """The caller's authorities, oldest first."""
    here = (call.account, call.region)
    found = [authority for authority in tx.where(CertificateAuthority) if not authority.own]
    return [a for a in found if (place_of(a.arn).account, place_of(a.arn).region) == here]


@operation("acm-pca")
def describe_certificate_authority(
    tx: Transaction, call: Call, request: shapes.DescribeCertificateAuthorityRequest
) -> shapes.DescribeCertificateAuthorityResponse:
    """Says EXPIRED as soon as its certificate has run out."""
    found = authority_named(tx, call, request["CertificateAuthorityArn"])
    return {"CertificateAuthority": render.authority(found, call.moment.now)}


@operation("acm-pca")
def list_certificate_authorities(
    tx: Transaction, call: Call, request: shapes.ListCertificateAuthoritiesRequest
) -> shapes.ListCertificateAuthoritiesResponse:
    """Nothing is shared between accounts, so other accounts' are none."""
    owner = request.get("ResourceOwner", "SELF")
    found = _mine(tx, call) if owner == "SELF" else []
    limit = request.get("MaxResults", MOST_LISTED)
    try:
        shown, token = page(found, request.get("NextToken"), limit, f"authorities {owner}")
    except BadToken as error:
        raise InvalidNextTokenException("The NextToken is not one of this list.") from error
    answer: shapes.ListCertificateAuthoritiesResponse = {
        "CertificateAuthorities": [render.authority(one, call.moment.now) for one in shown]
    }
    if token is not None:
        answer["NextToken"] = token
    return answer


@operation("acm-pca")
def update_certificate_authority(
    tx: Transaction, call: Call, request: shapes.UpdateCertificateAuthorityRequest
) -> None:
    """ACTIVE or DISABLED; a disabled one signs nothing, and Service Connect keeps what it has."""
    found = authority_named(
        tx,
        call,
        request["CertificateAuthorityArn"],
        AuthorityStatus.ACTIVE,
        AuthorityStatus.DISABLED,
    )
    parse.revocation(request.get("RevocationConfiguration", {}))
    asked = request.get("Status")
    if asked is None:
        return
    if asked not in (AuthorityStatus.ACTIVE, AuthorityStatus.DISABLED):
        raise InvalidArgsException("A certificate authority's Status can be ACTIVE or DISABLED.")
    tx.put(replace(found, status=AuthorityStatus(asked), changed_at=call.moment.now))


@operation("acm-pca")
def delete_certificate_authority(
    tx: Transaction, call: Call, request: shapes.DeleteCertificateAuthorityRequest
) -> None:
    """An active one has to be disabled first; its key goes when it can't be restored any more."""
    found = authority_named(tx, call, request["CertificateAuthorityArn"])
    status = found.status_at(call.moment.now)
    if status in (AuthorityStatus.ACTIVE, AuthorityStatus.DELETED):
        raise InvalidStateException(
            f"The certificate authority {found.arn} is in the state {status.value}; "
            "only one that is disabled, expired or without a certificate can be deleted."
        )
    days = request.get("PermanentDeletionTimeInDays", LONGEST_RESTORABLE)
    tx.put(
        replace(
            found,
            status=AuthorityStatus.DELETED,
            changed_at=call.moment.now,
            restorable_until=call.moment.now + days * DAY,
        )
    )


@operation("acm-pca")
def restore_certificate_authority(
    tx: Transaction, call: Call, request: shapes.RestoreCertificateAuthorityRequest
) -> None:
    """It comes back DISABLED, or PENDING_CERTIFICATE if it never had one."""
    found = authority_named(tx, call, request["CertificateAuthorityArn"], AuthorityStatus.DELETED)
    pending = found.certificate is None
    tx.put(
        replace(
            found,
            status=AuthorityStatus.PENDING_CERTIFICATE if pending else AuthorityStatus.DISABLED,
            changed_at=call.moment.now,
            restorable_until=None,
        )
    )
