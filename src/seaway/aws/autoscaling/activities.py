"""What a group's instances are doing, and what was done to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seaway.aws.autoscaling.errors import ValidationError
from seaway.aws.autoscaling.groups import group_of, own_groups, render_instance
from seaway.aws.autoscaling.pages import paged
from seaway.aws.call import Call
from seaway.aws.operation import operation
from seaway.core.cluster import CapacityProvider
from seaway.core.compute import AutoScalingGroup, Instance, ScalingActivity
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import autoscaling as shapes


@operation("autoscaling")
def describe_auto_scaling_instances(
    tx: Transaction, call: Call, request: shapes.DescribeAutoScalingInstancesType
) -> shapes.AutoScalingInstancesType:
    """Auto Scaling API: DescribeAutoScalingInstances."""
    wanted = request.get("InstanceIds")
    pairs = [
        (group, instance)
        for group in own_groups(tx, call)
        for instance in tx.where(Instance, group=group.arn)
        if instance.state != "terminated" and (not wanted or instance.id in wanted)
    ]
    some, token = paged(pairs, request, "DescribeAutoScalingInstances")
    rows: list[shapes.AutoScalingInstanceDetails] = []
    for group, instance in some:
        shown = render_instance(tx, instance)
        row: shapes.AutoScalingInstanceDetails = {
            "AutoScalingGroupName": group.name,
            "InstanceId": shown["InstanceId"],
            "InstanceType": shown["InstanceType"],
            "AvailabilityZone": shown["AvailabilityZone"],
            "LifecycleState": shown["LifecycleState"],
            "HealthStatus": shown["HealthStatus"].upper(),
            "ProtectedFromScaleIn": shown["ProtectedFromScaleIn"],
        }
        if "LaunchTemplate" in shown:
            row["LaunchTemplate"] = shown["LaunchTemplate"]
        if "LaunchConfigurationName" in shown:
            row["LaunchConfigurationName"] = shown["LaunchConfigurationName"]
        rows.append(row)
    answer: shapes.AutoScalingInstancesType = {"AutoScalingInstances": rows}
    if token:
        answer["NextToken"] = token
    return answer


@operation("autoscaling")
def terminate_instance_in_auto_scaling_group(
    tx: Transaction, call: Call, request: shapes.TerminateInstanceInAutoScalingGroupType
) -> shapes.ActivityType:
    """End an instance, and one less from now on or a new one in its place.

    With the managed draining of an ECS capacity provider it ends when its tasks are gone.
    Auto Scaling API: TerminateInstanceInAutoScalingGroup.
    """
    key = request.get("InstanceId", "")
    instance = tx.find(Instance, key)
    group = tx.find(AutoScalingGroup, (instance.group or "") if instance else "")
    if instance is None or group is None or instance.owner != call.account or not instance.alive:
        raise ValidationError(f"Instance Id not found - No managed instance found for {key}")
    if request["ShouldDecrementDesiredCapacity"]:
        if group.desired - 1 < group.minimum:
            raise ValidationError(
                f"Currently, desiredSize equals minSize ({group.minimum}). Terminating instance "
                "without replacement will violate group's min size constraint. Either set "
                "shouldDecrementDesiredCapacity flag to false or lower group's min size."
            )
        tx.put(replace(group, desired=group.desired - 1))
    providers = [p for p in tx.where(CapacityProvider, group=group.arn) if p.status == "ACTIVE"]
    if any(provider.managed_draining for provider in providers):
        tx.put(replace(instance, leaving=True))
    else:
        reason = ("Client.UserInitiatedShutdown", "Client.UserInitiatedShutdown: User initiated")
        tx.put(replace(instance, state="shutting-down", state_reason=reason))
    at = call.moment.time().strftime("%Y-%m-%dT%H:%M:%SZ")
    activity = ScalingActivity(
        id=call.moment.uuid(),
        group=group.arn,
        group_name=group.name,
        cause=f"At {at} instance {key} was taken out of service in response to a user request.",
        description=f"Terminating EC2 instance: {key}",
        started_at=call.moment.now,
        ended_at=call.moment.now,
        status="InProgress",
    )
    tx.put(replace(activity, status="Successful"))
    return {"Activity": _render(activity)}


@operation("autoscaling")
def describe_scaling_activities(
    tx: Transaction, call: Call, request: shapes.DescribeScalingActivitiesType
) -> shapes.ActivitiesType:
    """Newest first (Auto Scaling API: DescribeScalingActivities)."""
    name = request.get("AutoScalingGroupName")
    groups = [group_of(tx, call, name)] if name else own_groups(tx, call)
    wanted = request.get("ActivityIds")
    activities = [
        activity
        for group in groups
        for activity in reversed(tx.where(ScalingActivity, group=group.arn))
        if not wanted or activity.id in wanted
    ]
    activities.sort(key=lambda activity: -activity.started_at)
    some, token = paged(activities, request, f"DescribeScalingActivities {name}")
    answer: shapes.ActivitiesType = {"Activities": [_render(activity) for activity in some]}
    if token:
        answer["NextToken"] = token
    return answer


def _render(activity: ScalingActivity) -> shapes.Activity:
    row: shapes.Activity = {
        "ActivityId": activity.id,
        "AutoScalingGroupName": activity.group_name,
        "AutoScalingGroupARN": activity.group,
        "Description": activity.description,
        "Cause": activity.cause,
        "StartTime": datetime.fromtimestamp(activity.started_at, UTC),
        "StatusCode": activity.status,
        "Progress": 50 if activity.status == "InProgress" else 100,
        "Details": activity.details,
    }
    if activity.ended_at is not None and activity.status != "InProgress":
        row["EndTime"] = datetime.fromtimestamp(activity.ended_at, UTC)
    if activity.message:
        row["StatusMessage"] = activity.message
    return row
