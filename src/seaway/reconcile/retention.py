"""What is kept no longer: log events by their group's retention, metric points by their age.

Called every minute; holds nothing between two calls.
"""

from __future__ import annotations

from seaway.core.logs import LogGroup
from seaway.core.moment import Moment
from seaway.store.transaction import Transaction

DAY = 86_400
POINTS_KEPT = 15 * DAY
"""Seconds. AWS keeps points of a minute for 15 days, and coarser ones longer."""


def expire(tx: Transaction, moment: Moment) -> None:
    """Take away log events and metric points that are older than they are kept."""
    for group in tx.where(LogGroup):
        if group.retention_days is not None:
            oldest = moment.now - group.retention_days * DAY
            tx.series.expire_events(group.arn, int(oldest * 1000))
    tx.series.expire_points(int(moment.now) - POINTS_KEPT)
