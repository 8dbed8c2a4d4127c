"""What is kept no longer: log events, points, keys, stories and promises whose time is over.

Called every minute; holds nothing between two calls.
"""

from __future__ import annotations

from seaway.core.alarm import AlarmHistory
from seaway.core.exec_session import UNUSED_SECONDS, ExecSession
from seaway.core.identity import Credential
from seaway.core.launch import LAUNCH_LIFETIME, Launch
from seaway.core.logs import LogGroup
from seaway.core.moment import Moment
from seaway.core.scaling import CountChange
from seaway.reconcile.deleted_definitions import forget_deleted
from seaway.reconcile.old_deployments import forget_finished
from seaway.store.transaction import Transaction

DAY = 86_400
POINTS_KEPT = 15 * DAY
"""Seconds. AWS keeps points of a minute for 15 days, and coarser ones longer."""
KEYS_KEPT = DAY
"""Seconds for which keys that are over are still known, so that they are refused as such."""
HISTORY_KEPT = 30 * DAY
"""Seconds that an alarm's story is kept (API: DescribeAlarmHistory)."""
COUNTS_KEPT = 6 * 7 * DAY
"""Seconds that a scalable target's story is kept (API: DescribeScalingActivities)."""


def expire(tx: Transaction, moment: Moment) -> None:
    """Take away what is older than it is kept."""
    for group in tx.where(LogGroup):
        if group.retention_days is not None:
            oldest = moment.now - group.retention_days * DAY
            tx.series.expire_events(group.arn, int(oldest * 1000))
    for session in tx.where(ExecSession):
        if session.created_at < moment.now - UNUSED_SECONDS:
            tx.drop(session)
    for launch in tx.where(Launch):
        if launch.created_at < moment.now - LAUNCH_LIFETIME:
            tx.drop(launch)
    forget_deleted(tx)
    forget_finished(tx, moment.now)
    tx.series.expire_points(int(moment.now) - POINTS_KEPT)
    for item in tx.where(AlarmHistory):
        if item.at < moment.now - HISTORY_KEPT:
            tx.drop(item)
    for change in tx.where(CountChange):
        if change.at < moment.now - COUNTS_KEPT:
            tx.drop(change)
    for credential in tx.where(Credential):
        if credential.expires_at < moment.now - KEYS_KEPT:
            tx.drop(credential)
