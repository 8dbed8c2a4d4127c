"""The requests of test_nothing_ignored.py for clusters, their instances and what is asked there."""

from __future__ import annotations

from typing import Any

from tests.aws.inputs import SPREAD, Case
from tests.aws.inputs_watching import kept

_DESCRIBED = "DescribeAutoScalingGroups shows it"
_TEMPLATE = {"LaunchTemplateId": "{template}"}
_MIXED: dict[str, Any] = {
    "LaunchConfigurationName": None,
    "MixedInstancesPolicy": {"LaunchTemplate": {"LaunchTemplateSpecification": _TEMPLATE}},
}
_MIX = "MixedInstancesPolicy"
_SPECIFICATION = f"{_MIX}.LaunchTemplate.LaunchTemplateSpecification"
_OVERRIDES = f"{_MIX}.LaunchTemplate.Overrides[]"
_NO_GROUP_HAS = (
    "AvailabilityZoneIds",
    "PlacementGroup",
    "DefaultInstanceWarmup",
    "MaxInstanceLifetime",
    "InstanceMaintenancePolicy",
    "SkipZonalShiftValidation",
    "InstanceLifecyclePolicy",
    "DeletionProtection",
    "DesiredCapacityType",
    "AvailabilityZoneDistribution",
    "AvailabilityZoneImpairmentPolicy",
    "CapacityReservationSpecification",
    f"{_OVERRIDES}.WeightedCapacity",
    f"{_OVERRIDES}.LaunchTemplateSpecification",
    f"{_OVERRIDES}.InstanceRequirements",
    f"{_OVERRIDES}.ImageId",
    f"{_MIX}.InstancesDistribution",
)
_ONLY_NEW_ONES = (
    "InstanceId",
    "LoadBalancerNames",
    "TargetGroupARNs",
    "TrafficSources",
    "LifecycleHookSpecificationList",
    "Tags[].ResourceId",
    "Tags[].ResourceType",
    "Operator",
)
_GROUP_VALUES: dict[str, Any] = {
    "LaunchConfigurationName": "other",
    "LaunchTemplate.LaunchTemplateId": "{other-template}",
    "LaunchTemplate.LaunchTemplateName": "other",
    "LaunchTemplate.Version": "1",
    f"{_SPECIFICATION}.LaunchTemplateId": "{other-template}",
    f"{_SPECIFICATION}.LaunchTemplateName": "other",
    f"{_SPECIFICATION}.Version": "1",
    f"{_OVERRIDES}.InstanceType": "t3.large",
    "MinSize": 1,
    "MaxSize": 8,
    "DesiredCapacity": 2,
    "AvailabilityZones": ["us-east-1b"],
    "HealthCheckType": "ELB",
    "PlacementGroup": "probe",
    "VPCZoneIdentifier": "{subnet-b}",
    "TerminationPolicies": ["NewestInstance"],
    "DeletionProtection": "prevent-all-deletion",
    "AvailabilityZoneDistribution.CapacityDistributionStrategy": "balanced-only",
    "CapacityReservationSpecification.CapacityReservationPreference": "none",
}
_GROUP_BESIDE: dict[str, Any] = {
    "LaunchTemplate": {"LaunchConfigurationName": None, "LaunchTemplate": _TEMPLATE},
    "LaunchTemplate.LaunchTemplateName": {
        "LaunchConfigurationName": None,
        "LaunchTemplate": {"LaunchTemplateName": "node"},
    },
    _MIX: _MIXED,
    f"{_SPECIFICATION}.LaunchTemplateName": {
        "LaunchConfigurationName": None,
        _MIX: {"LaunchTemplate": {"LaunchTemplateSpecification": {"LaunchTemplateName": "node"}}},
    },
    "AvailabilityZones": {"VPCZoneIdentifier": None, "AvailabilityZones": ["us-east-1a"]},
}
_EXEC = "configuration.executeCommandConfiguration"

HOSTING = (
    Case(
        service="autoscaling",
        operation="CreateAutoScalingGroup",
        refused=(*_NO_GROUP_HAS, *_ONLY_NEW_ONES),
        kept=kept("autoscaling", "CreateAutoScalingGroup", _DESCRIBED),
        base={
            "AutoScalingGroupName": "new",
            "LaunchConfigurationName": "node",
            "MinSize": 0,
            "MaxSize": 4,
            "VPCZoneIdentifier": "{subnet-a}",
        },
        values=_GROUP_VALUES,
        beside=_GROUP_BESIDE
        | {
            "Tags": {"Tags": [{"Key": "owner"}]},
            "Tags[].PropagateAtLaunch": {"Tags": [{"Key": "owner", "PropagateAtLaunch": False}]},
        },
    ),
    Case(
        service="autoscaling",
        operation="UpdateAutoScalingGroup",
        refused=_NO_GROUP_HAS,
        kept=kept("autoscaling", "UpdateAutoScalingGroup", _DESCRIBED),
        base={"AutoScalingGroupName": "machines", "MaxSize": 4},
        values=_GROUP_VALUES
        | {"AutoScalingGroupName": "others", "LaunchConfigurationName": "node"},
        beside=_GROUP_BESIDE,
    ),
    Case(
        service="ecs",
        operation="PutClusterCapacityProviders",
        base={
            "cluster": "default",
            "capacityProviders": ["FARGATE", "FARGATE_SPOT"],
            "defaultCapacityProviderStrategy": [],
        },
        values={
            "cluster": "fargate",
            "capacityProviders": ["FARGATE"],
            "defaultCapacityProviderStrategy[].capacityProvider": "FARGATE",
        },
        beside={"defaultCapacityProviderStrategy": {"defaultCapacityProviderStrategy": SPREAD}},
    ),
    Case(
        service="ecs",
        operation="UpdateCluster",
        refused=(
            "settings[].name",
            "configuration.managedStorageConfiguration",
            f"{_EXEC}.kmsKeyId",
            f"{_EXEC}.logConfiguration.cloudWatchEncryptionEnabled",
            f"{_EXEC}.logConfiguration.s3EncryptionEnabled",
        ),
        base={"cluster": "default"},
        values={
            "cluster": "fargate",
            "settings[].name": "probe",
            "settings[].value": "enabled",
            "serviceConnectDefaults.namespace": "shop",
            f"{_EXEC}.logging": "NONE",
        },
        beside={
            f"{_EXEC}.logConfiguration": {
                "configuration": {
                    "executeCommandConfiguration": {
                        "logging": "OVERRIDE",
                        "logConfiguration": {"cloudWatchLogGroupName": "/exec"},
                    }
                }
            },
            "settings": {"settings": [{"name": "containerInsights", "value": "disabled"}]},
        },
    ),
    Case(
        service="ecs",
        operation="UpdateClusterSettings",
        refused=("settings[].name",),
        base={
            "cluster": "default",
            "settings": [{"name": "containerInsights", "value": "disabled"}],
        },
        values={
            "cluster": "fargate",
            "settings[].name": "probe",
            "settings[].value": "enabled",
        },
    ),
    Case(
        service="ecs",
        operation="PutAttributes",
        base={"attributes": [{"name": "rack", "value": "one", "targetId": "i"}]},
        values={
            "cluster": "fargate",
            "attributes[].targetId": "j",
            "attributes[].targetType": "container-instance",
        },
    ),
    Case(
        service="ecs",
        operation="UpdateContainerInstancesState",
        base={"containerInstances": ["i"], "status": "DRAINING"},
        values={"cluster": "fargate", "containerInstances": ["j"], "status": "ACTIVE"},
    ),
    Case(
        service="ecs",
        operation="ExecuteCommand",
        refused=("interactive",),
        kept={"command": "the session runs it"},
        base={
            "cluster": "default",
            "task": "{running-in-default}",
            "container": "web",
            "command": "sh",
            "interactive": True,
        },
        values={
            "cluster": "fargate",
            "container": "side",
            "interactive": False,
            "task": "{other-running-in-default}",
        },
        beside={"cluster": {"task": "f" * 32}},
    ),
    Case(
        service="ecs",
        operation="StopServiceDeployment",
        refused=("stopType",),
        base={"serviceDeploymentArn": "{service-deployment}"},
        values={
            "serviceDeploymentArn": "{other-service-deployment}",
            "stopType": "ABORT",
        },
    ),
)
