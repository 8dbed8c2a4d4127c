"""A service's load balancers, checked against its task definition and the target groups there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException, not_built
from seaway.core.balancer import Rule, TargetGroup
from seaway.core.service import Service, ServiceLoadBalancer
from seaway.core.strategy import shifts
from seaway.core.task_definition import NetworkMode, TaskDefinition
from seaway.store.rules import shifting_rule
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
        if item.get("loadBalancerName"):
            raise not_built(f"loadBalancers[{index}].loadBalancerName")
        for field in ("targetGroupArn", "containerName", "containerPort"):
            if not item.get(field):
                raise InvalidParameterException(f"loadBalancers[{index}].{field} cannot be blank.")
    if len(given or ()) > 5:
        raise InvalidParameterException("load balancers can have at most 5 items.")
    return tuple(_parsed(item, index) for index, item in enumerate(given or ()))


def _parsed(item: shapes.LoadBalancer, index: int) -> ServiceLoadBalancer:
    advanced = item.get("advancedConfiguration") or {}
    if advanced.get("alternateTargetGroupArn") == item["targetGroupArn"]:
        raise InvalidParameterException(
            f"loadBalancers[{index}]: the alternate target group must be another than "
            "targetGroupArn."
        )
    return ServiceLoadBalancer(
        target_group=item["targetGroupArn"],
        container=item["containerName"],
        port=item["containerPort"],
        alternate_target_group=advanced.get("alternateTargetGroupArn") or None,
        production_rule=advanced.get("productionListenerRule") or None,
        test_rule=advanced.get("testListenerRule") or None,
        role=advanced.get("roleArn") or None,
    )


def check_load_balancers(
    tx: Transaction, balancers: Sequence[ServiceLoadBalancer], definition: TaskDefinition
) -> None:
    """Container, port, target group, its listener and its target type must all fit.

    Raises InvalidParameterException.
    """
    for balancer in balancers:
        _check_container(balancer, definition)
        for arn in (balancer.target_group, balancer.alternate_target_group):
            if arn is not None:
                _check_group(tx, arn, definition.network_mode)


def _check_group(tx: Transaction, arn: str, mode: NetworkMode) -> None:
    group = tx.find(TargetGroup, arn)
    if group is None:
        raise InvalidParameterException(f"The target group {arn} does not exist.")
    _check_type(group, mode)
    if not any(_forwards(rule, group.arn) for rule in tx.where(Rule)):
        raise InvalidParameterException(
            f"The target group with targetGroupArn {group.arn} does not have an associated "
            "load balancer."
        )


def check_shifting(tx: Transaction, service: Service) -> None:
    """Traffic can be shifted only between two target groups of a listener rule that has both.

    (AWS: resources for blue/green deployments.) Raises InvalidParameterException.
    """
    if not shifts(service.rollout):
        return
    for balancer in service.load_balancers:
        if balancer.production_rule is None or balancer.alternate_target_group is None:
            raise InvalidParameterException(
                "advancedConfiguration with alternateTargetGroupArn and productionListenerRule is "
                "required on each load balancer when the deployment strategy is "
                f"{service.rollout.strategy}."
            )
        for name in (balancer.production_rule, balancer.test_rule):
            if name is not None:
                _check_rule(tx, balancer, name)


def _check_rule(tx: Transaction, balancer: ServiceLoadBalancer, name: str) -> None:
    rule = shifting_rule(tx, name)
    if rule is None:
        raise InvalidParameterException(f"The listener rule {name} does not exist.")
    for group in (balancer.target_group, balancer.alternate_target_group):
        if group is not None and not _forwards(rule, group):
            raise InvalidParameterException(
                f"The listener rule {name} does not forward to the target group {group}."
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
