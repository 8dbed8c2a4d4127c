"""The network the tests of load balancing stand in, and short words for what they do."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from seaway.core.capacity import ContainerInstance
from seaway.core.network import Subnet, Vpc
from seaway.core.routing import SecurityGroup
from tests.aws.wired import Wired

ACCOUNT, REGION = "000000000000", "us-east-1"
HOME = f"arn:aws:ec2:{REGION}:{ACCOUNT}"

FIXED = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


def a_vpc(name: str = "vpc-1", cidr: str = "10.0.0.0/16") -> Vpc:
    return Vpc(id=name, owner=ACCOUNT, region=REGION, cidr=cidr)


def a_subnet(name: str, cidr: str, zone: str, vpc: str = "vpc-1") -> Subnet:
    return Subnet(
        id=name,
        arn=f"{HOME}:subnet/{name}",
        vpc=vpc,
        owner=ACCOUNT,
        cidr=cidr,
        zone=zone,
        zone_id=f"id-{zone}",
    )


def a_group(name: str, vpc: str = "vpc-1", called: str = "web") -> SecurityGroup:
    return SecurityGroup(
        id=name, name=called, description="", vpc=vpc, owner=ACCOUNT, region=REGION
    )


def an_instance(name: str = "i-0123456789abcdef0", vpc: str = "vpc-1") -> ContainerInstance:
    return ContainerInstance(
        arn=f"arn:aws:ecs:{REGION}:{ACCOUNT}:container-instance/default/{name}",
        cluster=f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/default",
        registered_at=0.0,
        instance_id=name,
        address="10.0.1.77",
        vpc=vpc,
        subnet="subnet-a",
        zone="us-east-1a",
    )


class Balancing:
    """A client, the store behind it, and defaults for what a test does not care about."""

    def __init__(self, wired: Wired) -> None:
        self.wired = wired
        self.client: Any = wired.client("elbv2")
        wired.put(
            a_vpc(),
            a_vpc("vpc-2", "10.1.0.0/16"),
            a_subnet("subnet-a", "10.0.1.0/24", "us-east-1a"),
            a_subnet("subnet-b", "10.0.2.0/24", "us-east-1b"),
            a_subnet("subnet-b2", "10.0.3.0/24", "us-east-1b"),
            a_subnet("subnet-x", "10.1.1.0/24", "us-east-1a", "vpc-2"),
            a_group("sg-1"),
            a_group("sg-default", called="default"),
            a_group("sg-x", "vpc-2"),
        )

    def balancer(self, name: str = "web", **more: Any) -> dict[str, Any]:
        more.setdefault("Subnets", ["subnet-a", "subnet-b"])
        found: dict[str, Any] = self.client.create_load_balancer(Name=name, **more)
        return dict(found["LoadBalancers"][0])

    def group(self, name: str = "cats", **more: Any) -> str:
        settings = {"Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1"} | more
        made = self.client.create_target_group(Name=name, **settings)
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def listener(self, balancer: str, port: int = 80, **more: Any) -> str:
        more.setdefault("DefaultActions", FIXED)
        made = self.client.create_listener(
            LoadBalancerArn=balancer, Port=port, **{"Protocol": "HTTP"} | more
        )
        return str(made["Listeners"][0]["ListenerArn"])

    def a_listener(self) -> str:
        return self.listener(self.balancer()["LoadBalancerArn"])

    def rule(self, listener: str, priority: int, path: str = "/cats*", **more: Any) -> Any:
        more.setdefault("Conditions", [{"Field": "path-pattern", "Values": [path]}])
        more.setdefault("Actions", FIXED)
        made = self.client.create_rule(ListenerArn=listener, Priority=priority, **more)
        return made["Rules"][0]


class refused:
    """The block must end in AWS's error of this code, with these words in its message."""

    def __init__(self, code: str, words: str = "") -> None:
        self._code, self._words = code, words
        self._raises = pytest.raises(ClientError)

    def __enter__(self) -> None:
        self._caught = self._raises.__enter__()

    def __exit__(self, *exit: Any) -> bool:
        swallowed = bool(self._raises.__exit__(*exit))
        if swallowed:
            error = self._caught.value.response["Error"]
            assert error["Code"] == self._code, error
            assert self._words in error["Message"], error
        return swallowed
