"""AWS::AutoScaling resources."""

from __future__ import annotations

from typing import Any

from seaway.core.stack import Refused
from seaway.reconcile.stack_types.kinds import (
    Kind,
    Made,
    Properties,
    Work,
    listed,
    unchanged,
)


def _group_request(work: Work) -> dict[str, Any]:
    request = work.without(
        "AutoScalingGroupName", "Cooldown", "Tags", "VPCZoneIdentifier", "LaunchTemplate"
    )
    if "VPCZoneIdentifier" in work.properties:
        request["VPCZoneIdentifier"] = ",".join(listed(work.get("VPCZoneIdentifier")))
    if "Cooldown" in work.properties:
        request["DefaultCooldown"] = work.get("Cooldown")
    if "LaunchTemplate" in work.properties:
        request["LaunchTemplate"] = work.get("LaunchTemplate")
    return request


def _create_group(work: Work) -> Made:
    name = work.name("AutoScalingGroupName", 255)
    own = {tag["Key"] for tag in listed(work.get("Tags"))}
    tags = [
        *(
            {"Key": k, "Value": v, "PropagateAtLaunch": True}
            for k, v in work.stack_tags
            if k not in own
        ),
        *listed(work.get("Tags")),
    ]
    work(
        "autoscaling",
        "CreateAutoScalingGroup",
        AutoScalingGroupName=name,
        Tags=tags or None,
        **_group_request(work),
    )
    group = _shown_group(work, name)
    return Made(name, {"AutoScalingGroupARN": group["AutoScalingGroupARN"] if group else ""})


def _shown_group(work: Work, name: str) -> dict[str, Any] | None:
    shown = work("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name])
    found: list[dict[str, Any]] = shown["AutoScalingGroups"]
    return found[0] if found else None


def _update_group(work: Work, old: Properties) -> Made:
    work(
        "autoscaling",
        "UpdateAutoScalingGroup",
        AutoScalingGroupName=work.physical,
        **_group_request(work),
    )
    return unchanged(work)


def _group_ready(work: Work) -> bool:
    group = _shown_group(work, work.physical)
    if group is None:
        raise Refused("NotStabilized", f"Group {work.physical} is not there any more.")
    serving = [one for one in group["Instances"] if one["LifecycleState"] == "InService"]
    return len(serving) >= int(group["DesiredCapacity"])


AUTO_SCALING_GROUP = Kind(
    create=_create_group,
    update=_update_group,
    mutable=frozenset(
        {
            "Cooldown",
            "DesiredCapacity",
            "HealthCheckGracePeriod",
            "HealthCheckType",
            "LaunchConfigurationName",
            "LaunchTemplate",
            "MaxSize",
            "MinSize",
            "MixedInstancesPolicy",
            "NewInstancesProtectedFromScaleIn",
            "TerminationPolicies",
            "VPCZoneIdentifier",
        }
    ),
    ready=_group_ready,
    delete=lambda work: work(
        "autoscaling",
        "DeleteAutoScalingGroup",
        AutoScalingGroupName=work.physical,
        ForceDelete=True,
    ),
    gone=lambda work: _shown_group(work, work.physical) is None,
)


def _create_configuration(work: Work) -> Made:
    name = work.name("LaunchConfigurationName", 255)
    rest = work.without("LaunchConfigurationName")
    work("autoscaling", "CreateLaunchConfiguration", LaunchConfigurationName=name, **rest)
    return Made(name)


LAUNCH_CONFIGURATION = Kind(
    create=_create_configuration,
    delete=lambda work: work(
        "autoscaling", "DeleteLaunchConfiguration", LaunchConfigurationName=work.physical
    ),
)


TYPES = {
    "AWS::AutoScaling::AutoScalingGroup": AUTO_SCALING_GROUP,
    "AWS::AutoScaling::LaunchConfiguration": LAUNCH_CONFIGURATION,
}
