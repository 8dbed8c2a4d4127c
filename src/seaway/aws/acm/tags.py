"""Tags of certificates, in the service's older words and the newer ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.acm import lookup, tagging
from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.tags import without
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import acm as shapes


@operation("acm")
def add_tags_to_certificate(
    tx: Transaction, call: Call, request: shapes.AddTagsToCertificateRequest
) -> None:
    """Put tags on a certificate; one of the same key is replaced."""
    found = lookup.certificate(tx, call, request["CertificateArn"])
    tx.put(replace(found, tags=tagging.parse(request["Tags"], found.tags)))


@operation("acm")
def remove_tags_from_certificate(
    tx: Transaction, call: Call, request: shapes.RemoveTagsFromCertificateRequest
) -> None:
    """A tag given with a value goes only if it has that value."""
    found = lookup.certificate(tx, call, request["CertificateArn"])
    gone = {(tag["Key"], tag.get("Value")) for tag in request["Tags"]}
    left = tuple(t for t in found.tags if t not in gone and (t[0], None) not in gone)
    tx.put(replace(found, tags=left))


@operation("acm")
def list_tags_for_certificate(
    tx: Transaction, call: Call, request: shapes.ListTagsForCertificateRequest
) -> shapes.ListTagsForCertificateResponse:
    """In the order in which they were put."""
    found = lookup.certificate(tx, call, request["CertificateArn"])
    return {"Tags": tagging.render(found.tags)}


@operation("acm")
def tag_resource(tx: Transaction, call: Call, request: shapes.TagResourceRequest) -> None:
    """Put tags on a certificate; one of the same key is replaced."""
    found = lookup.certificate(tx, call, request["ResourceArn"])
    tx.put(replace(found, tags=tagging.parse(request["Tags"], found.tags)))


@operation("acm")
def untag_resource(tx: Transaction, call: Call, request: shapes.UntagResourceRequest) -> None:
    """Take tags off a certificate; a key that is not there is no error."""
    found = lookup.certificate(tx, call, request["ResourceArn"])
    tx.put(replace(found, tags=without(found.tags, request["TagKeys"])))


@operation("acm")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceRequest
) -> shapes.ListTagsForResourceResponse:
    """In the order in which they were put."""
    found = lookup.certificate(tx, call, request["ResourceArn"])
    return {"Tags": tagging.render(found.tags)}
