"""Metrics, dimensions, periods and times as requests give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from seaway.aws.call import Call
from seaway.aws.cloudwatch.errors import InvalidParameterValueException
from seaway.store.series import Dimensions, Metric


def dimensions(given: Iterable[Mapping[str, Any]], where: str) -> Dimensions:
    """Dimensions in the order of their names. Raises InvalidParameterValueException."""
    pairs = [(one["Name"], one["Value"]) for one in given]
    for name, _ in pairs:
        if name.startswith(":"):
            raise InvalidParameterValueException(
                f"The parameter {where}.Name must not start with a colon: {name}"
            )
    if len(dict(pairs)) < len(pairs):
        raise InvalidParameterValueException(
            f"The parameter {where} must not name a dimension more than once."
        )
    return tuple(sorted(pairs))


def metric(call: Call, given: Mapping[str, Any], where: str) -> Metric:
    """The caller's metric of Namespace, MetricName and Dimensions."""
    return Metric(
        namespace=given["Namespace"],
        name=given["MetricName"],
        dimensions=dimensions(given.get("Dimensions", ()), where),
        region=call.region,
    )


def second(time: datetime) -> int:
    """Epoch seconds, rounded down. A time without a zone is UTC."""
    aware = time if time.tzinfo else time.replace(tzinfo=UTC)
    return int(aware.timestamp() // 1)


def time_of(at: int) -> datetime:
    """Epoch seconds as requests and answers say them."""
    return datetime.fromtimestamp(at, UTC)


def first_second(start: datetime, period: int) -> int:
    """Where points begin: the start rounded down to its minute (short periods: to the period)."""
    grain = min(period, 60)
    return second(start) // grain * grain
