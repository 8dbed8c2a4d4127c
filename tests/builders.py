"""Nouns with good defaults: a test states only what matters to it."""

from __future__ import annotations

from typing import Any

from seaway.core.balancer import Action, Rule, TargetGroup, WeightedGroup
from seaway.core.capacity import ContainerInstance
from seaway.core.cluster import Cluster
from seaway.core.discovery import DiscoveryService, NamedEndpoint, Namespace
from seaway.core.identity import Role
from seaway.core.network import NetworkInterface, Subnet
from seaway.core.service import Deployment, RolloutState, Service, ServiceEvent
from seaway.core.task import Task
from seaway.core.task_definition import (
    AppProtocol,
    ContainerDefinition,
    NetworkMode,
    PortMapping,
    TaskDefinition,
)

HOME = "us-east-1:000000000000"
CLUSTER = f"arn:aws:ecs:{HOME}:cluster/default"
NAMESPACE = f"arn:aws:servicediscovery:{HOME}:namespace/ns-aaaaaaaaaaaaaaaa"


def a_cluster(name: str = "default", **fields: Any) -> Cluster:
    """A cluster without capacity providers or namespace."""
    arn = f"arn:aws:ecs:{HOME}:cluster/{name}"
    return Cluster(**{"arn": arn, "name": name, "created_at": 1.0, **fields})


def a_port(name: str | None = "web", port: int = 80, **fields: Any) -> PortMapping:
    """A named HTTP port."""
    return PortMapping(
        **{
            "container_port": port,
            "name": name,
            "app_protocol": AppProtocol.HTTP if name else None,
            **fields,
        }
    )


def a_container(name: str = "web", **fields: Any) -> ContainerDefinition:
    """A container that serves HTTP on port 80, named as itself."""
    return ContainerDefinition(
        **{"name": name, "image": "web:1", "ports": (a_port(name),), **fields}
    )


def a_task_definition(family: str = "web", revision: int = 1, **fields: Any) -> TaskDefinition:
    """A bridge task of one container, 256 CPU units and 512 MiB."""
    return TaskDefinition(
        **{
            "arn": f"arn:aws:ecs:{HOME}:task-definition/{family}:{revision}",
            "family": family,
            "revision": revision,
            "registered_at": 1.0,
            "containers": (a_container(family),),
            "cpu": 256,
            "memory": 512,
            **fields,
        }
    )


def a_fargate_definition(family: str = "web", **fields: Any) -> TaskDefinition:
    """An awsvpc task that Fargate takes."""
    return a_task_definition(
        family,
        **{
            "network_mode": NetworkMode.AWSVPC,
            "requires_compatibilities": ("FARGATE",),
            **fields,
        },
    )


def a_service(name: str = "web", **fields: Any) -> Service:
    """An ACTIVE service that wants two tasks of ``web:1`` on EC2."""
    return Service(
        **{
            "arn": f"arn:aws:ecs:{HOME}:service/default/{name}",
            "name": name,
            "cluster": CLUSTER,
            "created_at": 1.0,
            "desired_count": 2,
            "task_definition": f"arn:aws:ecs:{HOME}:task-definition/web:1",
            "launch_type": "EC2",
            **fields,
        }
    )


def a_deployment(service: Service, number: int = 1, **fields: Any) -> Deployment:
    """A completed primary deployment of the service."""
    return Deployment(
        **{
            "id": f"ecs-svc/{number:019d}",
            "service": service.arn,
            "created_at": float(number),
            "task_definition": service.task_definition,
            "launch_type": service.launch_type,
            "connect": service.connect,
            "number": f"{number:021d}",
            "rollout_state": RolloutState.COMPLETED,
            **fields,
        }
    )


def a_task(number: int = 1, **fields: Any) -> Task:
    """A standalone EC2 task of ``web:1`` that is wanted and not placed yet."""
    return Task(
        **{
            "arn": f"arn:aws:ecs:{HOME}:task/default/{number:032x}",
            "cluster": CLUSTER,
            "task_definition": f"arn:aws:ecs:{HOME}:task-definition/web:1",
            "created_at": 1.0,
            "group": "family:web",
            **fields,
        }
    )


def an_instance(number: int = 1, **fields: Any) -> ContainerInstance:
    """A connected container instance of 2048 CPU units and 4096 MiB."""
    return ContainerInstance(
        **{
            "arn": f"arn:aws:ecs:{HOME}:container-instance/default/{number:032x}",
            "cluster": CLUSTER,
            "registered_at": 1.0,
            "instance_id": f"i-{number:017x}",
            "host": "host-1",
            "address": f"10.0.0.{number + 9}",
            "zone": "us-east-1a",
            "cpu": 2048,
            "memory": 4096,
            **fields,
        }
    )


def a_subnet(id: str = "subnet-1", **fields: Any) -> Subnet:
    """A subnet of ``vpc-1``."""
    return Subnet(
        **{
            "id": id,
            "arn": f"arn:aws:ec2:{HOME}:subnet/{id}",
            "vpc": "vpc-1",
            "owner": "000000000000",
            "cidr": "10.0.0.0/24",
            "zone": "us-east-1a",
            "zone_id": "use1-az1",
            **fields,
        }
    )


def an_interface(holder: str, **fields: Any) -> NetworkInterface:
    """A network interface in ``subnet-1``."""
    return NetworkInterface(
        **{
            "id": "eni-1",
            "vpc": "vpc-1",
            "subnet": "subnet-1",
            "zone": "us-east-1a",
            "owner": "000000000000",
            "address": "10.0.0.9",
            "mac": "02:42:0a:00:00:09",
            "created_at": 1.0,
            "holder": holder,
            **fields,
        }
    )


def a_namespace(name: str = "shop", **fields: Any) -> Namespace:
    """An HTTP namespace."""
    return Namespace(
        **{
            "arn": NAMESPACE,
            "id": "ns-aaaaaaaaaaaaaaaa",
            "name": name,
            "type": "HTTP",
            "http_name": name,
            "created_at": 1.0,
            **fields,
        }
    )


def a_discovery_service(name: str = "web", **fields: Any) -> DiscoveryService:
    """A Cloud Map service somebody made by hand."""
    return DiscoveryService(
        **{
            "arn": f"arn:aws:servicediscovery:{HOME}:service/srv-{name}",
            "id": f"srv-{name}",
            "name": name,
            "namespace": NAMESPACE,
            "created_at": 1.0,
            **fields,
        }
    )


def a_named_endpoint(discovery: DiscoveryService, **fields: Any) -> NamedEndpoint:
    """What clients dial for a discovery service."""
    return NamedEndpoint(
        **{
            "discovery": discovery.arn,
            "namespace": discovery.namespace,
            "discovery_name": discovery.name,
            "dns_name": discovery.name,
            "port": 80,
            "number": 1,
            "service": discovery.owner or "",
            "port_name": discovery.name,
            "protocol": AppProtocol.HTTP,
            **fields,
        }
    )


def a_target_group(name: str = "web", **fields: Any) -> TargetGroup:
    """A target group of instances."""
    arn = f"arn:aws:elasticloadbalancing:{HOME}:targetgroup/{name}/0123456789abcdef"
    return TargetGroup(**{"arn": arn, "name": name, "created_at": 1.0, "vpc": "vpc-1", **fields})


def a_role(name: str = "worker", **fields: Any) -> Role:
    """A role that tasks may be given."""
    account = "000000000000"
    return Role(
        **{
            "arn": f"arn:aws:iam::{account}:role/{name}",
            "id": f"AROA{name.upper()}",
            "name": name,
            "account": account,
            "path": "/",
            "trust": "{}",
            "created_at": 1.0,
            **fields,
        }
    )


def a_rule_to(group: TargetGroup) -> Rule:
    """A listener's default rule that forwards to the group."""
    arn = f"arn:aws:elasticloadbalancing:{HOME}:listener-rule/app/alb/1/2/{group.name}"
    forward = Action(type="forward", groups=(WeightedGroup(target_group=group.arn),))
    return Rule(arn=arn, listener="listener", priority=None, actions=(forward,))


def an_event(service: Service, number: int) -> ServiceEvent:
    """One line of a service's story."""
    return ServiceEvent(
        id=f"event-{number}",
        service=service.arn,
        created_at=float(number),
        message=f"line {number}",
    )
