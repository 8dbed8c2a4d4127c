"""Capacity providers: Auto Scaling groups that give instances, and Fargate's two."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.call import Call
from seaway.aws.ecs.errors import (
    ClientException,
    InvalidParameterException,
    ResourceInUseException,
    not_built,
)
from seaway.aws.ecs.references import missing, page
from seaway.aws.ecs.render_cluster import render_provider
from seaway.aws.ecs.strategy import FARGATE_PROVIDERS, provider_of
from seaway.aws.ecs.tagging import parse_tags
from seaway.aws.operation import operation
from seaway.core.cluster import CapacityProvider, Cluster
from seaway.core.compute import AutoScalingGroup
from seaway.core.names import last_part
from seaway.store.transaction import Transaction

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}\Z")


@operation("ecs")
def create_capacity_provider(
    tx: Transaction, call: Call, request: shapes.CreateCapacityProviderRequest
) -> shapes.CreateCapacityProviderResponse:
    """Make a capacity provider of an Auto Scaling group (API: CreateCapacityProvider)."""
    name = request["name"]
    if not _NAME.match(name) or name.lower().startswith(("aws", "ecs", "fargate")):
        raise ClientException(
            "The specified capacity provider name is invalid. Up to 255 characters are allowed, "
            "including letters (uppercase and lowercase), numbers, underscores, and hyphens. "
            "The name can't be prefixed with aws, ecs, or fargate."
        )
    for member in ("managedInstancesProvider", "cluster"):
        if request.get(member):
            raise not_built(member)
    if provider_of(tx, call, name) is not None:
        raise ClientException(
            "The specified capacity provider already exists. To change the configuration of an "
            "existing capacity provider, update the capacity provider."
        )
    given = request.get("autoScalingGroupProvider")
    if given is None:
        raise InvalidParameterException("autoScalingGroupProvider must be specified.")
    group = given["autoScalingGroupArn"]
    if tx.find(AutoScalingGroup, group) is None:
        raise ClientException(
            "The specified Auto Scaling group ARN is invalid. Specify a valid ARN and try again."
        )
    if tx.where(CapacityProvider, group=group):
        raise ClientException(
            "The specified Auto Scaling group ARN is already being used by another capacity "
            "provider. Specify a unique Auto Scaling group ARN and try again."
        )
    provider = CapacityProvider(
        arn=call.arn("ecs", f"capacity-provider/{name}"),
        name=name,
        group=group,
        created_at=call.moment.now,
        tags=parse_tags(request.get("tags")),
    )
    provider = _changed(provider, given)
    tx.put(provider)
    return {"capacityProvider": render_provider(provider, ("TAGS",))}


@operation("ecs")
def update_capacity_provider(
    tx: Transaction, call: Call, request: shapes.UpdateCapacityProviderRequest
) -> shapes.UpdateCapacityProviderResponse:
    """Change how a provider scales (API: UpdateCapacityProvider)."""
    provider = _existing(tx, call, request["name"])
    given = request.get("autoScalingGroupProvider")
    for member in ("managedInstancesProvider", "cluster"):
        if request.get(member):
            raise not_built(member)
    if given is not None:
        provider = _changed(provider, given)
        tx.put(provider)
    return {"capacityProvider": render_provider(provider, ())}


@operation("ecs")
def describe_capacity_providers(
    tx: Transaction, call: Call, request: shapes.DescribeCapacityProvidersRequest
) -> shapes.DescribeCapacityProvidersResponse:
    """Providers by name or ARN, all when none is named (API: DescribeCapacityProviders)."""
    include = request.get("include", [])
    home = call.arn("ecs", "capacity-provider/")
    known: dict[str, shapes.CapacityProvider] = {
        name: _fargate(home + name, name) for name in FARGATE_PROVIDERS
    }
    for own in tx.where(CapacityProvider):
        if own.arn.startswith(home):
            known[own.name] = render_provider(own, include)
    names = [last_part(given) for given in request.get("capacityProviders") or known]
    found, more = page(names, request, "DescribeCapacityProviders", default=10, most=10)
    response: shapes.DescribeCapacityProvidersResponse = {
        "capacityProviders": [known[name] for name in found if name in known],
        "failures": [missing(home + name) for name in found if name not in known],
    }
    if more:
        response["nextToken"] = more
    return response


@operation("ecs")
def delete_capacity_provider(
    tx: Transaction, call: Call, request: shapes.DeleteCapacityProviderRequest
) -> shapes.DeleteCapacityProviderResponse:
    """Remove a provider that no cluster uses (API: DeleteCapacityProvider)."""
    if request.get("cluster"):
        raise not_built("cluster")
    name = last_part(request["capacityProvider"])
    if name in FARGATE_PROVIDERS:
        raise ClientException("The specified capacity provider is reserved and cannot be deleted.")
    provider = _existing(tx, call, name)
    for cluster in tx.where(Cluster):
        if cluster.status == "ACTIVE" and name in cluster.capacity_providers:
            raise ResourceInUseException(
                "The specified capacity provider is in use and cannot be removed."
            )
    tx.drop(provider)
    return {"capacityProvider": render_provider(replace(provider, status="INACTIVE"), ())}


def _existing(tx: Transaction, call: Call, given: str) -> CapacityProvider:
    provider = provider_of(tx, call, given)
    if provider is None:
        raise ClientException(
            "The specified capacity provider does not exist. Specify a valid name or ARN and "
            "try again."
        )
    return provider


def _changed(
    provider: CapacityProvider,
    given: shapes.AutoScalingGroupProvider | shapes.AutoScalingGroupProviderUpdate,
) -> CapacityProvider:
    """The provider with what the request says.

    Raises InvalidParameterException.
    """
    scaling = given.get("managedScaling", {})
    provider = replace(
        provider,
        managed_scaling=_switched(scaling.get("status"), provider.managed_scaling),
        managed_termination_protection=_switched(
            given.get("managedTerminationProtection"), provider.managed_termination_protection
        ),
        managed_draining=_switched(given.get("managedDraining"), provider.managed_draining),
        target_capacity=scaling.get("targetCapacity", provider.target_capacity),
        minimum_step=scaling.get("minimumScalingStepSize", provider.minimum_step),
        maximum_step=scaling.get("maximumScalingStepSize", provider.maximum_step),
        instance_warmup=scaling.get("instanceWarmupPeriod", provider.instance_warmup),
    )
    if provider.managed_termination_protection and not provider.managed_scaling:
        raise InvalidParameterException(
            "The managed termination protection setting for the capacity provider requires "
            "managed scaling to be enabled."
        )
    if not 1 <= provider.target_capacity <= 100:
        raise InvalidParameterException("targetCapacity must be between 1 and 100.")
    if not 1 <= provider.minimum_step <= provider.maximum_step <= 10000:
        raise InvalidParameterException(
            "minimumScalingStepSize and maximumScalingStepSize must be between 1 and 10000."
        )
    if not 0 <= provider.instance_warmup <= 10000:
        raise InvalidParameterException("instanceWarmupPeriod must be between 0 and 10000.")
    return provider


def _switched(given: str | None, before: bool) -> bool:
    if given is not None and given not in ("ENABLED", "DISABLED"):
        raise InvalidParameterException(f"Invalid value: {given}. It is ENABLED or DISABLED.")
    return before if given is None else given == "ENABLED"


def _fargate(arn: str, name: str) -> shapes.CapacityProvider:
    return {
        "capacityProviderArn": arn,
        "name": name,
        "status": "ACTIVE",
        "type": name,
        "tags": [],
    }
