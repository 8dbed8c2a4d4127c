"""How a service's tasks are counted: as many as desired, or one on every instance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException
from seaway.core.deployment import spreads_over_zones
from seaway.core.service import Service
from seaway.core.strategy import shifts

if TYPE_CHECKING:
    from seaway.aws.shapes import ecs as shapes

_NO_COUNT = (
    "The daemon scheduling strategy does not support a desired count for services. Remove a "
    "desired count value and try again."
)


def parse_scheduling(request: shapes.CreateServiceRequest) -> str:
    """REPLICA needs a count, DAEMON has none: its cluster's instances give it.

    Raises InvalidParameterException.
    """
    scheduling = request.get("schedulingStrategy") or "REPLICA"
    if scheduling not in ("REPLICA", "DAEMON"):
        raise InvalidParameterException(f"Invalid schedulingStrategy: {scheduling}")
    if scheduling == "REPLICA" and "desiredCount" not in request:
        raise InvalidParameterException("Desired count can not be null.")
    if scheduling == "DAEMON" and "desiredCount" in request:
        raise InvalidParameterException(_NO_COUNT)
    return scheduling


_TIGHT = "maximumPercent <= 100 % as deployment configuration"


def rebalancing(service: Service, given: str | None, before: Service | None = None) -> Service:
    """The service with its zone rebalancing: as asked for, as before, else where it can be.

    Raises InvalidParameterException when it is to be and cannot (ECS guide: service rebalancing).
    """
    obstacle = _obstacle(service)
    if not given:
        given = before.zone_rebalancing if before is not None else "ENABLED"
        tightened = obstacle == _TIGHT and before is not None and not _obstacle(before)
        given = "DISABLED" if obstacle and not tightened else given
    if given not in ("ENABLED", "DISABLED"):
        raise InvalidParameterException(
            "availabilityZoneRebalancing should be one of [ENABLED,DISABLED]"
        )
    if given == "ENABLED" and obstacle:
        raise InvalidParameterException(
            f"Availability Zone Rebalancing does not support {obstacle}."
        )
    return replace(service, zone_rebalancing=given)


def _obstacle(service: Service) -> str:
    """What keeps a service's tasks from being moved between zones; "" for nothing."""
    if service.scheduling == "DAEMON":
        return "DAEMON services"
    if service.rollout.maximum_percent <= 100:
        return _TIGHT
    if not spreads_over_zones(service):
        return (
            "a first placement strategy other than spread over attribute:ecs.availability-zone, or "
            "a placement constraint on that attribute"
        )
    return ""


def check_daemon(service: Service, fargate: bool) -> None:
    """One task on each instance: no Fargate, no strategy of placement, nothing to keep apart.

    Raises InvalidParameterException.
    """
    if service.scheduling != "DAEMON":
        return
    if fargate or service.strategy:
        raise InvalidParameterException(
            "The daemon scheduling strategy is not supported with Fargate or a capacity provider "
            "strategy."
        )
    if service.placement_strategy:
        raise InvalidParameterException(
            "Placement strategies are not supported with the daemon scheduling strategy."
        )
    if shifts(service.rollout):
        raise InvalidParameterException(
            f"The deployment strategy {service.rollout.strategy} is not supported with the daemon "
            "scheduling strategy."
        )
    if service.rollout.maximum_percent != 100:
        raise InvalidParameterException(
            "maximumPercent must be 100 with the daemon scheduling strategy."
        )


def check_count(before: Service, request: shapes.UpdateServiceRequest) -> None:
    """A daemon service is not told how many. Raises InvalidParameterException."""
    if before.scheduling == "DAEMON" and "desiredCount" in request:
        raise InvalidParameterException(_NO_COUNT)
