"""CloudWatch Logs: the groups that log streams belong to."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.names import Place, Tags


@dataclass(frozen=True, slots=True, kw_only=True)
class LogGroup:
    """A log group; its streams and events are in the series store. Times are epoch seconds.

    ``arn`` has no ``:*`` at its end. ``retention_days`` None keeps events for ever.
    """

    arn: str
    name: str
    region: str
    created_at: float
    retention_days: int | None = None
    kms_key: str | None = None
    log_class: str = "STANDARD"
    tags: Tags = ()


def log_group_arn(place: Place, name: str) -> str:
    """The ARN of a log group, without the ``:*`` that some answers add."""
    return place.arn("logs", f"log-group:{name}")
