"""Attributes: AWS's defaults, its refusals, and our own for what does nothing yet."""

from __future__ import annotations

import pytest

from seaway.core.balancer import LoadBalancer
from seaway.core.buckets import Bucket
from tests.aws.elbv2.network import Balancing, refused


def _load_balancer(lb: Balancing, arn: str) -> dict[str, str]:
    shown = lb.client.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    return {one["Key"]: one["Value"] for one in shown}


def _target_group(lb: Balancing, arn: str) -> dict[str, str]:
    shown = lb.client.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    return {one["Key"]: one["Value"] for one in shown}


def _set(lb: Balancing, arn: str, key: str, value: str) -> None:
    lb.client.modify_target_group_attributes(
        TargetGroupArn=arn, Attributes=[{"Key": key, "Value": value}]
    )


def test_a_load_balancer_starts_with_awss_defaults(lb: Balancing) -> None:
    arn = lb.balancer()["LoadBalancerArn"]
    held = _load_balancer(lb, arn)
    assert held["idle_timeout.timeout_seconds"] == "60"
    assert held["routing.http2.enabled"] == "true"
    assert held["ipv6.deny_all_igw_traffic"] == "false"
    lb.client.modify_load_balancer_attributes(
        LoadBalancerArn=arn,
        Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "120"}],
    )
    assert _load_balancer(lb, arn) == held | {"idle_timeout.timeout_seconds": "120"}


def test_an_internal_load_balancer_may_be_told_its_own_default(lb: Balancing) -> None:
    arn = lb.balancer(Scheme="internal")["LoadBalancerArn"]
    assert _load_balancer(lb, arn)["ipv6.deny_all_igw_traffic"] == "true"
    lb.client.modify_load_balancer_attributes(
        LoadBalancerArn=arn, Attributes=[{"Key": "ipv6.deny_all_igw_traffic", "Value": "true"}]
    )


def test_a_target_group_starts_with_awss_defaults(lb: Balancing) -> None:
    arn = lb.group()
    held = _target_group(lb, arn)
    assert held["deregistration_delay.timeout_seconds"] == "300"
    assert held["load_balancing.algorithm.type"] == "round_robin"
    assert held["slow_start.duration_seconds"] == "0"
    _set(lb, arn, "deregistration_delay.timeout_seconds", "5")
    assert _target_group(lb, arn) == held | {"deregistration_delay.timeout_seconds": "5"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("deregistration_delay.timeout_seconds", "3601"),
        ("deregistration_delay.timeout_seconds", "-1"),
        ("deregistration_delay.timeout_seconds", "soon"),
        ("slow_start.duration_seconds", "29"),
        ("slow_start.duration_seconds", "901"),
        ("load_balancing.algorithm.type", "random"),
        ("stickiness.app_cookie.cookie_name", "AWSALBMINE"),
        ("stickiness.enabled", "yes"),
    ],
)
def test_values_that_aws_does_not_take(lb: Balancing, key: str, value: str) -> None:
    with refused("ValidationError", f"'{key}' does not take the value '{value}'"):
        _set(lb, lb.group(), key, value)


def test_an_unknown_key(lb: Balancing) -> None:
    with refused("ValidationError", "attribute key 'colour' is not recognized"):
        _set(lb, lb.group(), "colour", "blue")


@pytest.mark.parametrize("seconds", ["30", "99", "100", "899", "900"])
def test_slow_start_takes_thirty_to_nine_hundred_seconds(lb: Balancing, seconds: str) -> None:
    arn = lb.group()
    _set(lb, arn, "slow_start.duration_seconds", seconds)
    assert _target_group(lb, arn)["slow_start.duration_seconds"] == seconds


def test_slow_start_goes_with_round_robin_only(lb: Balancing) -> None:
    arn = lb.group()
    _set(lb, arn, "slow_start.duration_seconds", "30")
    with refused("InvalidConfigurationRequest", "slow start"):
        _set(lb, arn, "load_balancing.algorithm.type", "least_outstanding_requests")


def test_what_would_do_nothing_is_refused_and_its_default_is_not(lb: Balancing) -> None:
    arn = lb.group()
    with refused("InvalidConfigurationRequest", "'stickiness.type'"):
        _set(lb, arn, "stickiness.type", "app_cookie")
    _set(lb, arn, "stickiness.type", "lb_cookie")
    _set(lb, arn, "stickiness.enabled", "true")
    balancer = lb.balancer()["LoadBalancerArn"]
    with refused("InvalidConfigurationRequest", "connection_logs.s3.enabled"):
        lb.client.modify_load_balancer_attributes(
            LoadBalancerArn=balancer,
            Attributes=[{"Key": "connection_logs.s3.enabled", "Value": "true"}],
        )


def test_access_logs_need_a_bucket_that_is_there(lb: Balancing) -> None:
    balancer = lb.balancer()["LoadBalancerArn"]
    wanted = [{"Key": "access_logs.s3.enabled", "Value": "true"}]

    def ask() -> None:
        lb.client.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=wanted)

    with refused("InvalidConfigurationRequest", "'access_logs.s3.bucket' cannot be empty"):
        ask()
    wanted.append({"Key": "access_logs.s3.bucket", "Value": "logs"})
    with refused("InvalidConfigurationRequest", "Access Denied for bucket: logs"):
        ask()
    lb.wired.put(Bucket(name="logs", account="0", region="us-east-1", created_at=1))
    ask()
    (kept,) = lb.wired.all(LoadBalancer)
    assert kept.logs_requests


def test_a_listeners_attributes(lb: Balancing) -> None:
    arn = lb.a_listener()
    shown = lb.client.describe_listener_attributes(ListenerArn=arn)["Attributes"]
    assert {"Key": "routing.http.response.server.enabled", "Value": "true"} in shown
    with refused("InvalidConfigurationRequest", "not supported on listeners"):
        key = "routing.http.request.x_amzn_tls_version.header_name"
        lb.client.modify_listener_attributes(
            ListenerArn=arn, Attributes=[{"Key": key, "Value": "X"}]
        )
