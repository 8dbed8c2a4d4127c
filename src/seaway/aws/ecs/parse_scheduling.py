"""How a service's tasks are counted: as many as desired, or one on every instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seaway.aws.ecs.errors import InvalidParameterException
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
