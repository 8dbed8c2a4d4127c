"""CloudWatch: metrics put, listed and read; alarms on them. Dashboards are not built."""

from __future__ import annotations

from seaway.aws.cloudwatch import (
    alarm_reading,
    alarms,
    composite_alarms,
    metric_data,
    metric_statistics,
    metrics,
    queries,
    tags,
)
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """The CloudWatch operations answered here."""
    modules = (
        *(metric_data, metrics, queries, metric_statistics),
        *(alarms, composite_alarms, alarm_reading, tags),
    )
    return [handler for module in modules for handler in operations_in(module)]
