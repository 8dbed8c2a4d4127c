"""Capacity provider strategies: who may be named, how weights work, what applies by default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import InvalidParameterException, not_built
from seaway.core.cluster import CapacityProvider, Cluster, StrategyItem
from seaway.core.fargate import fargate_refusal
from seaway.core.names import last_part
from seaway.core.task_definition import TaskDefinition
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes.ecs import CapacityProviderStrategyItem

FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


def provider_of(tx: Transaction, call: Call, given: str) -> CapacityProvider | None:
    """The caller's own capacity provider of this name or ARN."""
    return tx.find(CapacityProvider, call.arn("ecs", f"capacity-provider/{last_part(given)}"))


def provider_name(tx: Transaction, call: Call, given: str) -> str:
    """The name of an existing provider given by name or ARN.

    Raises InvalidParameterException.
    """
    name = last_part(given)
    if name not in FARGATE_PROVIDERS and provider_of(tx, call, name) is None:
        raise InvalidParameterException(
            "The specified capacity provider does not exist. Specify a valid name or ARN "
            "and try again."
        )
    return name


def parse_strategy(
    given: Sequence[CapacityProviderStrategyItem] | None,
    associated: Sequence[str],
    where: str = "capacity provider strategy",
) -> tuple[StrategyItem, ...]:
    """A strategy over the providers that are ``associated`` with the cluster.

    Raises InvalidParameterException (API: CapacityProviderStrategyItem).
    """
    items = tuple(
        StrategyItem(
            provider=last_part(item["capacityProvider"]),
            base=item.get("base", 0),
            weight=item.get("weight", 0),
        )
        for item in given or ()
    )
    if not items:
        return ()
    if len(items) > 20:
        raise InvalidParameterException(
            "A capacity provider strategy can contain a maximum of 20 capacity providers."
        )
    for item in items:
        _check_item(item, associated)
    _check_together(items, where)
    return items


def _check_item(item: StrategyItem, associated: Sequence[str]) -> None:
    if item.provider not in associated:
        raise InvalidParameterException(
            "The specified capacity provider strategy cannot contain a capacity provider that is "
            "not associated with the cluster. Associate the capacity provider with the cluster "
            "or specify a valid capacity provider and try again."
        )
    if not 0 <= item.weight <= 1000:
        raise InvalidParameterException("The capacity provider weight must be from 0 to 1000.")
    if not 0 <= item.base <= 100000:
        raise InvalidParameterException("The capacity provider base must be from 0 to 100000.")


def _check_together(items: Sequence[StrategyItem], where: str) -> None:
    names = [item.provider for item in items]
    if len(set(names)) != len(names):
        raise InvalidParameterException(
            "A capacity provider strategy cannot contain a capacity provider more than once."
        )
    if len({name in FARGATE_PROVIDERS for name in names}) > 1:
        raise InvalidParameterException(
            "A capacity provider strategy cannot contain a mix of capacity providers using Auto "
            "Scaling groups and Fargate providers. Specify one or the other and try again."
        )
    if sum(1 for item in items if item.base) > 1:
        raise InvalidParameterException(
            "Only one capacity provider in a capacity provider strategy can have a base defined."
        )
    if not any(item.weight for item in items):
        raise InvalidParameterException(
            "There are no capacity providers with a weight value greater than zero defined in "
            f"the {where}. At least one capacity provider must have a weight value greater than "
            "zero specified."
        )


def resolve_launch(
    cluster: Cluster,
    launch_type: str | None,
    given: Sequence[CapacityProviderStrategyItem] | None,
) -> tuple[str | None, tuple[StrategyItem, ...]]:
    """Launch type or strategy: what was asked for, or the cluster's default, or EC2.

    Raises InvalidParameterException when both are asked for, ClientException for EXTERNAL and
    MANAGED_INSTANCES.
    """
    if launch_type and given:
        raise InvalidParameterException(
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again."
        )
    if launch_type is not None:
        if launch_type not in ("EC2", "FARGATE"):
            raise not_built(f"launchType {launch_type}")
        return launch_type, ()
    strategy = parse_strategy(given, cluster.capacity_providers) or cluster.default_strategy
    return (None, strategy) if strategy else ("EC2", ())


def uses_fargate(launch_type: str | None, strategy: Sequence[StrategyItem]) -> bool:
    """Whether tasks launched so run on Fargate."""
    if strategy:
        return strategy[0].provider in FARGATE_PROVIDERS
    return launch_type == "FARGATE"


def check_fargate(definition: TaskDefinition, fargate: bool) -> None:
    """A task definition must fit where it is launched.

    Raises InvalidParameterException.
    """
    if fargate and fargate_refusal(definition):
        raise InvalidParameterException("Task definition does not support launch_type FARGATE.")


def render_strategy(items: Sequence[StrategyItem]) -> list[CapacityProviderStrategyItem]:
    """A strategy as the API shows it."""
    return [
        {"capacityProvider": item.provider, "weight": item.weight, "base": item.base}
        for item in items
    ]
