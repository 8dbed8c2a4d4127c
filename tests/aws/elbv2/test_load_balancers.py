"""Load balancers: where they stand, what they are called, what AWS refuses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from seaway.core.balancer import Listener, LoadBalancer, Rule
from seaway.core.network import NetworkInterface
from tests.aws.elbv2.network import Balancing, a_subnet, refused


def test_a_load_balancer_has_an_address_in_each_of_its_subnets(lb: Balancing) -> None:
    made = lb.balancer(SecurityGroups=["sg-1"])
    assert made["LoadBalancerArn"].startswith(
        "arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/web/"
    )
    assert made["VpcId"] == "vpc-1"
    assert made["State"] == {"Code": "provisioning"}
    assert [zone["ZoneName"] for zone in made["AvailabilityZones"]] == ["us-east-1a", "us-east-1b"]
    assert made["SecurityGroups"] == ["sg-1"]
    (kept,) = lb.wired.all(LoadBalancer)
    assert kept.addresses == (("subnet-a", "10.0.1.4"), ("subnet-b", "10.0.2.4"))
    interfaces = lb.wired.all(NetworkInterface)
    assert [one.holder for one in interfaces] == [kept.arn, kept.arn]
    assert interfaces[0].description.startswith("ELB app/web/")


def test_two_load_balancers_never_share_an_address(lb: Balancing) -> None:
    lb.balancer("one")
    lb.balancer("two")
    addresses = [address for one in lb.wired.all(LoadBalancer) for _, address in one.addresses]
    assert len(set(addresses)) == 4


def test_the_dns_name_tells_an_internal_load_balancer(lb: Balancing) -> None:
    public, private = lb.balancer("web"), lb.balancer("in", Scheme="internal")
    assert public["DNSName"].startswith("web-")
    assert private["DNSName"].startswith("internal-in-")
    assert public["DNSName"].endswith(".us-east-1.elb.seaway.internal")
    assert public["Scheme"] == "internet-facing"


def test_without_groups_it_gets_the_default_group_of_its_vpc(lb: Balancing) -> None:
    assert lb.balancer()["SecurityGroups"] == ["sg-default"]


def test_the_same_request_again_gives_what_is_there(lb: Balancing) -> None:
    assert lb.balancer()["LoadBalancerArn"] == lb.balancer()["LoadBalancerArn"]
    with refused("DuplicateLoadBalancerName", "with different settings"):
        lb.balancer(Scheme="internal")
    assert len(lb.wired.all(NetworkInterface)) == 2


@pytest.mark.parametrize(
    ("subnets", "code", "words"),
    [
        (["subnet-a"], "ValidationError", "At least two subnets in two different"),
        (["subnet-b", "subnet-b2"], "InvalidConfigurationRequest", "same Availability Zone"),
        (["subnet-a", "subnet-nowhere"], "SubnetNotFound", "'subnet-nowhere' does not exist"),
        (["subnet-b", "subnet-x"], "InvalidConfigurationRequest", "same VPC"),
    ],
)
def test_subnets_that_cannot_be(lb: Balancing, subnets: list[str], code: str, words: str) -> None:
    with refused(code, words):
        lb.balancer(Subnets=subnets)
    assert lb.wired.all(NetworkInterface) == []


def test_subnets_may_be_named_by_mappings_without_addresses(lb: Balancing) -> None:
    mappings: list[dict[str, str]] = [{"SubnetId": "subnet-a"}, {"SubnetId": "subnet-b"}]
    made = lb.balancer(Subnets=[], SubnetMappings=mappings)
    assert [zone["SubnetId"] for zone in made["AvailabilityZones"]] == ["subnet-a", "subnet-b"]
    mappings[0]["AllocationId"] = "eipalloc-1"
    with refused("InvalidConfigurationRequest", "AllocationId"):
        lb.balancer("other", Subnets=[], SubnetMappings=mappings)
    with refused("ValidationError", "either subnets or subnet mappings"):
        lb.balancer("other", Subnets=["subnet-a"], SubnetMappings=mappings)


@pytest.mark.parametrize("name", ["a_b", "-web", "web-", "x" * 33, "internal-web"])
def test_names_that_cannot_be(lb: Balancing, name: str) -> None:
    with refused("ValidationError", "load balancer name"):
        lb.balancer(name)


def test_groups_that_cannot_be(lb: Balancing) -> None:
    with refused("InvalidSecurityGroup", "'sg-none' does not exist"):
        lb.balancer(SecurityGroups=["sg-none"])
    with refused("InvalidConfigurationRequest", "'sg-x' is not in"):
        lb.balancer(SecurityGroups=["sg-x"])


def test_other_types_are_said_not_to_be_built(lb: Balancing) -> None:
    with refused("InvalidConfigurationRequest", "type 'gateway'"):
        lb.balancer(Type="gateway")


def test_a_full_subnet_has_no_room(lb: Balancing) -> None:
    lb.wired.put(a_subnet("subnet-s", "10.0.9.0/29", "us-east-1a"))
    for number in range(3):
        lb.balancer(f"lb{number}", Subnets=["subnet-s", "subnet-b"])
    with refused("InvalidSubnet", "Not enough IP space"):
        lb.balancer("one-too-many", Subnets=["subnet-s", "subnet-b"])
    assert len(lb.wired.all(LoadBalancer)) == 3
    assert len(lb.wired.all(NetworkInterface)) == 6


def test_deleting_gives_back_addresses_listeners_and_rules(lb: Balancing) -> None:
    arn = lb.balancer()["LoadBalancerArn"]
    lb.rule(lb.listener(arn), 5)
    lb.client.delete_load_balancer(LoadBalancerArn=arn)
    for noun in (LoadBalancer, Listener, Rule, NetworkInterface):
        assert lb.wired.all(noun) == []
    lb.client.delete_load_balancer(LoadBalancerArn=arn)
    lb.client.get_waiter("load_balancers_deleted").wait(
        LoadBalancerArns=[arn], WaiterConfig={"Delay": 0, "MaxAttempts": 1}
    )


def test_a_protected_load_balancer_stays(lb: Balancing) -> None:
    arn = lb.balancer()["LoadBalancerArn"]
    lb.client.modify_load_balancer_attributes(
        LoadBalancerArn=arn,
        Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}],
    )
    with refused("OperationNotPermitted", "deletion protection"):
        lb.client.delete_load_balancer(LoadBalancerArn=arn)


def test_the_waiter_ends_when_the_proxy_has_taken_it(lb: Balancing) -> None:
    arn = lb.balancer()["LoadBalancerArn"]
    lb.client.get_waiter("load_balancer_exists").wait(LoadBalancerArns=[arn])
    (made,) = lb.wired.all(LoadBalancer)
    lb.wired.put(replace(made, state="active"))
    lb.client.get_waiter("load_balancer_available").wait(LoadBalancerArns=[arn])


def test_descriptions_are_by_arn_by_name_or_in_pages(lb: Balancing) -> None:
    arns = [lb.balancer(name)["LoadBalancerArn"] for name in ("a", "b", "c")]
    pages = lb.client.get_paginator("describe_load_balancers").paginate(
        PaginationConfig={"PageSize": 2}
    )
    shown = [[one["LoadBalancerName"] for one in page["LoadBalancers"]] for page in pages]
    assert shown == [["a", "b"], ["c"]]
    (named,) = lb.client.describe_load_balancers(Names=["b"])["LoadBalancers"]
    assert named["LoadBalancerArn"] == arns[1]
    with refused("LoadBalancerNotFound", "Load balancers '[nobody]' not found"):
        lb.client.describe_load_balancers(Names=["nobody"])
    with refused("ValidationError", "is not a valid load balancer ARN"):
        lb.client.describe_load_balancers(LoadBalancerArns=["web"])
    with refused("ValidationError", "marker"):
        lb.client.describe_load_balancers(Marker="nonsense")


def test_another_region_sees_nothing(lb: Balancing) -> None:
    lb.balancer()
    other = lb.wired.client("elbv2", "eu-west-1")
    assert other.describe_load_balancers()["LoadBalancers"] == []


def test_new_subnets_keep_the_addresses_of_those_that_stay(lb: Balancing) -> None:
    arn = lb.balancer()["LoadBalancerArn"]
    zones = lb.client.set_subnets(LoadBalancerArn=arn, Subnets=["subnet-a", "subnet-b2"])
    assert [zone["SubnetId"] for zone in zones["AvailabilityZones"]] == ["subnet-a", "subnet-b2"]
    (kept,) = lb.wired.all(LoadBalancer)
    assert kept.addresses == (("subnet-a", "10.0.1.4"), ("subnet-b2", "10.0.3.4"))
    assert {one.subnet for one in lb.wired.all(NetworkInterface)} == {"subnet-a", "subnet-b2"}


def test_new_groups_go_to_its_interfaces_too(lb: Balancing) -> None:
    arn = lb.balancer()["LoadBalancerArn"]
    set_ = lb.client.set_security_groups(LoadBalancerArn=arn, SecurityGroups=["sg-1"])
    assert set_["SecurityGroupIds"] == ["sg-1"]
    assert {one.security_groups for one in lb.wired.all(NetworkInterface)} == {("sg-1",)}


def test_only_ipv4_is_built(lb: Balancing) -> None:
    arn = lb.balancer()["LoadBalancerArn"]
    same = lb.client.set_ip_address_type(LoadBalancerArn=arn, IpAddressType="ipv4")
    assert same["IpAddressType"] == "ipv4"
    with refused("InvalidConfigurationRequest", "'dualstack'"):
        lb.client.set_ip_address_type(LoadBalancerArn=arn, IpAddressType="dualstack")
