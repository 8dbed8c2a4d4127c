"""Tags of scalable targets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.applicationautoscaling.errors import ResourceNotFoundException
from seaway.aws.applicationautoscaling.targets import tags_of
from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.aws.tags import without
from seaway.core.scaling import ScalableTarget
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import applicationautoscaling as shapes


@operation("application-autoscaling")
def tag_resource(
    tx: Transaction, call: Call, request: shapes.TagResourceRequest
) -> shapes.TagResourceResponse:
    """Put tags on a target; one of the same key is replaced."""
    target = _target(tx, request["ResourceARN"])
    tx.put(replace(target, tags=tags_of({**dict(target.tags), **request["Tags"]})))
    return {}


@operation("application-autoscaling")
def untag_resource(
    tx: Transaction, call: Call, request: shapes.UntagResourceRequest
) -> shapes.UntagResourceResponse:
    """Take tags off; a key that is not there is no error."""
    target = _target(tx, request["ResourceARN"])
    tx.put(replace(target, tags=without(target.tags, request["TagKeys"])))
    return {}


@operation("application-autoscaling")
def list_tags_for_resource(
    tx: Transaction, call: Call, request: shapes.ListTagsForResourceRequest
) -> shapes.ListTagsForResourceResponse:
    """A target's tags."""
    return {"Tags": dict(_target(tx, request["ResourceARN"]).tags)}


def _target(tx: Transaction, arn: str) -> ScalableTarget:
    for target in tx.where(ScalableTarget):
        if target.arn == arn:
            return target
    raise ResourceNotFoundException(f"No scalable target has the ARN {arn}.")
