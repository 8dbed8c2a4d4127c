"""Targets: where they are, what is known of them, how they leave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from seaway.core.balancer import Target, TargetState
from seaway.core.network import NetworkInterface
from tests.aws.elbv2.network import Balancing, an_instance, refused

INSTANCE = "i-0123456789abcdef0"


def _used(lb: Balancing, **more: Any) -> str:
    arn = lb.group(**more)
    lb.rule(lb.a_listener(), 1, Actions=[{"Type": "forward", "TargetGroupArn": arn}])
    return arn


def _register(lb: Balancing, arn: str, *targets: dict[str, Any]) -> None:
    lb.client.register_targets(TargetGroupArn=arn, Targets=list(targets))


def _health(lb: Balancing, arn: str, **more: Any) -> list[dict[str, Any]]:
    shown = lb.client.describe_target_health(TargetGroupArn=arn, **more)
    return list(shown["TargetHealthDescriptions"])


def test_a_new_target_is_initial(lb: Balancing) -> None:
    arn = _used(lb, TargetType="ip")
    _register(lb, arn, {"Id": "10.0.1.9", "Port": 8080})
    assert _health(lb, arn) == [
        {
            "Target": {"Id": "10.0.1.9", "Port": 8080, "AvailabilityZone": "us-east-1a"},
            "HealthCheckPort": "8080",
            "TargetHealth": {
                "State": "initial",
                "Reason": "Elb.RegistrationInProgress",
                "Description": "Target registration is in progress",
            },
        }
    ]


def test_a_target_of_a_group_nothing_forwards_to_is_unused(lb: Balancing) -> None:
    arn = lb.group(TargetType="ip")
    _register(lb, arn, {"Id": "10.0.1.9"})
    (one,) = _health(lb, arn)
    assert one["TargetHealth"] == {
        "State": "unused",
        "Reason": "Target.NotInUse",
        "Description": ("Target group is not configured to receive traffic from the load balancer"),
    }


def test_an_instance_is_reached_at_its_own_address(lb: Balancing) -> None:
    lb.wired.put(an_instance())
    arn = _used(lb)
    _register(lb, arn, {"Id": INSTANCE, "Port": 32768}, {"Id": INSTANCE, "Port": 32769})
    assert [(one.address, one.port) for one in lb.wired.all(Target)] == [
        ("10.0.1.77", 32768),
        ("10.0.1.77", 32769),
    ]
    assert _health(lb, arn)[0]["Target"] == {"Id": INSTANCE, "Port": 32768}


def test_an_instance_outside_ecs_is_reached_at_its_interface(lb: Balancing) -> None:
    lb.wired.put(
        NetworkInterface(
            id="eni-1",
            vpc="vpc-1",
            subnet="subnet-b",
            zone="us-east-1b",
            owner="000000000000",
            address="10.0.2.50",
            mac="02:42:0a:00:02:32",
            created_at=0.0,
            holder="i-00000000000000abc",
            instance="i-00000000000000abc",
        )
    )
    _register(lb, lb.group(), {"Id": "i-00000000000000abc"})
    (target,) = lb.wired.all(Target)
    assert (target.address, target.zone, target.port) == ("10.0.2.50", "us-east-1b", 80)


@pytest.mark.parametrize(
    ("kind", "target", "code", "words"),
    [
        ("instance", {"Id": "10.0.1.9"}, "ValidationError", "Instance ID '10.0.1.9' is not valid"),
        ("instance", {"Id": "i-0000000000000dead"}, "InvalidTarget", "not in the target group VPC"),
        ("ip", {"Id": "cats"}, "ValidationError", "is not a valid IPv4 address"),
        ("ip", {"Id": "8.8.8.8"}, "ValidationError", "not in a supported IP address range"),
        ("ip", {"Id": "192.168.1.1"}, "ValidationError", "Availability Zone is required"),
        (
            "ip",
            {"Id": "10.0.1.9", "AvailabilityZone": "all"},
            "ValidationError",
            "cannot have its Availability Zone overridden to 'all' from 'us-east-1a'",
        ),
    ],
)
def test_targets_that_cannot_be(
    lb: Balancing, kind: str, target: dict[str, str], code: str, words: str
) -> None:
    arn = lb.group(TargetType=kind)
    with refused(code, words):
        _register(lb, arn, target)


def test_one_refused_target_leaves_none_registered(lb: Balancing) -> None:
    arn = lb.group(TargetType="ip")
    with refused("ValidationError"):
        _register(lb, arn, {"Id": "10.0.1.9"}, {"Id": "8.8.8.8"})
    assert lb.wired.all(Target) == []


def test_an_address_outside_the_vpc_names_its_zone(lb: Balancing) -> None:
    _register(lb, lb.group(TargetType="ip"), {"Id": "192.168.1.1", "AvailabilityZone": "all"})
    (target,) = lb.wired.all(Target)
    assert target.zone == "all"


def test_leaving_targets_drain_and_come_back_as_new(lb: Balancing) -> None:
    arn = _used(lb, TargetType="ip")
    _register(lb, arn, {"Id": "10.0.1.9"})
    lb.client.deregister_targets(TargetGroupArn=arn, Targets=[{"Id": "10.0.1.9"}])
    (one,) = _health(lb, arn)
    assert one["TargetHealth"] == {
        "State": "draining",
        "Reason": "Target.DeregistrationInProgress",
        "Description": "Target deregistration is in progress",
    }
    (target,) = lb.wired.all(Target)
    assert target.draining_since == lb.wired.moment().now
    _register(lb, arn, {"Id": "10.0.1.9"})
    (again,) = lb.wired.all(Target)
    assert (again.state, again.draining_since) == (TargetState.INITIAL, None)


def test_registering_again_keeps_what_is_known(lb: Balancing) -> None:
    arn = _used(lb, TargetType="ip")
    _register(lb, arn, {"Id": "10.0.1.9"})
    (target,) = lb.wired.all(Target)
    lb.wired.put(replace(target, state=TargetState.HEALTHY, reason=None, description=None))
    _register(lb, arn, {"Id": "10.0.1.9"})
    (one,) = _health(lb, arn)
    assert one["TargetHealth"] == {"State": "healthy"}
    lb.client.get_waiter("target_in_service").wait(TargetGroupArn=arn)


def test_a_target_of_an_unused_group_leaves_at_once(lb: Balancing) -> None:
    arn = lb.group(TargetType="ip")
    _register(lb, arn, {"Id": "10.0.1.9"})
    lb.client.deregister_targets(
        TargetGroupArn=arn, Targets=[{"Id": "10.0.1.9"}, {"Id": "10.0.1.10"}]
    )
    assert lb.wired.all(Target) == []


def test_the_waiter_ends_when_a_target_is_not_registered_any_more(lb: Balancing) -> None:
    arn = _used(lb, TargetType="ip")
    (one,) = _health(lb, arn, Targets=[{"Id": "10.0.1.9"}])
    assert one["TargetHealth"]["State"] == "unused"
    assert one["TargetHealth"]["Reason"] == "Target.NotRegistered"
    lb.client.get_waiter("target_deregistered").wait(
        TargetGroupArn=arn, Targets=[{"Id": "10.0.1.9"}]
    )


def test_a_check_on_a_port_of_its_own_is_shown(lb: Balancing) -> None:
    arn = _used(lb, TargetType="ip", HealthCheckPort="9000")
    _register(lb, arn, {"Id": "10.0.1.9"})
    assert _health(lb, arn)[0]["HealthCheckPort"] == "9000"


def test_an_unknown_group(lb: Balancing) -> None:
    arn = lb.group() + "0"
    with refused("TargetGroupNotFound"):
        _register(lb, arn, {"Id": INSTANCE})
