"""Auto Scaling groups: how many instances to keep, of what, and where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seaway.aws.autoscaling.errors import (
    AlreadyExistsFault,
    ResourceInUseFault,
    ScalingActivityInProgressFault,
    ValidationError,
)
from seaway.aws.autoscaling.pages import paged
from seaway.aws.autoscaling.refusals import refuse_foreign_tags, refuse_unbuilt
from seaway.aws.autoscaling.sources import ONE_OF_THEM, source_of
from seaway.aws.call import Call
from seaway.aws.ec2.defaults import ensure_default_network
from seaway.aws.operation import operation
from seaway.core.compute import (
    AutoScalingGroup,
    GroupTag,
    Instance,
    LaunchTemplate,
)
from seaway.core.names import place_of
from seaway.core.network import Subnet, Vpc
from seaway.core.places import zone_id_of
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import autoscaling as shapes


def own_groups(tx: Transaction, call: Call) -> list[AutoScalingGroup]:
    """The caller's groups, oldest first."""
    here = call.place
    return [group for group in tx.where(AutoScalingGroup) if place_of(group.arn) == here]


def group_of(tx: Transaction, call: Call, name: str | None) -> AutoScalingGroup:
    """The group of this name, or Auto Scaling's refusal."""
    for group in own_groups(tx, call):
        if name in (group.name, group.arn):
            return group
    raise ValidationError("AutoScalingGroup name not found - null")


@operation("autoscaling")
def create_auto_scaling_group(
    tx: Transaction, call: Call, request: shapes.CreateAutoScalingGroupType
) -> None:
    """Auto Scaling API: CreateAutoScalingGroup."""
    name = request["AutoScalingGroupName"]
    refuse_unbuilt(request)
    refuse_foreign_tags(name, request.get("Tags") or ())
    if any(group.name == name for group in own_groups(tx, call)):
        raise AlreadyExistsFault(
            "AutoScalingGroup by this name already exists - A group with the name "
            f"{name} already exists"
        )
    source = source_of(tx, call, request)
    if source is None:
        raise ValidationError(ONE_OF_THEM)
    subnets = _subnets(tx, call, request)
    if not subnets:
        raise ValidationError("At least one Availability Zone or VPC Subnet is required.")
    group = AutoScalingGroup(
        arn=call.arn(
            "autoscaling", f"autoScalingGroup:{call.moment.uuid()}:autoScalingGroupName/{name}"
        ),
        name=name,
        created_at=call.moment.now,
        source=source,
        minimum=request["MinSize"],
        maximum=request["MaxSize"],
        desired=request.get("DesiredCapacity", request["MinSize"]),
        subnets=tuple(subnet.id for subnet in subnets),
        zones=_zones(subnets),
        service_linked_role=f"arn:aws:iam::{call.account}:role/aws-service-role/"
        "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
        tags=merged_tags((), request.get("Tags") or ()),
    )
    tx.put(_checked(replace(group, **_plain(request))))


_PLAIN = {
    "DefaultCooldown": "cooldown",
    "HealthCheckType": "health_check_type",
    "HealthCheckGracePeriod": "health_check_grace",
    "NewInstancesProtectedFromScaleIn": "protected",
    "CapacityRebalance": "capacity_rebalance",
    "Context": "context",
    "ServiceLinkedRoleARN": "service_linked_role",
}


def _plain(request: Mapping[str, Any]) -> dict[str, Any]:
    said = {field: request[name] for name, field in _PLAIN.items() if name in request}
    if request.get("TerminationPolicies"):
        said["termination_policies"] = tuple(request["TerminationPolicies"])
    return said


def _checked(group: AutoScalingGroup) -> AutoScalingGroup:
    if group.minimum < 0 or group.maximum < group.minimum:
        raise ValidationError("Max bound must be greater than or equal to min bound")
    if group.desired < group.minimum:
        raise ValidationError(
            "Desired capacity must be specified at or above the minimum size "
            f"({group.desired} < {group.minimum})"
        )
    if group.desired > group.maximum:
        raise ValidationError(
            "Desired capacity must be specified at or below the maximum size "
            f"({group.desired} > {group.maximum})"
        )
    return group


def _subnets(tx: Transaction, call: Call, request: Mapping[str, Any]) -> list[Subnet]:
    names = [name.strip() for name in (request.get("VPCZoneIdentifier") or "").split(",")]
    if any(names):
        found = [tx.find(Subnet, name) for name in names if name]
        if any(subnet is None or subnet.owner != call.account for subnet in found):
            raise ValidationError(f"The subnet ID '{request['VPCZoneIdentifier']}' does not exist")
        there = [subnet for subnet in found if subnet]
        zones = request.get("AvailabilityZones") or ()
        if zones and set(zones) != {subnet.zone for subnet in there}:
            raise ValidationError(
                "The availability zones of the specified subnets and the AutoScalingGroup do not "
                "match"
            )
        return there
    zones = request.get("AvailabilityZones") or ()
    ensure_default_network(tx, call.account, call.region, call.moment)
    here = call.place
    vpcs = {v.id for v in tx.where(Vpc) if v.is_default}
    default = [
        subnet
        for subnet in tx.where(Subnet)
        if subnet.is_default and subnet.vpc in vpcs and place_of(subnet.arn) == here
    ]
    for zone in zones:
        if not any(subnet.zone == zone for subnet in default):
            raise ValidationError(f"No default subnet for availability zone: '{zone}'.")
    return [subnet for subnet in default if subnet.zone in zones]


def _zones(subnets: Iterable[Subnet]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(subnet.zone for subnet in subnets))


def merged_tags(old: Iterable[GroupTag], new: Iterable[shapes.Tag]) -> tuple[GroupTag, ...]:
    """The old tags with the new ones put over them."""
    tags = {tag.key: tag for tag in old}
    for tag in new:
        tags[tag["Key"]] = GroupTag(
            key=tag["Key"],
            value=tag.get("Value", ""),
            propagate=tag.get("PropagateAtLaunch", True),
        )
    return tuple(tags.values())


@operation("autoscaling")
def update_auto_scaling_group(
    tx: Transaction, call: Call, request: shapes.UpdateAutoScalingGroupType
) -> None:
    """Change what is given; new bounds pull the desired capacity along (UpdateAutoScalingGroup)."""
    refuse_unbuilt(request)
    group = _changeable(tx, call, request["AutoScalingGroupName"])
    subnets = _subnets(tx, call, request)
    minimum = request.get("MinSize", group.minimum)
    maximum = request.get("MaxSize", group.maximum)
    desired = request.get("DesiredCapacity", max(minimum, min(maximum, group.desired)))
    updated = replace(
        group,
        source=source_of(tx, call, request) or group.source,
        minimum=minimum,
        maximum=maximum,
        desired=desired,
        subnets=tuple(subnet.id for subnet in subnets) or group.subnets,
        zones=_zones(subnets) or group.zones,
        retry_at=None,
        **_plain(request),
    )
    tx.put(_checked(updated))


def _changeable(tx: Transaction, call: Call, name: str) -> AutoScalingGroup:
    group = group_of(tx, call, name)
    if group.status:
        raise ScalingActivityInProgressFault("AutoScalingGroup is pending delete")
    return group


@operation("autoscaling")
def set_desired_capacity(
    tx: Transaction, call: Call, request: shapes.SetDesiredCapacityType
) -> None:
    """Auto Scaling API: SetDesiredCapacity."""
    group = _changeable(tx, call, request["AutoScalingGroupName"])
    desired = request["DesiredCapacity"]
    if not group.minimum <= desired <= group.maximum:
        bound = (
            f"above max value {group.maximum}"
            if desired > group.maximum
            else (f"below min value {group.minimum}")
        )
        raise ValidationError(
            f"New SetDesiredCapacity value {desired} is {bound} for the AutoScalingGroup."
        )
    tx.put(replace(group, desired=desired, retry_at=None))


@operation("autoscaling")
def delete_auto_scaling_group(
    tx: Transaction, call: Call, request: shapes.DeleteAutoScalingGroupType
) -> None:
    """Delete a group; with its instances only by force (Auto Scaling API)."""
    group = group_of(tx, call, request["AutoScalingGroupName"])
    alive = [i for i in tx.where(Instance, group=group.arn) if i.state != "terminated"]
    if alive and not request.get("ForceDelete"):
        raise ResourceInUseFault(
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot "
            "instance request(s) still in the group."
        )
    tx.put(replace(group, status="Delete in progress", minimum=0, desired=0))


@operation("autoscaling")
def describe_auto_scaling_groups(
    tx: Transaction, call: Call, request: shapes.AutoScalingGroupNamesType
) -> shapes.AutoScalingGroupsType:
    """Those named that exist, or all (Auto Scaling API: DescribeAutoScalingGroups)."""
    names = request.get("AutoScalingGroupNames")
    found = [g for g in own_groups(tx, call) if not names or g.name in names or g.arn in names]
    for item in request.get("Filters") or ():
        found = [group for group in found if _passes(group, item)]
    some, token = paged(found, request, "DescribeAutoScalingGroups")
    answer: shapes.AutoScalingGroupsType = {"AutoScalingGroups": [_render(tx, g) for g in some]}
    if token:
        answer["NextToken"] = token
    return answer


def _passes(group: AutoScalingGroup, item: shapes.Filter) -> bool:
    name, values = item.get("Name", ""), item.get("Values", [])
    if name == "tag-key":
        return any(tag.key in values for tag in group.tags)
    if name == "tag-value":
        return any(tag.value in values for tag in group.tags)
    if name.startswith("tag:"):
        return any(tag.key == name[4:] and tag.value in values for tag in group.tags)
    raise ValidationError(f"Invalid filter: {name}")


def _render(tx: Transaction, group: AutoScalingGroup) -> shapes.AutoScalingGroup:
    row: shapes.AutoScalingGroup = {
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "MinSize": group.minimum,
        "MaxSize": group.maximum,
        "DesiredCapacity": group.desired,
        "DefaultCooldown": group.cooldown,
        "AvailabilityZones": list(group.zones),
        "LoadBalancerNames": [],
        "TargetGroupARNs": [],
        "HealthCheckType": group.health_check_type,
        "HealthCheckGracePeriod": group.health_check_grace,
        "Instances": [
            render_instance(tx, instance)
            for instance in tx.where(Instance, group=group.arn)
            if instance.state != "terminated"
        ],
        "CreatedTime": datetime.fromtimestamp(group.created_at, UTC),
        "SuspendedProcesses": [],
        "VPCZoneIdentifier": ",".join(group.subnets),
        "EnabledMetrics": [],
        "Tags": [render_tag(group, tag) for tag in group.tags],
        "TerminationPolicies": list(group.termination_policies),
        "NewInstancesProtectedFromScaleIn": group.protected,
        "ServiceLinkedRoleARN": group.service_linked_role,
        "CapacityRebalance": group.capacity_rebalance,
        "TrafficSources": [],
    }
    _render_source(tx, group, row)
    if group.status:
        row["Status"] = group.status
    if group.max_lifetime:
        row["MaxInstanceLifetime"] = group.max_lifetime
    if group.context:
        row["Context"] = group.context
    return row


def _render_source(tx: Transaction, group: AutoScalingGroup, row: shapes.AutoScalingGroup) -> None:
    if group.source.configuration:
        row["LaunchConfigurationName"] = group.source.configuration
        return
    specification = _specification(tx, group.source.template or "", group.source.version)
    if not group.source.overrides:
        row["LaunchTemplate"] = specification
        return
    row["MixedInstancesPolicy"] = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": specification,
            "Overrides": [{"InstanceType": kind} for kind in group.source.overrides],
        }
    }


def _specification(tx: Transaction, key: str, version: str) -> shapes.LaunchTemplateSpecification:
    template = tx.find(LaunchTemplate, key)
    return {
        "LaunchTemplateId": key,
        "LaunchTemplateName": template.name if template else "",
        "Version": version,
    }


def render_tag(group: AutoScalingGroup, tag: GroupTag) -> shapes.TagDescription:
    """A group's tag as Auto Scaling shows it."""
    return {
        "ResourceId": group.name,
        "ResourceType": "auto-scaling-group",
        "Key": tag.key,
        "Value": tag.value,
        "PropagateAtLaunch": tag.propagate,
    }


_LIFECYCLE = {"pending": "Pending", "running": "InService", "shutting-down": "Terminating"}


def render_instance(tx: Transaction, instance: Instance) -> shapes.Instance:
    """A group's instance as Auto Scaling shows it."""
    row: shapes.Instance = {
        "InstanceId": instance.id,
        "InstanceType": instance.type,
        "AvailabilityZone": instance.zone,
        "AvailabilityZoneId": zone_id_of(instance.zone) or "",
        "LifecycleState": _LIFECYCLE.get(instance.state, "Terminated"),
        "HealthStatus": "Healthy",
        "ProtectedFromScaleIn": instance.protected,
    }
    if instance.launch_template:
        row["LaunchTemplate"] = _specification(tx, *instance.launch_template)
    if instance.launch_configuration:
        row["LaunchConfigurationName"] = instance.launch_configuration
    return row


@operation("autoscaling")
def set_instance_protection(
    tx: Transaction, call: Call, request: shapes.SetInstanceProtectionQuery
) -> shapes.SetInstanceProtectionAnswer:
    """Keep instances from scale in, or no longer (Auto Scaling API: SetInstanceProtection)."""
    group = group_of(tx, call, request["AutoScalingGroupName"])
    for key in request["InstanceIds"]:
        instance = tx.find(Instance, key)
        if instance is None or instance.group != group.arn:
            raise ValidationError(f"The instance {key} is not part of group {group.name}.")
        tx.put(replace(instance, protected=request["ProtectedFromScaleIn"]))
    return {}
