"""EC2's resources by id: one's own, in the caller's region, or EC2's refusal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.errors import AwsError
from seaway.core.compute import Instance
from seaway.core.names import place_of
from seaway.core.network import NetworkInterface, Subnet, Vpc
from seaway.core.routing import (
    DhcpOptions,
    ElasticAddress,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    RouteTable,
    SecurityGroup,
)
from seaway.store.transaction import Transaction

N = TypeVar("N")

_MISSING: dict[type[Any], tuple[type[AwsError], str]] = {
    Vpc: (errors.VpcNotFound, "The vpc ID '{}' does not exist"),
    Subnet: (errors.SubnetNotFound, "The subnet ID '{}' does not exist"),
    SecurityGroup: (errors.GroupNotFound, "The security group '{}' does not exist"),
    RouteTable: (errors.RouteTableNotFound, "The routeTable ID '{}' does not exist"),
    InternetGateway: (
        errors.InternetGatewayNotFound,
        "The internetGateway ID '{}' does not exist",
    ),
    NatGateway: (errors.NatGatewayNotFound, "The Nat Gateway {} was not found"),
    ElasticAddress: (errors.AllocationNotFound, "The allocation ID '{}' does not exist"),
    NetworkInterface: (errors.InterfaceNotFound, "The networkInterface ID '{}' does not exist"),
    Instance: (errors.InstanceNotFound, "The instance ID '{}' does not exist"),
    DhcpOptions: (errors.DhcpOptionsNotFound, "The dhcpOption ID '{}' does not exist"),
    NetworkAcl: (errors.NetworkAclNotFound, "The networkAcl ID '{}' does not exist"),
}


def region_of(noun: Any) -> str:
    """The region a resource is in."""
    if isinstance(noun, Subnet):
        return place_of(noun.arn).region
    if isinstance(noun, NetworkInterface):
        return noun.zone[:-1]
    return str(noun.region)


def _is_ours(noun: Any, call: Call) -> bool:
    return bool(noun.owner == call.account) and region_of(noun) == call.region


def own(tx: Transaction, call: Call, noun: type[N], **index: Any) -> list[N]:
    """The caller's resources of a kind in the region, oldest first."""
    return [found for found in tx.where(noun, **index) if _is_ours(found, call)]


def need(tx: Transaction, call: Call, noun: type[N], key: str | None) -> N:
    """The resource of this id, or EC2's refusal for its kind; MissingParameter when not given."""
    if not key:
        raise errors.MissingParameter(f"The request must contain the parameter {noun.__name__}Id")
    found = tx.find(noun, key)
    if found is None or not _is_ours(found, call):
        error, text = _MISSING[noun]
        raise error(text.format(key))
    return found


def asked(
    tx: Transaction,
    call: Call,
    noun: type[N],
    keys: Iterable[str] | None,
) -> list[N]:
    """The resources of these ids, each of which must exist; all of the region's without ids."""
    wanted = list(keys or ())
    if not wanted:
        return own(tx, call, noun)
    return [need(tx, call, noun, key) for key in dict.fromkeys(wanted)]


def owned(call: Call) -> dict[str, str]:
    """The owner and region that a new resource of this caller has."""
    return {"owner": call.account, "region": call.region}
