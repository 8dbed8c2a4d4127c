"""Attributes: what a container instance's owner writes on it, for placement to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.attribute_rules import MOST_CUSTOM, is_custom, parse_attributes
from seaway.aws.ecs.errors import (
    AttributeLimitExceededException,
    InvalidParameterException,
    TargetNotFoundException,
)
from seaway.aws.ecs.references import active_cluster, at_most, cluster_of, instance_of, page
from seaway.aws.ecs.render_cluster import render_attributes
from seaway.aws.operation import operation
from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import Cluster
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_TARGET = "container-instance"


@operation("ecs")
def put_attributes(
    tx: Transaction, call: Call, request: shapes.PutAttributesRequest
) -> shapes.PutAttributesResponse:
    """Write up to ten attributes on instances (API: PutAttributes)."""
    cluster = active_cluster(tx, call, request.get("cluster"))
    at_most(request["attributes"], 10, "Attributes")
    for item in request["attributes"]:
        instance = _target(tx, cluster, item)
        known = {**dict(instance.attributes), **parse_attributes([item])}
        if sum(1 for name in known if is_custom(name)) > MOST_CUSTOM:
            raise AttributeLimitExceededException(
                f"You can apply up to {MOST_CUSTOM} custom attributes for each resource."
            )
        tx.put(replace(instance, attributes=tuple(known.items())))
    return {"attributes": _echo(tx, cluster, request["attributes"])}


@operation("ecs")
def delete_attributes(
    tx: Transaction, call: Call, request: shapes.DeleteAttributesRequest
) -> shapes.DeleteAttributesResponse:
    """Take attributes away; one whose value differs from the one given stays."""
    cluster = active_cluster(tx, call, request.get("cluster"))
    at_most(request["attributes"], 10, "Attributes")
    echo = _echo(tx, cluster, request["attributes"])
    for item in request["attributes"]:
        instance = _target(tx, cluster, item)
        name, value = item["name"], item.get("value")
        left = tuple(
            (other, has)
            for other, has in instance.attributes
            if other != name or (value is not None and has != value)
        )
        tx.put(replace(instance, attributes=left))
    return {"attributes": echo}


@operation("ecs")
def list_attributes(
    tx: Transaction, call: Call, request: shapes.ListAttributesRequest
) -> shapes.ListAttributesResponse:
    """The attributes of a cluster's instances, by name and value (API: ListAttributes)."""
    cluster = cluster_of(tx, call, request.get("cluster"))
    if request["targetType"] != _TARGET:
        raise InvalidParameterException("targetType must be container-instance.")
    name, value = request.get("attributeName"), request.get("attributeValue")
    if value and not name:
        raise InvalidParameterException("attributeValue requires attributeName.")
    found: list[shapes.Attribute] = []
    for instance in tx.where(ContainerInstance, cluster=cluster.arn):
        for attribute in render_attributes(instance):
            named = not name or attribute["name"] == name
            if named and (not value or attribute.get("value") == value):
                found.append({**attribute, "targetId": instance.arn})
    shown, more = page(found, request, f"ListAttributes {cluster.arn} {name} {value}")
    response: shapes.ListAttributesResponse = {"attributes": shown}
    if more:
        response["nextToken"] = more
    return response


def _target(tx: Transaction, cluster: Cluster, item: shapes.Attribute) -> ContainerInstance:
    if item.get("targetType", _TARGET) != _TARGET:
        raise InvalidParameterException("targetType must be container-instance.")
    instance = instance_of(tx, cluster, item.get("targetId", ""))
    if instance is None:
        raise TargetNotFoundException("The specified target wasn't found.")
    return instance


def _echo(
    tx: Transaction, cluster: Cluster, items: Sequence[shapes.Attribute]
) -> list[shapes.Attribute]:
    return [{**item, "targetId": _target(tx, cluster, item).arn} for item in items]
