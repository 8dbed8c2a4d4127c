"""Tags of EC2 resources, given at creation or later."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from seaway.aws.call import Call
from seaway.aws.ec2.errors import InvalidId, InvalidParameterValue, MissingParameter
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.lookup import need, own
from seaway.aws.operation import operation
from seaway.aws.tags import joined
from seaway.core.compute import Instance, KeyPair, LaunchTemplate
from seaway.core.names import Tags
from seaway.core.network import NetworkInterface, Subnet, Vpc
from seaway.core.routing import (
    DhcpOptions,
    ElasticAddress,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
)
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes

_KINDS: dict[str, tuple[type[Any], str, str]] = {
    "vpc": (Vpc, "vpc", "id"),
    "subnet": (Subnet, "subnet", "id"),
    "sg": (SecurityGroup, "security-group", "id"),
    "sgr": (SecurityGroupRule, "security-group-rule", "id"),
    "rtb": (RouteTable, "route-table", "id"),
    "igw": (InternetGateway, "internet-gateway", "id"),
    "nat": (NatGateway, "natgateway", "id"),
    "eipalloc": (ElasticAddress, "elastic-ip", "allocation"),
    "eni": (NetworkInterface, "network-interface", "id"),
    "i": (Instance, "instance", "id"),
    "lt": (LaunchTemplate, "launch-template", "id"),
    "acl": (NetworkAcl, "network-acl", "id"),
    "dopt": (DhcpOptions, "dhcp-options", "id"),
    "key": (KeyPair, "key-pair", "id"),
}
"""Id prefix → noun, EC2's word for it, and the field its id is in."""

MOST_TAGS = 50


def parse_tags(given: Iterable[shapes.Tag]) -> Tags:
    """Tags as given; the last value of a key counts. Keys of AWS's own are refused."""
    tags = {item.get("Key", ""): item.get("Value", "") for item in given}
    for key in tags:
        if key.startswith("aws:"):
            raise InvalidParameterValue(
                f"Tag keys starting with 'aws:' are reserved for internal use: {key}"
            )
        if not key or len(key) > 128:
            raise InvalidParameterValue("Tag keys must be between 1 and 128 characters long")
    if len(tags) > MOST_TAGS:
        raise InvalidParameterValue(f"More than {MOST_TAGS} tags specified")
    return tuple(tags.items())


def specified(given: Sequence[shapes.TagSpecification] | None, kind: str) -> Tags:
    """The tags a request's TagSpecifications give to a resource of this kind."""
    tags: list[shapes.Tag] = []
    for item in given or ():
        if item.get("ResourceType") == kind:
            tags.extend(item.get("Tags", []))
    return parse_tags(tags)


def shown(tags: Tags) -> list[shapes.Tag]:
    """Tags as EC2 shows them."""
    return [{"Key": key, "Value": value} for key, value in tags]


def _resource(tx: Transaction, call: Call, key: str) -> Any:
    kind = _KINDS.get(key.rsplit("-", 1)[0])
    if kind is None:
        raise InvalidId(f"The ID '{key}' is not valid")
    noun = kind[0]
    if noun is KeyPair:
        found = next((pair for pair in own(tx, call, KeyPair) if pair.id == key), None)
    elif noun in (SecurityGroupRule, LaunchTemplate):
        found = tx.find(noun, key)
    else:
        return need(tx, call, noun, key)
    if found is None:
        raise InvalidId(f"The ID '{key}' is not valid")
    return found


@operation("ec2")
def create_tags(tx: Transaction, call: Call, request: shapes.CreateTagsRequest) -> None:
    """Put tags on resources, over those of the same key (EC2 API: CreateTags)."""
    if not request.get("Resources") or not request.get("Tags"):
        raise MissingParameter("The request must contain the parameters resourceId and tag")
    tags = parse_tags(request["Tags"])
    for key in request["Resources"]:
        noun = _resource(tx, call, key)
        tx.put(replace(noun, tags=joined(noun.tags, tags)))


@operation("ec2")
def delete_tags(tx: Transaction, call: Call, request: shapes.DeleteTagsRequest) -> None:
    """Take tags away: by key, by key and value, or all (EC2 API: DeleteTags)."""
    given = request.get("Tags")
    for key in request["Resources"]:
        noun = _resource(tx, call, key)
        left = () if given is None else tuple(t for t in noun.tags if not _named(t, given))
        tx.put(replace(noun, tags=left))


def _named(tag: tuple[str, str], given: Iterable[shapes.Tag]) -> bool:
    return any(item.get("Key") == tag[0] and item.get("Value", tag[1]) == tag[1] for item in given)


@operation("ec2")
def describe_tags(
    tx: Transaction, call: Call, request: shapes.DescribeTagsRequest
) -> shapes.DescribeTagsResult:
    """All tags of the region's resources, one by one (EC2 API: DescribeTags)."""
    rows: list[shapes.TagDescription] = [
        {"Key": key, "Value": value, "ResourceId": getattr(noun, field), "ResourceType": word}
        for kind, word, field in _KINDS.values()
        if kind is not SecurityGroupRule
        for noun in own(tx, call, kind)
        for key, value in noun.tags
    ]
    found = chosen(rows, request.get("Filters"), _facts)
    some, token = paged(found, request, "DescribeTags")
    result: shapes.DescribeTagsResult = answered("Tags", some, token)
    return result


def _facts(row: shapes.TagDescription) -> dict[str, object]:
    return {
        "key": row["Key"],
        "value": row["Value"],
        "resource-id": row["ResourceId"],
        "resource-type": row["ResourceType"],
    }
