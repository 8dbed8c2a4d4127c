"""Groups: asked for, changed, refused; the reconciler's part is tested beside it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from seaway.aws import autoscaling, ec2
from seaway.aws.autoscaling import errors
from seaway.reconcile import instances
from tests.handlers import Api

USER_DATA = base64.b64encode(b"ECS_CLUSTER=shop").decode()
BOTH_NAMES = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "a"}
HALF_SPOT = {"InstancesDistribution": {"OnDemandPercentageAboveBaseCapacity": 50}}


@pytest.fixture
def api() -> Api:
    api = Api([*ec2.operations(), *autoscaling.operations()])
    api(
        "autoscaling",
        "CreateLaunchConfiguration",
        LaunchConfigurationName="node",
        ImageId="ami-1",
        InstanceType="t3.small",
        UserData=USER_DATA,
    )
    return api


def _create(api: Api, **more: Any) -> None:
    request = {
        "AutoScalingGroupName": "nodes",
        "LaunchConfigurationName": "node",
        "MinSize": 0,
        "MaxSize": 3,
        "DesiredCapacity": 1,
        "AvailabilityZones": ["us-east-1a", "us-east-1b"],
        **more,
    }
    api("autoscaling", "CreateAutoScalingGroup", **request)


def _settle(api: Api) -> None:
    with api.store.transaction() as tx:
        for key in instances.all_keys(tx):
            instances.reconcile(tx, key, api.moment)


def _group(api: Api) -> Any:
    return api("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"][0]


def test_a_group_in_zones_uses_their_default_subnets(api: Api) -> None:
    _create(api, Tags=[{"Key": "Name", "Value": "node", "PropagateAtLaunch": True}])
    _settle(api)
    group = _group(api)
    assert group["AvailabilityZones"] == ["us-east-1a", "us-east-1b"]
    assert len(group["VPCZoneIdentifier"].split(",")) == 2
    assert group["LaunchConfigurationName"] == "node"
    instance = api.ec2("DescribeInstances")["Reservations"][0]["Instances"][0]
    tags = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
    assert tags == {"Name": "node", "aws:autoscaling:groupName": "nodes"}
    (row,) = api("autoscaling", "DescribeAutoScalingInstances")["AutoScalingInstances"]
    assert (row["LifecycleState"], row["HealthStatus"]) == ("InService", "HEALTHY")


@pytest.mark.parametrize(
    ("more", "complaint"),
    [
        ({"DesiredCapacity": 4}, "at or below the maximum size"),
        ({"MaxSize": 0, "MinSize": 1}, "Max bound must be greater"),
        ({"AvailabilityZones": ["us-east-1z"]}, "No default subnet"),
        ({"AvailabilityZones": []}, "At least one Availability Zone or VPC Subnet"),
        ({"LaunchConfigurationName": "none"}, "Launch configuration none not found"),
        ({"TargetGroupARNs": ["arn:x"]}, "TargetGroupARNs is not supported by Seaway yet"),
        ({"LaunchConfigurationName": ""}, "Valid requests must contain either LaunchTemplate"),
        ({"LaunchTemplate": {"LaunchTemplateName": "a"}}, "contain either LaunchTemplate, "),
        (
            {"LaunchConfigurationName": "", "LaunchTemplate": BOTH_NAMES},
            "either launchTemplateId or LaunchTemplateName",
        ),
        ({"HealthCheckType": "EBS"}, "HealthCheckType EBS is not supported by Seaway yet"),
        ({"TerminationPolicies": ["AllocationStrategy"]}, "TerminationPolicies AllocationStrategy"),
        ({"MixedInstancesPolicy": HALF_SPOT}, "InstancesDistribution OnDemandPercentageAbove"),
    ],
)
def test_groups_that_cannot_be_are_refused(api: Api, more: dict[str, Any], complaint: str) -> None:
    with pytest.raises(errors.ValidationError, match=complaint):
        _create(api, **more)


def test_subnets_are_of_the_zones_that_are_named_beside_them(api: Api) -> None:
    _create(api)
    subnets = _group(api)["VPCZoneIdentifier"]
    _create(api, AutoScalingGroupName="same", VPCZoneIdentifier=subnets)
    with pytest.raises(errors.ValidationError, match="do not match"):
        _create(
            api,
            AutoScalingGroupName="other",
            VPCZoneIdentifier=subnets,
            AvailabilityZones=["us-east-1a"],
        )


def test_what_happens_anyway_may_be_asked_for(api: Api) -> None:
    _create(
        api,
        DesiredCapacityType="units",
        DeletionProtection="none",
        AvailabilityZoneDistribution={"CapacityDistributionStrategy": "balanced-best-effort"},
        AvailabilityZoneImpairmentPolicy={"ZonalShiftEnabled": False},
        CapacityReservationSpecification={"CapacityReservationPreference": "default"},
        TerminationPolicies=["OldestInstance"],
    )
    assert _group(api)["TerminationPolicies"] == ["OldestInstance"]


def test_new_bounds_pull_the_desired_capacity_along(api: Api) -> None:
    _create(api)
    api("autoscaling", "UpdateAutoScalingGroup", AutoScalingGroupName="nodes", MinSize=2)
    assert _group(api)["DesiredCapacity"] == 2
    with pytest.raises(errors.ValidationError, match="above max value 3"):
        api("autoscaling", "SetDesiredCapacity", AutoScalingGroupName="nodes", DesiredCapacity=9)


def test_ending_an_instance_may_shrink_the_group(api: Api) -> None:
    _create(api)
    _settle(api)
    key = _group(api)["Instances"][0]["InstanceId"]
    api(
        "autoscaling",
        "TerminateInstanceInAutoScalingGroup",
        InstanceId=key,
        ShouldDecrementDesiredCapacity=True,
    )
    _settle(api)
    assert (_group(api)["DesiredCapacity"], _group(api)["Instances"]) == (0, [])
    with pytest.raises(errors.ValidationError, match="No managed instance found"):
        api(
            "autoscaling",
            "TerminateInstanceInAutoScalingGroup",
            InstanceId=key,
            ShouldDecrementDesiredCapacity=False,
        )


def test_a_group_with_instances_goes_only_by_force(api: Api) -> None:
    _create(api)
    _settle(api)
    with pytest.raises(errors.ResourceInUseFault):
        api("autoscaling", "DeleteAutoScalingGroup", AutoScalingGroupName="nodes")
    with pytest.raises(errors.ResourceInUseFault, match="attached to AutoScalingGroup nodes"):
        api("autoscaling", "DeleteLaunchConfiguration", LaunchConfigurationName="node")
    with pytest.raises(errors.AlreadyExistsFault):
        _create(api)


def test_what_is_not_built_says_so(api: Api) -> None:
    with pytest.raises(errors.ValidationError, match="Lifecycle hooks are not supported"):
        api("autoscaling", "PutLifecycleHook", AutoScalingGroupName="nodes")
    with pytest.raises(errors.ValidationError, match="not supported by Seaway"):
        api("autoscaling", "AttachLoadBalancerTargetGroups", AutoScalingGroupName="nodes")


def test_tags_of_groups_are_kept_one_by_one(api: Api) -> None:
    _create(api)
    tag = {"ResourceId": "nodes", "ResourceType": "auto-scaling-group", "Key": "a"}
    api("autoscaling", "CreateOrUpdateTags", Tags=[{**tag, "Value": "1"}])
    rows = api("autoscaling", "DescribeTags", Filters=[{"Name": "key", "Values": ["a"]}])["Tags"]
    assert [(row["ResourceId"], row["Value"]) for row in rows] == [("nodes", "1")]
    api("autoscaling", "DeleteTags", Tags=[tag])
    assert api("autoscaling", "DescribeTags")["Tags"] == []
