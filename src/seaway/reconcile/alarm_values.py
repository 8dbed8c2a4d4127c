"""The values that an alarm's state and the scaling policies behind it go by."""

from __future__ import annotations

import json

from seaway.core.alarm import Alarm
from seaway.core.alarm_watch import LOOK_EVERY, Watch, periods_before, watch_of
from seaway.core.metric_math import Series as Values
from seaway.core.moment import Moment
from seaway.store.measuring import BadQuery, Queries, metric_of
from seaway.store.transaction import Transaction


def scaled_by(tx: Transaction, alarm: Alarm, moment: Moment) -> list[float]:
    """The values a scaling policy goes by; those of the state's own data while the state is new.

    Whoever sets a state by hand says in StateReasonData what the policy is to go by (CloudWatch
    API: SetAlarmState), and there need be no metric at all. Empty when nothing says a value.
    """
    if moment.now < alarm.state_at + LOOK_EVERY and alarm.state_data is not None:
        data = json.loads(alarm.state_data)
        given = data.get("recentDatapoints") if isinstance(data, dict) else None
        said = given if isinstance(given, list) else []
        numbers = [float(one) for one in said if type(one) in (int, float)]
        if numbers:
            return numbers
    return _recent(tx, alarm, moment)


def _recent(tx: Transaction, alarm: Alarm, moment: Moment) -> list[float]:
    """The values of the periods that the alarm evaluates, oldest first; none when it can't."""
    watch = watch_of(alarm.settings)
    times = periods_before(moment.now, watch.period, watch.rule.periods)
    try:
        values = values_of(tx, alarm, watch, times)
    except BadQuery:
        return []
    found = [] if values is None else [values.points.get(at) for at in times]
    return [value for value in found if value is not None][-watch.rule.periods :]


def values_of(tx: Transaction, alarm: Alarm, watch: Watch, times: range) -> Values | None:
    """What the alarm's one returned query comes to; None when a percentile has too few samples."""
    end = times.stop
    found = Queries(tx.series, alarm.region, watch.queries, times.start, end).returned()
    if len(found) != 1:
        raise BadQuery("An alarm's queries must come to one time series.")
    if watch.fewest_samples:
        metric = metric_of(watch.queries[0]["MetricStat"]["Metric"], alarm.region)
        counted = tx.series.statistics(metric, times.start, end, watch.period)
        if any(one.count < watch.fewest_samples for one in counted):
            return None
    return found[0][1]
