"""CloudWatch Logs: the groups that log streams belong to."""

from __future__ import annotations

from dataclasses import dataclass

from seaway.core.names import Place, Tags

RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""How many days a group may keep its events (API: PutRetentionPolicy)."""


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
