"""To how many tasks a service is to be scaled: steps and target tracking, as AWS reckons them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

COOLDOWN = 300
"""Seconds, for ECS services, when a policy names none."""
IN_SHARE = 0.9
"""Target tracking scales in below this share of the target."""

Settings = Mapping[str, Any]
"""A policy's configuration, as the API has it."""


def stepped(settings: Settings, count: int, beyond: float) -> int:
    """The count a step scaling policy wants, its metric being ``beyond`` its alarm's threshold.

    As it was when no step is for that. Source: Application Auto Scaling, "Step scaling policies".
    """
    step = step_for(settings, beyond)
    return count if step is None else _adjusted(settings, count, step["ScalingAdjustment"])


def step_for(settings: Settings, beyond: float) -> Settings | None:
    """The step (API: StepAdjustment) for a metric that is ``beyond`` its alarm's threshold."""
    for step in settings["StepAdjustments"]:
        low = step.get("MetricIntervalLowerBound", -math.inf)
        high = step.get("MetricIntervalUpperBound", math.inf)
        # A bound belongs to the step farther from the threshold.
        if low <= beyond < high if beyond >= 0 else low < beyond <= high:
            found: Settings = step
            return found
    return None


def _adjusted(settings: Settings, count: int, by: int) -> int:
    match settings["AdjustmentType"]:
        case "ExactCapacity":
            return by
        case "ChangeInCapacity":
            return max(0, count + by)
        case _:
            change = _whole(count * by / 100)
            least = settings.get("MinAdjustmentMagnitude", 0)
            if abs(change) < least:
                change = least if by > 0 else -least
            return max(0, count + change)


def _whole(change: float) -> int:
    """Towards zero, but never to it."""
    if 0 < change < 1:
        return 1
    if -1 < change < 0:
        return -1
    return int(change)


def tracked(target: float, count: int, value: float) -> int:
    """The count at which each task's share of the metric is the target again."""
    return math.ceil(round(count * value / target, 6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What one policy wants now, and why."""

    policy: str
    """ARN."""
    count: int
    cause: str


def bounded(count: int, minimum: int, maximum: int) -> int:
    """Between the two."""
    return max(minimum, min(maximum, count))


def chosen(count: int, wishes: Sequence[Wish]) -> Wish | None:
    """The wish that is followed: the largest, so that availability comes first; None: stay.

    Source: Application Auto Scaling, "Use multiple scaling policies".
    """
    if not wishes:
        return None
    best = max(wishes, key=lambda wish: wish.count)
    return best if best.count != count else None
