from __future__ import annotations

from typing import Any

from seaway.core.compute import AutoScalingGroup, LaunchSource
from tests.aws.ecs.story import Ecs, an_ecs, refusal

GROUP = "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:autoScalingGroupName/g"


def with_group(**fields: Any) -> Ecs:
    ecs = an_ecs()
    ecs.put(
        AutoScalingGroup(
            arn=GROUP,
            name="g",
            created_at=1.0,
            source=LaunchSource(),
            minimum=0,
            maximum=2,
            desired=0,
            subnets=("subnet-1",),
            **fields,
        )
    )
    return ecs


def test_fargate_and_fargate_spot_are_always_there() -> None:
    answer = an_ecs().DescribeCapacityProviders()
    assert [p["name"] for p in answer["capacityProviders"]] == ["FARGATE", "FARGATE_SPOT"]


def test_a_provider_of_an_auto_scaling_group_is_made_changed_and_deleted() -> None:
    ecs = with_group()
    given = {"autoScalingGroupArn": GROUP, "managedScaling": {"targetCapacity": 80}}
    made = ecs.CreateCapacityProvider(name="mine", autoScalingGroupProvider=given)
    assert made["capacityProvider"]["autoScalingGroupProvider"] == {
        "autoScalingGroupArn": GROUP,
        "managedScaling": {
            "status": "DISABLED",
            "targetCapacity": 80,
            "minimumScalingStepSize": 1,
            "maximumScalingStepSize": 10000,
            "instanceWarmupPeriod": 300,
        },
        "managedTerminationProtection": "DISABLED",
        "managedDraining": "ENABLED",
    }
    change = {"managedScaling": {"maximumScalingStepSize": 5}}
    changed = ecs.UpdateCapacityProvider(name="mine", autoScalingGroupProvider=change)
    provider = changed["capacityProvider"]["autoScalingGroupProvider"]
    assert provider["managedScaling"]["maximumScalingStepSize"] == 5
    assert provider["managedScaling"]["targetCapacity"] == 80
    ecs.PutClusterCapacityProviders(
        cluster="default", capacityProviders=["mine"], defaultCapacityProviderStrategy=[]
    )
    assert refusal(lambda: ecs.DeleteCapacityProvider(capacityProvider="mine"))[0] == (
        "ResourceInUseException"
    )
    ecs.PutClusterCapacityProviders(
        cluster="default", capacityProviders=[], defaultCapacityProviderStrategy=[]
    )
    gone = ecs.DeleteCapacityProvider(capacityProvider="mine")["capacityProvider"]
    assert gone["status"] == "INACTIVE"
    assert ecs.DescribeCapacityProviders(capacityProviders=["mine"])["failures"] == [
        {
            "arn": "arn:aws:ecs:us-east-1:000000000000:capacity-provider/mine",
            "reason": "MISSING",
        }
    ]


def test_reserved_names_unknown_groups_and_protection_without_scaling_are_refused() -> None:
    ecs = with_group()
    given = {"autoScalingGroupArn": GROUP}
    create = ecs.CreateCapacityProvider
    assert refusal(lambda: create(name="fargate-mine", autoScalingGroupProvider=given))[0] == (
        "ClientException"
    )
    unknown = {"autoScalingGroupArn": GROUP + "2"}
    assert refusal(lambda: create(name="mine", autoScalingGroupProvider=unknown))[0] == (
        "ClientException"
    )
    alone = {**given, "managedTerminationProtection": "ENABLED"}
    assert refusal(lambda: create(name="mine", autoScalingGroupProvider=alone))[1] == (
        "The managed termination protection setting for the capacity provider requires managed "
        "scaling to be enabled."
    )
    assert refusal(lambda: ecs.DeleteCapacityProvider(capacityProvider="FARGATE"))[1] == (
        "The specified capacity provider is reserved and cannot be deleted."
    )


def test_what_the_cdk_asks_for_by_default_is_taken() -> None:
    ecs = with_group()
    given = {
        "autoScalingGroupArn": GROUP,
        "managedScaling": {"status": "ENABLED", "targetCapacity": 100},
        "managedTerminationProtection": "ENABLED",
    }
    made = ecs.CreateCapacityProvider(name="mine", autoScalingGroupProvider=given)
    shown = made["capacityProvider"]["autoScalingGroupProvider"]
    assert shown["managedScaling"]["status"] == "ENABLED"
    assert (shown["managedTerminationProtection"], shown["managedDraining"]) == (
        "ENABLED",
        "ENABLED",
    )
    off = {"managedTerminationProtection": "DISABLED", "managedDraining": "DISABLED"}
    changed = ecs.UpdateCapacityProvider(name="mine", autoScalingGroupProvider=off)
    shown = changed["capacityProvider"]["autoScalingGroupProvider"]
    assert (shown["managedScaling"]["status"], shown["managedDraining"]) == ("ENABLED", "DISABLED")
