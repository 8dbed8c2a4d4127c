"""A service's load balancers, checked against its task definition and the target groups there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException, not_built
from seaway.core.balancer import Rule, TargetGroup
from seaway.core.service import ServiceLoadBalancer
from seaway.core.task_definition import NetworkMode, TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes


def parse_load_balancers(
    given: Sequence[shapes.LoadBalancer] | None,
) -> tuple[ServiceLoadBalancer, ...]:
    """Target groups and the container ports they lead to.

    Raises InvalidParameterException, ClientException for what is not built.
    """
    for index, item in enumerate(given or ()):
        for field in ("loadBalancerName", "advancedConfiguration"):
            if item.get(field):
                raise not_built(f"loadBalancers[{index}].{field}")
        for field in ("targetGroupArn", "containerName", "containerPort"):
            if not item.get(field):
                raise InvalidParameterException(f"loadBalancers[{index}].{field} cannot be blank.")
    if len(given or ()) > 5:
        raise InvalidParameterException("load balancers can have at most 5 items.")
    return tuple(
        ServiceLoadBalancer(
            target_group=item["targetGroupArn"],
            container=item["containerName"],
            port=item["containerPort"],
        )
        for item in given or ()
    )


def check_load_balancers(
    tx: Transaction, balancers: Sequence[ServiceLoadBalancer], definition: TaskDefinition
) -> None:
    """Container, port, target group, its listener and its target type must all fit.

    Raises InvalidParameterException.
    """
    for balancer in balancers:
        _check_container(balancer, definition)
        group = tx.find(TargetGroup, balancer.target_group)
        if group is None:
            raise InvalidParameterException(
                f"The target group {balancer.target_group} does not exist."
            )
        _check_type(group, definition.network_mode)
        if not any(_forwards(rule, group.arn) for rule in tx.where(Rule)):
            raise InvalidParameterException(
                f"The target group with targetGroupArn {group.arn} does not have an associated "
                "load balancer."
            )


def _check_container(balancer: ServiceLoadBalancer, definition: TaskDefinition) -> None:
    container = definition.container(balancer.container)
    if container is None:
        raise InvalidParameterException(
            f"The container {balancer.container} does not exist in the task definition."
        )
    if all(port.container_port != balancer.port for port in container.ports):
        raise InvalidParameterException(
            f"The container {balancer.container} did not have a container port {balancer.port} "
            "defined."
        )


def _check_type(group: TargetGroup, mode: NetworkMode) -> None:
    fitting = "ip" if mode is NetworkMode.AWSVPC else "instance"
    if group.target_type != fitting:
        raise InvalidParameterException(
            f"The provided target group {group.arn} has target type {group.target_type}, which "
            f"is incompatible with the {mode.value} network mode specified in the task definition."
        )


def _forwards(rule: Rule, group: str) -> bool:
    return any(share.target_group == group for action in rule.actions for share in action.groups)
