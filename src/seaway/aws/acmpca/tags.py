"""Tags of certificate authorities."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.acmpca import parse
from seaway.aws.acmpca.errors import InvalidNextTokenException
from seaway.aws.acmpca.lookup import authority_named
from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.paging import BadToken, page
from seaway.core.authority import AuthorityStatus
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import acmpca as shapes

_NOT_DELETED = tuple(one for one in AuthorityStatus if one is not AuthorityStatus.DELETED)


@operation("acm-pca")
def tag_certificate_authority(
    tx: Transaction, call: Call, request: shapes.TagCertificateAuthorityRequest
) -> None:
    """AmazonECSManaged=true is what lets Service Connect use it."""
    found = authority_named(tx, call, request["CertificateAuthorityArn"], *_NOT_DELETED)
    tx.put(replace(found, tags=parse.tags(request["Tags"], found.tags)))


@operation("acm-pca")
def untag_certificate_authority(
    tx: Transaction, call: Call, request: shapes.UntagCertificateAuthorityRequest
) -> None:
    """A tag given with a value goes only if it has that value."""
    found = authority_named(tx, call, request["CertificateAuthorityArn"], *_NOT_DELETED)
    gone = {(tag["Key"], tag.get("Value")) for tag in request["Tags"]}
    left = tuple(t for t in found.tags if t not in gone and (t[0], None) not in gone)
    tx.put(replace(found, tags=left))


@operation("acm-pca")
def list_tags(
    tx: Transaction, call: Call, request: shapes.ListTagsRequest
) -> shapes.ListTagsResponse:
    """In the order in which they were put."""
    found = authority_named(tx, call, request["CertificateAuthorityArn"], *_NOT_DELETED)
    limit = request.get("MaxResults", parse.MOST_TAGS)
    try:
        shown, token = page(found.tags, request.get("NextToken"), limit, f"tags {found.arn}")
    except BadToken as error:
        raise InvalidNextTokenException("The NextToken is not one of this list.") from error
    answer: shapes.ListTagsResponse = {"Tags": [{"Key": k, "Value": v} for k, v in shown]}
    if token is not None:
        answer["NextToken"] = token
    return answer
