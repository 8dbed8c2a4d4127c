"""Target groups: AWS's defaults, its ranges, and who uses them."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.balancer import Target
from tests.aws.elbv2.network import Balancing, refused


def test_a_target_group_starts_with_awss_defaults(lb: Balancing) -> None:
    arn = lb.group("cats")
    assert arn.startswith("arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup/cats/")
    (shown,) = lb.client.describe_target_groups(Names=["cats"])["TargetGroups"]
    del shown["TargetGroupArn"]
    assert shown == {
        "TargetGroupName": "cats",
        "Protocol": "HTTP",
        "Port": 80,
        "VpcId": "vpc-1",
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "HealthCheckPath": "/",
        "Matcher": {"HttpCode": "200"},
        "LoadBalancerArns": [],
        "TargetType": "instance",
        "ProtocolVersion": "HTTP1",
        "IpAddressType": "ipv4",
    }


def test_the_same_request_again_gives_what_is_there(lb: Balancing) -> None:
    assert lb.group() == lb.group()
    with refused("DuplicateTargetGroupName", "different settings"):
        lb.group(Port=81)


def test_the_check_is_changed_and_the_rest_stays(lb: Balancing) -> None:
    arn = lb.group(HealthCheckPath="/cats/", HealthyThresholdCount=2)
    (changed,) = lb.client.modify_target_group(
        TargetGroupArn=arn, Matcher={"HttpCode": "200,300-399"}, HealthCheckIntervalSeconds=10
    )["TargetGroups"]
    assert changed["HealthCheckPath"] == "/cats/"
    assert changed["HealthyThresholdCount"] == 2
    assert changed["HealthCheckIntervalSeconds"] == 10
    assert changed["Matcher"] == {"HttpCode": "200,300-399"}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"HealthCheckIntervalSeconds": 4}, "greater than or equal to 5"),
        ({"HealthCheckTimeoutSeconds": 121}, "less than or equal to 120"),
        ({"HealthyThresholdCount": 11}, "less than or equal to 10"),
        ({"HealthCheckIntervalSeconds": 5, "HealthCheckTimeoutSeconds": 5}, "must be smaller"),
        ({"HealthCheckPath": "cats"}, "must begin with '/'"),
        ({"HealthCheckPort": "http"}, "Health check port 'http'"),
        ({"HealthCheckProtocol": "TCP"}, "Health check protocol 'TCP'"),
        ({"HealthCheckEnabled": False}, "Health check enabled must be true"),
        ({"Matcher": {"HttpCode": "500"}}, "within '200-499'"),
        ({"Matcher": {"HttpCode": "200-"}}, "within '200-499'"),
        ({"Matcher": {"HttpCode": "300-200"}}, "within '200-499'"),
        ({"VpcId": "vpc-none"}, "The VPC ID 'vpc-none' is not found"),
        ({"ProtocolVersion": "HTTP3"}, "Protocol version 'HTTP3'"),
    ],
)
def test_settings_that_cannot_be(lb: Balancing, settings: dict[str, Any], words: str) -> None:
    with refused("ValidationError", words):
        lb.group(**settings)


@pytest.mark.parametrize("name", ["a_b", "-cats", "cats-", "x" * 33])
def test_names_that_cannot_be(lb: Balancing, name: str) -> None:
    with refused("ValidationError", "Target group name"):
        lb.group(name)


@pytest.mark.parametrize("missing", ["Port", "VpcId", "Protocol"])
def test_what_must_be_said(lb: Balancing, missing: str) -> None:
    settings: dict[str, Any] = {"Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1"}
    del settings[missing]
    with refused("ValidationError", "must be specified"):
        lb.client.create_target_group(Name="cats", **settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"Protocol": "QUIC"},
        {"Protocol": "GENEVE"},
        {"TargetType": "lambda"},
        {"TargetType": "alb"},
        {"IpAddressType": "ipv6"},
    ],
)
def test_other_kinds_are_said_not_to_be_built(lb: Balancing, settings: dict[str, str]) -> None:
    with refused("InvalidConfigurationRequest", "has not built"):
        lb.group(**settings)


def test_grpc_has_defaults_of_its_own(lb: Balancing) -> None:
    arn = lb.group(ProtocolVersion="GRPC")
    (shown,) = lb.client.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert shown["HealthCheckPath"] == "/AWS.ALB/healthcheck"
    assert shown["Matcher"] == {"GrpcCode": "12"}


def test_a_group_knows_its_load_balancer_and_the_other_way_round(lb: Balancing) -> None:
    arn, other = lb.group("cats"), lb.group("dogs")
    balancer = lb.balancer()["LoadBalancerArn"]
    lb.rule(lb.listener(balancer), 1, Actions=[{"Type": "forward", "TargetGroupArn": arn}])
    (used,) = lb.client.describe_target_groups(LoadBalancerArn=balancer)["TargetGroups"]
    assert (used["TargetGroupArn"], used["LoadBalancerArns"]) == (arn, [balancer])
    (unused,) = lb.client.describe_target_groups(TargetGroupArns=[other])["TargetGroups"]
    assert unused["LoadBalancerArns"] == []


def test_a_group_in_use_stays(lb: Balancing) -> None:
    arn = lb.group()
    rule = lb.rule(lb.a_listener(), 1, Actions=[{"Type": "forward", "TargetGroupArn": arn}])
    with refused("ResourceInUse", "currently in use by a listener or a rule"):
        lb.client.delete_target_group(TargetGroupArn=arn)
    lb.client.delete_rule(RuleArn=rule["RuleArn"])
    lb.client.delete_target_group(TargetGroupArn=arn)
    lb.client.delete_target_group(TargetGroupArn=arn)
    with refused("TargetGroupNotFound", "One or more target groups not found"):
        lb.client.describe_target_groups(TargetGroupArns=[arn])


def test_deleting_drops_its_registrations(lb: Balancing) -> None:
    arn = lb.group(TargetType="ip")
    lb.client.register_targets(TargetGroupArn=arn, Targets=[{"Id": "10.0.1.9"}])
    lb.client.delete_target_group(TargetGroupArn=arn)
    assert lb.wired.all(Target) == []
