"""Targets: register, deregister, and what is known of their health."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, NamedTuple

from seaway.aws.call import Call
from seaway.aws.elbv2 import limits, lookup, render
from seaway.aws.elbv2.errors import (
    InvalidTargetException,
    TooManyTargetsException,
    ValidationError,
)
from seaway.aws.operation import operation
from seaway.core.balancer import Target, TargetGroup, target_key
from seaway.core.balancer_rules import NOT_REGISTERED, draining, registered_target
from seaway.core.capacity import ContainerInstance
from seaway.core.network import NetworkInterface, Subnet
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes

_INSTANCE = re.compile(r"i-[0-9a-z]{8,17}")
_PRIVATE = tuple(
    ipaddress.IPv4Network(cidr)
    for cidr in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
)


class Place(NamedTuple):
    """Where requests to a target go, and the zone it is in."""

    address: str
    zone: str


@operation("elbv2")
def register_targets(
    tx: Transaction, call: Call, request: shapes.RegisterTargetsInput
) -> shapes.RegisterTargetsOutput:
    """Add targets to a group; all of them, or none when one is refused."""
    group = lookup.target_group(tx, request["TargetGroupArn"])
    if not request["Targets"]:
        raise ValidationError("You must specify at least one target")
    for wanted in request["Targets"]:
        _refuse_quic(wanted)
        place = _place(tx, group, wanted)
        port = wanted.get("Port", group.port)
        before = tx.find(Target, target_key(group.arn, wanted["Id"], port))
        tx.put(
            registered_target(
                group,
                wanted["Id"],
                port,
                address=place.address,
                zone=place.zone,
                now=call.moment.now,
                before=before,
            )
        )
    if len(tx.where(Target, target_group=group.arn)) > limits.TARGETS_PER_GROUP:
        raise TooManyTargetsException(
            f"A target group can only have '{limits.TARGETS_PER_GROUP}' targets"
        )
    return {}


@operation("elbv2")
def deregister_targets(
    tx: Transaction, call: Call, request: shapes.DeregisterTargetsInput
) -> shapes.DeregisterTargetsOutput:
    """Let targets finish what they have and leave; those of a group not in use leave at once.

    A target that is not registered is no error.
    """
    group = lookup.target_group(tx, request["TargetGroupArn"])
    in_use = bool(lookup.load_balancers_using(tx, group.arn))
    for wanted in request["Targets"]:
        target = _find(tx, group, wanted)
        if target is None:
            continue
        if in_use:
            tx.put(draining(target, call.moment.now))
        else:
            tx.drop(target)
    return {}


@operation("elbv2")
def describe_target_health(
    tx: Transaction, call: Call, request: shapes.DescribeTargetHealthInput
) -> shapes.DescribeTargetHealthOutput:
    """What is known of a group's targets, or of some; those not registered are ``unused``."""
    group = lookup.target_group(tx, request["TargetGroupArn"])
    in_use = bool(lookup.load_balancers_using(tx, group.arn))
    if not request.get("Targets"):
        found = tx.where(Target, target_group=group.arn)
        shown = [render.target_health(target, group, in_use) for target in found]
        return {"TargetHealthDescriptions": shown}
    return {
        "TargetHealthDescriptions": [
            _health(tx, group, wanted, in_use) for wanted in request["Targets"]
        ]
    }


def _health(
    tx: Transaction, group: TargetGroup, wanted: shapes.TargetDescription, in_use: bool
) -> shapes.TargetHealthDescription:
    target = _find(tx, group, wanted)
    if target is not None:
        return render.target_health(target, group, in_use)
    _check_id(group, wanted["Id"])
    reason, description = NOT_REGISTERED
    named: shapes.TargetDescription = {
        "Id": wanted["Id"],
        "Port": wanted.get("Port", group.port),
    }
    return {
        "Target": named,
        "TargetHealth": {"State": "unused", "Reason": reason, "Description": description},
    }


def _find(tx: Transaction, group: TargetGroup, wanted: shapes.TargetDescription) -> Target | None:
    _refuse_quic(wanted)
    port = wanted.get("Port", group.port)
    return tx.find(Target, target_key(group.arn, wanted["Id"], port))


def _refuse_quic(wanted: shapes.TargetDescription) -> None:
    if wanted.get("QuicServerId"):
        raise ValidationError("QuicServerId can only be specified for QUIC target groups")


def _check_id(group: TargetGroup, name: str) -> None:
    if group.target_type == "instance":
        if not _INSTANCE.fullmatch(name):
            raise ValidationError(f"Instance ID '{name}' is not valid")
        return
    try:
        ipaddress.IPv4Address(name)
    except ValueError as error:
        raise ValidationError(f"The IP address '{name}' is not a valid IPv4 address") from error


def _place(tx: Transaction, group: TargetGroup, wanted: shapes.TargetDescription) -> Place:
    _check_id(group, wanted["Id"])
    if group.target_type == "instance":
        if wanted.get("AvailabilityZone"):
            raise ValidationError(
                "You cannot specify an Availability Zone for targets of type 'instance'"
            )
        return _instance(tx, group, wanted["Id"])
    return _address(tx, group, wanted["Id"], wanted.get("AvailabilityZone"))


def _instance(tx: Transaction, group: TargetGroup, name: str) -> Place:
    for instance in tx.where(ContainerInstance, instance_id=name):
        if instance.vpc == group.vpc and instance.address:
            return Place(instance.address, instance.zone)
    for interface in tx.where(NetworkInterface, vpc=group.vpc):
        if interface.instance == name:
            return Place(interface.address, interface.zone)
    raise InvalidTargetException(
        f"The following targets are not in the target group VPC '{group.vpc}': '{name}'"
    )


def _address(tx: Transaction, group: TargetGroup, name: str, zone: str | None) -> Place:
    address = ipaddress.IPv4Address(name)
    for subnet in tx.where(Subnet, vpc=group.vpc):
        if address in ipaddress.IPv4Network(subnet.cidr):
            if zone not in (None, subnet.zone):
                raise ValidationError(
                    f"The IP address '{name}' is within the VPC, and cannot have its "
                    f"Availability Zone overridden to '{zone}' from '{subnet.zone}'"
                )
            return Place(name, subnet.zone)
    if not any(address in network for network in _PRIVATE):
        raise ValidationError(f"The IP address '{name}' is not in a supported IP address range")
    if zone is None:
        raise ValidationError(
            f"The Availability Zone is required for IP address '{name}' because it is not in "
            "the VPC"
        )
    return Place(name, zone)
