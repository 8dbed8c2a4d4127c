"""Security groups. They are kept and shown, not enforced: nothing here filters traffic yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ec2 import errors
from seaway.aws.ec2.defaults import default_vpc, make_group
from seaway.aws.ec2.filters import answered, chosen, paged
from seaway.aws.ec2.lookup import need, own
from seaway.aws.ec2.rules import permissions, render_group_arn, rule_facts
from seaway.aws.ec2.tags import shown, specified
from seaway.aws.operation import operation
from seaway.core.balancer import LoadBalancer
from seaway.core.compute import Instance
from seaway.core.network import NetworkInterface, Vpc
from seaway.core.routing import SecurityGroup, SecurityGroupRule
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ec2 as shapes


@operation("ec2")
def create_security_group(
    tx: Transaction, call: Call, request: shapes.CreateSecurityGroupRequest
) -> shapes.CreateSecurityGroupResult:
    """Make a group in a VPC, the default one if none is named (EC2 API: CreateSecurityGroup)."""
    name = request.get("GroupName", "")
    vpc = _vpc(tx, call, request.get("VpcId"))
    if not name or len(name) > 255 or name.startswith("sg-") or name == "default":
        raise errors.InvalidParameterValue(
            f"Invalid value '{name}' for groupName. Group names must be 1 to 255 characters, "
            "may not begin with 'sg-', and 'default' is reserved."
        )
    if not request.get("Description"):
        raise errors.MissingParameter("The request must contain the parameter GroupDescription")
    if any(group.name == name for group in tx.where(SecurityGroup, vpc=vpc.id)):
        raise errors.GroupDuplicate(
            f"The security group '{name}' already exists for VPC '{vpc.id}'"
        )
    tags = specified(request.get("TagSpecifications"), "security-group")
    group = make_group(tx, vpc, name, request["Description"], call.moment, tags)
    return {
        "GroupId": group.id,
        "SecurityGroupArn": render_group_arn(group),
        "Tags": shown(group.tags),
    }


def _vpc(tx: Transaction, call: Call, key: str | None) -> Vpc:
    if key:
        return need(tx, call, Vpc, key)
    vpc = default_vpc(tx, call.account, call.region)
    if vpc is None:
        raise errors.VpcNotFound("No default VPC for this user")
    return vpc


@operation("ec2")
def describe_security_groups(
    tx: Transaction, call: Call, request: shapes.DescribeSecurityGroupsRequest
) -> shapes.DescribeSecurityGroupsResult:
    """EC2 API: DescribeSecurityGroups."""
    groups = _asked(tx, call, request)
    found = chosen(groups, request.get("Filters"), lambda group: _facts(tx, group))
    some, token = paged(found, request, "DescribeSecurityGroups")
    result: shapes.DescribeSecurityGroupsResult = answered(
        "SecurityGroups", [_render(tx, group) for group in some], token
    )
    return result


def _asked(
    tx: Transaction, call: Call, request: shapes.DescribeSecurityGroupsRequest
) -> list[SecurityGroup]:
    ids, names = request.get("GroupIds") or [], request.get("GroupNames") or []
    groups = own(tx, call, SecurityGroup)
    if not ids and not names:
        return groups
    default = default_vpc(tx, call.account, call.region)
    for name in names:
        if not any(g.name == name and default and g.vpc == default.id for g in groups):
            raise errors.GroupNotFound(f"The security group '{name}' does not exist")
    wanted = {need(tx, call, SecurityGroup, key).id for key in ids}
    return [
        group
        for group in groups
        if group.id in wanted or (group.name in names and default and group.vpc == default.id)
    ]


def _facts(tx: Transaction, group: SecurityGroup) -> dict[str, object]:
    return {
        "group-id": group.id,
        "group-name": group.name,
        "description": group.description,
        "vpc-id": group.vpc,
        "owner-id": group.owner,
        **rule_facts(tx.where(SecurityGroupRule, group=group.id)),
    }


def _render(tx: Transaction, group: SecurityGroup) -> shapes.SecurityGroup:
    rules = tx.where(SecurityGroupRule, group=group.id)
    return {
        "GroupId": group.id,
        "GroupName": group.name,
        "Description": group.description,
        "VpcId": group.vpc,
        "OwnerId": group.owner,
        "SecurityGroupArn": render_group_arn(group),
        "IpPermissions": permissions([r for r in rules if not r.egress], group.owner),
        "IpPermissionsEgress": permissions([r for r in rules if r.egress], group.owner),
        "Tags": shown(group.tags),
    }


@operation("ec2")
def delete_security_group(
    tx: Transaction, call: Call, request: shapes.DeleteSecurityGroupRequest
) -> shapes.DeleteSecurityGroupResult:
    """Delete a group nothing uses and no other group names (EC2 API: DeleteSecurityGroup)."""
    group = group_of(tx, call, request.get("GroupId"), request.get("GroupName"))
    if group.name == "default":
        raise errors.CannotDelete(
            f'the specified group: "{group.id}" name: "default" cannot be deleted by a user'
        )
    if _in_use(tx, group):
        raise errors.DependencyViolation(f"resource {group.id} has a dependent object")
    for rule in tx.where(SecurityGroupRule, group=group.id):
        tx.drop(rule)
    tx.drop(group)
    return {"Return": True, "GroupId": group.id}


def _in_use(tx: Transaction, group: SecurityGroup) -> bool:
    interfaces = tx.where(NetworkInterface, vpc=group.vpc)
    balancers = tx.where(LoadBalancer, vpc=group.vpc)
    instances = [instance for instance in tx.where(Instance, vpc=group.vpc) if instance.alive]
    peers = tx.where(SecurityGroupRule, peer=group.id)
    return (
        any(group.id in interface.security_groups for interface in interfaces)
        or any(group.id in balancer.security_groups for balancer in balancers)
        or any(group.id in instance.security_groups for instance in instances)
        or any(rule.group != group.id for rule in peers)
    )


def group_of(
    tx: Transaction, call: Call, key: str | None, name: str | None = None
) -> SecurityGroup:
    """A group by id, or by name in the default VPC."""
    if key or not name:
        if not key:
            raise errors.MissingParameter(
                "The request must contain the parameter GroupName or GroupId"
            )
        return need(tx, call, SecurityGroup, key)
    default = default_vpc(tx, call.account, call.region)
    for group in tx.where(SecurityGroup, vpc=default.id) if default else ():
        if group.name == name:
            return group
    raise errors.GroupNotFound(f"The security group '{name}' does not exist in default VPC")
