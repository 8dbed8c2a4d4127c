"""What a request is about: always the desired count of an ECS service."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from seaway.aws.applicationautoscaling.errors import (
    InvalidNextTokenException,
    ObjectNotFoundException,
    ValidationException,
)
from seaway.aws.call import Call
from seaway.aws.paging import BadToken, page
from seaway.core.scaling import DIMENSION, ScalableTarget
from seaway.store.transaction import Transaction

T = TypeVar("T")

MOST_SHOWN = 50
_RESOURCE = re.compile(r"service/[A-Za-z0-9_-]+/[A-Za-z0-9_-]+")


def check_namespace(request: Mapping[str, Any]) -> None:
    """Other services than ECS, and other dimensions, are refused by name."""
    namespace = request["ServiceNamespace"]
    if namespace != "ecs":
        raise ValidationException(f"ServiceNamespace {namespace} is not built in Seaway: only ecs.")
    dimension = request.get("ScalableDimension", DIMENSION)
    if dimension != DIMENSION:
        raise ValidationException(
            f"Unsupported service namespace, resource type or scalable dimension: "
            f"ScalableDimension {dimension} is not one of ecs."
        )


def service_of(call: Call, request: Mapping[str, Any]) -> str:
    """The ARN of the service that ResourceId names."""
    check_namespace(request)
    return _arn(call, request["ResourceId"])


def asked_service(call: Call, request: Mapping[str, Any]) -> str | None:
    """The same where ResourceId need not be given."""
    check_namespace(request)
    if "ResourceId" not in request:
        if "ScalableDimension" in request:
            raise ValidationException("ScalableDimension must be given with a ResourceId.")
        return None
    return _arn(call, request["ResourceId"])


def _arn(call: Call, resource: str) -> str:
    if _RESOURCE.fullmatch(resource) is None:
        raise ValidationException(
            f"Unsupported service namespace, resource type or scalable dimension: ResourceId "
            f"{resource} is not of the form service/cluster/name."
        )
    return call.arn("ecs", resource)


def target_of(tx: Transaction, service: str) -> ScalableTarget:
    """The target of a service given by ARN. Raises ObjectNotFoundException."""
    target = tx.find(ScalableTarget, service)
    if target is None:
        raise ObjectNotFoundException(
            f"No scalable target registered for service namespace: ecs, resource ID: "
            f"{service.split(':', 5)[5]}, scalable dimension: {DIMENSION}"
        )
    return target


def shown_page(
    found: Sequence[T], request: Mapping[str, Any], scope: str
) -> tuple[Sequence[T], str | None]:
    """A page of at most 50."""
    limit = request.get("MaxResults", MOST_SHOWN)
    if not 1 <= limit <= MOST_SHOWN:
        raise ValidationException(f"MaxResults must be between 1 and {MOST_SHOWN}.")
    try:
        return page(found, request.get("NextToken"), limit, scope)
    except BadToken as error:
        raise InvalidNextTokenException("The NextToken is not one of this list.") from error
