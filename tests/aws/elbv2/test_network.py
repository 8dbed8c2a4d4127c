"""Network load balancers: their addresses, listeners, target groups and attributes."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.balancer import LoadBalancer
from tests.aws.elbv2.network import FIXED, Balancing, refused


def forward(*groups: str) -> list[dict[str, Any]]:
    shares = [{"TargetGroupArn": arn, "Weight": weight} for weight, arn in enumerate(groups, 1)]
    return [{"Type": "forward", "ForwardConfig": {"TargetGroups": shares}}]


def test_one_has_its_kind_in_its_names(lb: Balancing) -> None:
    made = lb.balancer(Type="network", Subnets=["subnet-a"])
    number = made["LoadBalancerArn"].rpartition("/")[2]
    assert made["LoadBalancerArn"].partition(":loadbalancer/")[2] == f"net/web/{number}"
    assert made["DNSName"] == f"web-{number}.us-east-1.elb.seaway.internal"
    assert (made["Type"], made["State"]["Code"]) == ("network", "provisioning")
    assert made["SecurityGroups"] == []
    with refused("InvalidConfigurationRequest", "made without"):
        lb.client.set_security_groups(
            LoadBalancerArn=made["LoadBalancerArn"], SecurityGroups=["sg-1"]
        )
    with refused("DuplicateLoadBalancerName"):
        lb.balancer(Subnets=["subnet-a", "subnet-b"])


def test_an_internal_one_may_choose_its_address(lb: Balancing) -> None:
    mapping = [{"SubnetId": "subnet-a", "PrivateIPv4Address": "10.0.1.99"}]
    made = lb.balancer(Type="network", Scheme="internal", Subnets=[], SubnetMappings=mapping)
    (zone,) = made["AvailabilityZones"]
    assert zone["LoadBalancerAddresses"] == [{"PrivateIPv4Address": "10.0.1.99"}]
    (kept,) = lb.wired.all(LoadBalancer)
    assert kept.addresses == (("subnet-a", "10.0.1.99"),)
    more: dict[str, Any] = {"Type": "network", "Scheme": "internal", "Subnets": []}
    with refused("InvalidConfigurationRequest", "'10.0.1.99' is in use"):
        lb.balancer("two", SubnetMappings=mapping, **more)
    for address in ("10.0.2.99", "10.0.1.3", "10.0.1.255", "x"):
        with refused("ValidationError", "is not one of the subnet"):
            lb.balancer(
                "two",
                SubnetMappings=[{"SubnetId": "subnet-a", "PrivateIPv4Address": address}],
                **more,
            )
    with refused("InvalidConfigurationRequest", "only be specified for internal"):
        lb.balancer("two", SubnetMappings=mapping, Type="network", Subnets=[])


def test_its_address_in_a_subnet_that_it_keeps_stays(lb: Balancing) -> None:
    mapping = [{"SubnetId": "subnet-a", "PrivateIPv4Address": "10.0.1.99"}]
    made = lb.balancer(Type="network", Scheme="internal", Subnets=[], SubnetMappings=mapping)
    arn = made["LoadBalancerArn"]
    (zone,) = lb.client.set_subnets(LoadBalancerArn=arn, SubnetMappings=mapping)[
        "AvailabilityZones"
    ]
    assert zone["LoadBalancerAddresses"] == [{"PrivateIPv4Address": "10.0.1.99"}]
    mapping[0]["PrivateIPv4Address"] = "10.0.1.98"
    with refused("InvalidConfigurationRequest", "cannot be changed: it is '10.0.1.99'"):
        lb.client.set_subnets(LoadBalancerArn=arn, SubnetMappings=mapping)


@pytest.mark.parametrize(
    ("protocol", "group", "fits"),
    [
        ("TCP", "TCP", True),
        ("TCP", "TCP_UDP", True),
        ("TCP", "UDP", False),
        ("TCP", "HTTP", False),
        ("UDP", "UDP", True),
        ("UDP", "TCP_UDP", True),
        ("UDP", "TCP", False),
        ("TCP_UDP", "TCP_UDP", True),
        ("TCP_UDP", "TCP", False),
    ],
)
def test_a_listener_goes_with_groups_of_its_protocol(
    lb: Balancing, protocol: str, group: str, fits: bool
) -> None:
    balancer = lb.balancer(Type="network")["LoadBalancerArn"]
    arn = lb.group(Protocol=group)
    if fits:
        made = lb.listener(balancer, 53, Protocol=protocol, DefaultActions=forward(arn))
        assert ":listener/net/web/" in made
        return
    with refused("IncompatibleProtocols", f"with the protocol '{group}'"):
        lb.listener(balancer, 53, Protocol=protocol, DefaultActions=forward(arn))


def test_flows_may_be_shared_out_by_weight(lb: Balancing) -> None:
    balancer = lb.balancer(Type="network")["LoadBalancerArn"]
    blue, green = lb.group("blue", Protocol="TCP"), lb.group("green", Protocol="TCP")
    lb.listener(balancer, 80, Protocol="TCP", DefaultActions=forward(blue, green))
    (shown,) = lb.client.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    (action,) = shown["DefaultActions"]
    assert [s["Weight"] for s in action["ForwardConfig"]["TargetGroups"]] == [1, 2]


def test_it_knows_no_requests(lb: Balancing) -> None:
    balancer = lb.balancer(Type="network")["LoadBalancerArn"]
    with refused("InvalidLoadBalancerAction", "not supported on listeners with the protocol 'TCP'"):
        lb.listener(balancer, 80, Protocol="TCP", DefaultActions=FIXED)
    with refused("ValidationError", "must be one of 'TCP, TLS, UDP, TCP_UDP'"):
        lb.listener(balancer, 80)
    with refused("UnsupportedProtocol", "has not built listeners with the protocol 'QUIC'"):
        lb.listener(balancer, 80, Protocol="QUIC")
    group = lb.group(Protocol="TCP")
    listener = lb.listener(balancer, 80, Protocol="TCP", DefaultActions=forward(group))
    with refused("ValidationError", "Rules are not supported"):
        lb.rule(listener, 1, Actions=forward(group))
    sticky = forward(group)
    sticky[0]["ForwardConfig"]["TargetGroupStickinessConfig"] = {
        "Enabled": True,
        "DurationSeconds": 9,
    }
    with refused("InvalidConfigurationRequest", "TargetGroupStickinessConfig"):
        lb.client.modify_listener(ListenerArn=listener, DefaultActions=sticky)
    other = lb.balancer("other")["LoadBalancerArn"]
    with refused("ValidationError", "must be one of 'HTTPS, HTTP'"):
        lb.listener(other, 80, Protocol="TCP")


def test_groups_are_checked_over_tcp_unless_asked_otherwise(lb: Balancing) -> None:
    arn = lb.group(Protocol="TCP")
    (shown,) = lb.client.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert (shown["HealthCheckProtocol"], shown["HealthCheckTimeoutSeconds"]) == ("TCP", 10)
    assert not {"Matcher", "HealthCheckPath", "ProtocolVersion"} & set(shown)
    arn = lb.group("dogs", Protocol="UDP", HealthCheckProtocol="HTTP", HealthCheckPath="/up")
    (shown,) = lb.client.describe_target_groups(TargetGroupArns=[arn])["TargetGroups"]
    assert (shown["HealthCheckPath"], shown["Matcher"]) == ("/up", {"HttpCode": "200-399"})
    with refused("ValidationError", "HealthCheckPath is not supported"):
        lb.group("cows", Protocol="TCP", HealthCheckPath="/up")
    with refused("ValidationError", "must be one of 'HTTP, HTTPS'"):
        lb.group("cows", HealthCheckProtocol="TCP")
    with refused("ValidationError", "Protocol version is not supported"):
        lb.group("cows", Protocol="TCP", ProtocolVersion="HTTP2")


def test_attributes_are_those_of_its_kind(lb: Balancing) -> None:
    balancer = lb.balancer(Type="network")["LoadBalancerArn"]
    shown = lb.client.describe_load_balancer_attributes(LoadBalancerArn=balancer)["Attributes"]
    assert "idle_timeout.timeout_seconds" not in {one["Key"] for one in shown}
    with refused("InvalidConfigurationRequest", "load_balancing.cross_zone.enabled"):
        lb.client.modify_load_balancer_attributes(
            LoadBalancerArn=balancer,
            Attributes=[{"Key": "load_balancing.cross_zone.enabled", "Value": "false"}],
        )
    group = lb.group(Protocol="TCP")
    set_group = {"Key": "proxy_protocol_v2.enabled", "Value": "true"}
    changed = lb.client.modify_target_group_attributes(
        TargetGroupArn=group, Attributes=[set_group]
    )["Attributes"]
    assert set_group in changed
    for key in (
        "preserve_client_ip.enabled",
        "deregistration_delay.connection_termination.enabled",
    ):
        with refused("InvalidConfigurationRequest", key):
            lb.client.modify_target_group_attributes(
                TargetGroupArn=group, Attributes=[{"Key": key, "Value": "true"}]
            )
    listener = lb.listener(balancer, 80, Protocol="TCP", DefaultActions=forward(group))
    idle = {"Key": "tcp.idle_timeout.seconds", "Value": "60"}
    changed = lb.client.modify_listener_attributes(ListenerArn=listener, Attributes=[idle])
    assert changed["Attributes"] == [idle]
    with refused("InvalidConfigurationRequest", "is not supported on listeners with the protocol"):
        lb.client.modify_listener_attributes(
            ListenerArn=listener,
            Attributes=[{"Key": "routing.http.response.server.enabled", "Value": "true"}],
        )
