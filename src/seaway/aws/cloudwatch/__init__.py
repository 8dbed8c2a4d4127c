"""CloudWatch: metrics put, listed and read; alarms and dashboards are not built."""

from __future__ import annotations

from seaway.aws.cloudwatch import metric_data, metric_statistics, metrics, queries
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """The CloudWatch operations answered here."""
    modules = (metric_data, metrics, queries, metric_statistics)
    return [handler for module in modules for handler in operations_in(module)]
