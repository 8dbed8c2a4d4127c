"""CloudWatch Logs: groups, streams and events; queries and live tail are not built."""

from __future__ import annotations

from seaway.aws.logs import events, groups, put, retention, streams, tags
from seaway.aws.operation import Handler, operations_in


def operations() -> list[Handler]:
    """The CloudWatch Logs operations answered here."""
    modules = (groups, retention, tags, streams, put, events)
    return [handler for module in modules for handler in operations_in(module)]
