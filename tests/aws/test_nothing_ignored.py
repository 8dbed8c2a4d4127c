"""Nothing a caller asks for is ignored in silence: each member is shown, kept, or refused by name.

The tables below name the members of each input as botocore's model has them; a member that a
newer model adds is in none of them and fails here until somebody decides what becomes of it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.aws import autoscaling, ec2, ecs, elbv2, servicediscovery
from seaway.store.tables import TABLES
from tests.aws.inputs import CASES, Case
from tests.aws.members import input_shape, members, probe
from tests.aws.wired import Wired
from tests.builders import a_cluster, a_namespace, an_instance
from tests.handlers import Counted


class World:
    """All services on one store, with one of everything that the requests refer to."""

    def __init__(self) -> None:
        services = (autoscaling, ec2, ecs, elbv2, servicediscovery)
        self.wired = Wired([one for service in services for one in service.operations()], now=2e9)
        self.known: dict[str, str] = {}
        self._furnish()

    def _furnish(self) -> None:
        ec2, elb, sd = (self.client(name) for name in ("ec2", "elbv2", "servicediscovery"))
        self.known["vpc"] = vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        for zone in "ab":
            made = ec2.create_subnet(
                VpcId=vpc,
                CidrBlock=f"10.0.{ord(zone)}.0/24",
                AvailabilityZone=f"us-east-1{zone}",
            )
            self.known[f"subnet-{zone}"] = made["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)
        self.known["security-group"] = group["GroupId"]
        balancer = elb.create_load_balancer(
            Name="web", Subnets=[self.known["subnet-a"], self.known["subnet-b"]]
        )
        self.known["balancer"] = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        for name in ("one", "two"):
            made = elb.create_target_group(Name=name, Protocol="HTTP", Port=80, VpcId=vpc)
            self.known[f"group-{name}"] = made["TargetGroups"][0]["TargetGroupArn"]
        listener = elb.create_listener(
            LoadBalancerArn=self.known["balancer"],
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "forward", "TargetGroupArn": self.known["group-one"]}],
        )
        self.known["listener"] = listener["Listeners"][0]["ListenerArn"]
