"""Target groups: create, show, change, delete."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call, here
from seaway.aws.elbv2 import (
    attributes,
    checks,
    limits,
    lookup,
    naming,
    protocols,
    render,
    tagging,
)
from seaway.aws.elbv2.errors import (
    DuplicateTargetGroupNameException,
    InvalidConfigurationRequestException,
    ResourceInUseException,
    TargetGroupNotFoundException,
    TooManyTargetGroupsException,
    ValidationError,
)
from seaway.aws.operation import operation
from seaway.core.balancer import Rule, Target, TargetGroup
from seaway.core.balancer_rules import forwards_to, groups_of
from seaway.core.network import Vpc
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import elbv2 as shapes


@operation("elbv2")
def create_target_group(
    tx: Transaction, call: Call, request: shapes.CreateTargetGroupInput
) -> shapes.CreateTargetGroupOutput:
    """A new set of targets. Asking again with the same settings gives what is there."""
    group = _parse(tx, call, request)
    there = lookup.target_group_named(tx, call, group.name)
    if there is not None:
        alike = replace(group, arn=there.arn, created_at=there.created_at)
        if replace(alike, attributes=there.attributes, tags=there.tags) != there:
            raise DuplicateTargetGroupNameException(
                f"A target group with the same name '{group.name}' exists, but with different "
                "settings"
            )
        users = lookup.load_balancers_using(tx, there.arn)
        return {"TargetGroups": [render.target_group(there, users)]}
    if len(here(call, tx.where(TargetGroup))) >= limits.TARGET_GROUPS:
        raise TooManyTargetGroupsException(
            f"The account can only have '{limits.TARGET_GROUPS}' target groups"
        )
    tx.put(group)
    return {"TargetGroups": [render.target_group(group, ())]}


@operation("elbv2")
def describe_target_groups(
    tx: Transaction, call: Call, request: shapes.DescribeTargetGroupsInput
) -> shapes.DescribeTargetGroupsOutput:
    """The target groups of a load balancer, some by ARN or name, or all of them."""
    owner, arns, names = (
        request.get("LoadBalancerArn"),
        request.get("TargetGroupArns"),
        request.get("Names"),
    )
    if sum(1 for given in (owner, arns, names) if given) > 1:
        raise ValidationError(
            "Only one of load balancer ARN, target group ARNs and names can be specified"
        )
    if owner:
        found = _of_load_balancer(tx, owner)
    elif arns:
        found = [_by_arn(tx, arn) for arn in arns]
    elif names:
        found = [_by_name(tx, call, name) for name in names]
    else:
        found = here(call, tx.where(TargetGroup))
    shown, following = lookup.paged(
        found, request.get("Marker"), request.get("PageSize"), f"groups {owner} {arns} {names}"
    )
    users = lookup.users_of_groups(tx)
    answer: shapes.DescribeTargetGroupsOutput = {
        "TargetGroups": [render.target_group(one, users.get(one.arn, ())) for one in shown]
    }
    if following:
        answer["NextMarker"] = following
    return answer


@operation("elbv2")
def modify_target_group(
    tx: Transaction, call: Call, request: shapes.ModifyTargetGroupInput
) -> shapes.ModifyTargetGroupOutput:
    """Change how a target group's targets are checked."""
    group = lookup.target_group(tx, request["TargetGroupArn"])
    updated = replace(group, check=checks.parse(group.check, group, request))
    tx.put(updated)
    users = lookup.load_balancers_using(tx, group.arn)
    return {"TargetGroups": [render.target_group(updated, users)]}


@operation("elbv2")
def delete_target_group(
    tx: Transaction, call: Call, request: shapes.DeleteTargetGroupInput
) -> shapes.DeleteTargetGroupOutput:
    """Drop a target group and its registrations, unless a rule forwards to it."""
    try:
        group = lookup.target_group(tx, request["TargetGroupArn"])
    except TargetGroupNotFoundException:
        return {}
    if any(forwards_to(rule, group.arn) for rule in tx.where(Rule)):
        raise ResourceInUseException(
            f"Target group '{group.arn}' is currently in use by a listener or a rule"
        )
    for target in tx.where(Target, target_group=group.arn):
        tx.drop(target)
    tx.drop(group)
    return {}


@operation("elbv2")
def describe_target_group_attributes(
    tx: Transaction, call: Call, request: shapes.DescribeTargetGroupAttributesInput
) -> shapes.DescribeTargetGroupAttributesOutput:
    """A target group's attributes, with AWS's defaults."""
    return {"Attributes": _attributes(lookup.target_group(tx, request["TargetGroupArn"]))}


@operation("elbv2")
def modify_target_group_attributes(
    tx: Transaction, call: Call, request: shapes.ModifyTargetGroupAttributesInput
) -> shapes.ModifyTargetGroupAttributesOutput:
    """Set some attributes; the others stay."""
    group = lookup.target_group(tx, request["TargetGroupArn"])
    wanted = [(one.get("Key", ""), one.get("Value", "")) for one in request["Attributes"]]
    held = attributes.changed(attributes.of_group(group), group.attributes, wanted, "Target group")
    updated = replace(group, attributes=held)
    attributes.check_group(updated)
    tx.put(updated)
    return {"Attributes": _attributes(updated)}


def _attributes(group: TargetGroup) -> list[shapes.TargetGroupAttribute]:
    return [{"Key": key, "Value": value} for key, value in attributes.of_target_group(group)]


def _parse(tx: Transaction, call: Call, request: shapes.CreateTargetGroupInput) -> TargetGroup:
    name = naming.checked_name(request["Name"], "Target group")
    _refuse_unbuilt(request)
    port, vpc = request.get("Port"), request.get("VpcId")
    if port is None:
        raise ValidationError("A port must be specified")
    if not vpc:
        raise ValidationError("A VPC ID must be specified")
    network = tx.find(Vpc, vpc)
    if network is None or (network.owner, network.region) != (call.account, call.region):
        raise ValidationError(f"The VPC ID '{vpc}' is not found")
    protocol = protocols.checked_group_protocol(request.get("Protocol"))
    group = TargetGroup(
        arn=naming.new_target_group_arn(call, name),
        name=name,
        created_at=call.moment.now,
        protocol=protocol,
        protocol_version=protocols.checked_version(protocol, request.get("ProtocolVersion")),
        port=port,
        vpc=vpc,
        target_type=request.get("TargetType", "instance"),
        tags=tagging.parse(request.get("Tags", [])),
    )
    return replace(group, check=checks.parse(checks.default(group, request), group, request))


def _refuse_unbuilt(request: shapes.CreateTargetGroupInput) -> None:
    kind = request.get("TargetType", "instance")
    if kind not in ("instance", "ip"):
        raise InvalidConfigurationRequestException(
            f"Seaway has not built targets of type '{kind}' yet; "
            "TargetType must be 'instance' or 'ip'."
        )
    if request.get("IpAddressType", "ipv4") != "ipv4":
        raise InvalidConfigurationRequestException(
            "Seaway has not built IPv6 targets yet; IpAddressType must be 'ipv4'."
        )
    if request.get("TargetControlPort"):
        raise InvalidConfigurationRequestException(
            "Seaway has not built target optimizer (TargetControlPort); leave it out."
        )


def _of_load_balancer(tx: Transaction, arn: str) -> list[TargetGroup]:
    balancer = lookup.load_balancer(tx, arn)
    used: dict[str, None] = {}
    for rule in lookup.rules_of_load_balancer(tx, balancer.arn):
        used.update(dict.fromkeys(groups_of(rule)))
    return [lookup.target_group(tx, group) for group in used]


def _by_arn(tx: Transaction, arn: str) -> TargetGroup:
    try:
        return lookup.target_group(tx, arn)
    except TargetGroupNotFoundException:
        raise TargetGroupNotFoundException("One or more target groups not found") from None


def _by_name(tx: Transaction, call: Call, name: str) -> TargetGroup:
    found = lookup.target_group_named(tx, call, name)
    if found is None:
        raise TargetGroupNotFoundException("One or more target groups not found")
    return found
