"""Tags of load balancers, listeners, rules and target groups."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.elbv2 import lookup, tagging
from seaway.aws.elbv2.errors import ValidationError
from seaway.aws.operation import operation
from seaway.aws.tags import joined, without
from seaway.core.balancer import Listener, LoadBalancer, Rule, TargetGroup
from seaway.core.names import Tags
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes

Tagged = LoadBalancer | Listener | Rule | TargetGroup


@operation("elbv2")
def add_tags(tx: Transaction, call: Call, request: shapes.AddTagsInput) -> shapes.AddTagsOutput:
    """Put tags on resources; one of the same key is replaced."""
    added = tagging.parse(request["Tags"])
    for arn in request["ResourceArns"]:
        found = _resource(tx, arn)
        tx.put(_with(found, tagging.checked(joined(found.tags, added))))
    return {}


@operation("elbv2")
def remove_tags(
    tx: Transaction, call: Call, request: shapes.RemoveTagsInput
) -> shapes.RemoveTagsOutput:
    """Take tags off resources; a key that is not there is no error."""
    for arn in request["ResourceArns"]:
        found = _resource(tx, arn)
        tx.put(_with(found, without(found.tags, request["TagKeys"])))
    return {}


@operation("elbv2")
def describe_tags(
    tx: Transaction, call: Call, request: shapes.DescribeTagsInput
) -> shapes.DescribeTagsOutput:
    """The tags of up to twenty resources."""
    arns = request["ResourceArns"]
    if not 1 <= len(arns) <= 20:
        raise ValidationError("Between '1' and '20' resource ARNs must be specified")
    return {
        "TagDescriptions": [
            {"ResourceArn": arn, "Tags": tagging.render(_resource(tx, arn).tags)} for arn in arns
        ]
    }


def _resource(tx: Transaction, arn: str) -> Tagged:
    kind = arn.split(":", 5)[-1].split("/", 1)[0]
    match kind:
        case "loadbalancer":
            return lookup.load_balancer(tx, arn)
        case "listener":
            return lookup.listener(tx, arn)
        case "listener-rule":
            return lookup.rule(tx, arn)
        case "targetgroup":
            return lookup.target_group(tx, arn)
    raise ValidationError(f"'{arn}' is not a valid resource ARN")


def _with(found: Tagged, tags: Tags) -> Tagged:
    return replace(found, tags=tags)
