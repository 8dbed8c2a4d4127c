"""What an alarm watches, read from its settings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from seaway.core.alarm_evaluation import RANGE_BEYOND, Rule

Settings = Mapping[str, Any]
"""PutMetricAlarm's members."""
_METRIC = "m1"
SETTLED = 5
"""Seconds after its end that a period is looked at: what hosts and proxies saw of it is in then."""
LOOK_EVERY = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Queries, of which one gives the values; their period in seconds; and when to go off."""

    queries: tuple[Mapping[str, Any], ...]
    period: int
    rule: Rule
    fewest_samples: float = 0.0
    """Below as many samples a percentile says nothing, and the period is left out of account."""


@lru_cache(maxsize=512)
def watch_of(settings: str) -> Watch:
    """The watch of an alarm's settings (JSON)."""
    given: Settings = json.loads(settings)
    queries = queries_of(given)
    rule = Rule(
        comparison=given["ComparisonOperator"],
        threshold=given["Threshold"],
        periods=given["EvaluationPeriods"],
        to_alarm=given.get("DatapointsToAlarm", given["EvaluationPeriods"]),
        missing=given.get("TreatMissingData", "missing"),
    )
    return Watch(
        queries=tuple(queries),
        period=period_of(given),
        rule=rule,
        fewest_samples=_fewest_samples(given),
    )


def queries_of(given: Settings) -> Sequence[Mapping[str, Any]]:
    """The alarm's metric as a query, or its own queries."""
    if "Metrics" in given:
        found: Sequence[Mapping[str, Any]] = given["Metrics"]
        return found
    metric = {
        "Namespace": given["Namespace"],
        "MetricName": given["MetricName"],
        "Dimensions": given.get("Dimensions", []),
    }
    stat = {
        "Metric": metric,
        "Period": given["Period"],
        "Stat": given.get("Statistic") or given["ExtendedStatistic"],
    }
    if "Unit" in given:
        stat["Unit"] = given["Unit"]
    return ({"Id": _METRIC, "MetricStat": stat},)


def period_of(given: Settings) -> int:
    """The alarm's period in seconds: of several metrics the longest."""
    if "Period" in given:
        return int(given["Period"])
    periods = [
        int(one["MetricStat"]["Period"]) if "MetricStat" in one else int(one.get("Period", 0))
        for one in given["Metrics"]
    ]
    return max([*periods, 10])


def _fewest_samples(given: Settings) -> float:
    """10 / (1 - p) for percentiles from the middle up, 10 / p below.

    Source: Percentile-based CloudWatch alarms and low data samples.
    """
    match = re.fullmatch(r"p(\d+(?:\.\d+)?)", given.get("ExtendedStatistic") or "")
    if match is None or given.get("EvaluateLowSampleCountPercentile") != "ignore":
        return 0.0
    share = float(match.group(1)) / 100
    beyond = 1 - share if share >= 0.5 else share
    return 10 / beyond if beyond > 0 else 0.0


def periods_before(now: float, period: int, count: int) -> range:
    """The starts of the last ``count`` periods that are over, and of those an alarm looks beyond.

    A period is over when what was seen in it has had time to come in.
    """
    end = int(now - SETTLED) // period * period
    return range(end - (count + RANGE_BEYOND) * period, end, period)


def next_look(now: float) -> float:
    """When to look again: every ten seconds, just after the periods that end then."""
    return (now - SETTLED) // LOOK_EVERY * LOOK_EVERY + LOOK_EVERY + SETTLED
