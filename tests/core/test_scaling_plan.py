"""Steps and target tracking, as AWS reckons them."""

from __future__ import annotations

from typing import Any

import pytest

from seaway.core.scaling import service_of_action
from seaway.core.scaling_plan import Wish, chosen, stepped, tracked


def step(adjustment: int, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"ScalingAdjustment": adjustment}
    if low is not None:
        made["MetricIntervalLowerBound"] = low
    if high is not None:
        made["MetricIntervalUpperBound"] = high
    return made


OUT = [step(10, 0, 10), step(30, 10)]
IN = [step(-10, -20, 0), step(-30, None, -20)]


@pytest.mark.parametrize(
    ("beyond", "expected"),
    [(0, 11), (9.9, 11), (10, 13), (50, 13), (-1, 10)],
)
def test_a_step_out_begins_at_its_lower_bound(beyond: float, expected: int) -> None:
    settings = {"AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": OUT}
    assert stepped(settings, 10, beyond) == expected


@pytest.mark.parametrize(("beyond", "expected"), [(-1, 9), (-19.9, 9), (-20, 7), (-50, 7), (5, 10)])
def test_a_step_in_ends_at_its_upper_bound(beyond: float, expected: int) -> None:
    settings = {"AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": IN}
    assert stepped(settings, 10, beyond) == expected


@pytest.mark.parametrize(
    ("kind", "by", "count", "expected"),
    [
        ("ChangeInCapacity", 2, 3, 5),
        ("ChangeInCapacity", -5, 3, 0),
        ("ExactCapacity", 7, 3, 7),
        ("PercentChangeInCapacity", 100, 3, 6),
        ("PercentChangeInCapacity", 10, 3, 4),  # 0.3 becomes 1
        ("PercentChangeInCapacity", -10, 3, 2),  # -0.3 becomes -1
        ("PercentChangeInCapacity", 90, 3, 5),  # 2.7 becomes 2
        ("PercentChangeInCapacity", -90, 3, 1),  # -2.7 becomes -2
    ],
)
def test_each_kind_of_adjustment_changes_the_count(
    kind: str, by: int, count: int, expected: int
) -> None:
    settings = {"AdjustmentType": kind, "StepAdjustments": [step(by, 0)]}
    assert stepped(settings, count, 1.0) == expected


def test_a_percentage_changes_by_its_least_magnitude_at_least() -> None:
    settings = {
        "AdjustmentType": "PercentChangeInCapacity",
        "MinAdjustmentMagnitude": 2,
        "StepAdjustments": [step(25, 0)],
    }
    assert (stepped(settings, 4, 1.0), stepped(settings, 40, 1.0)) == (6, 50)


def test_target_tracking_brings_each_tasks_share_back_to_the_target() -> None:
    assert tracked(50.0, 4, 100.0) == 8
    assert tracked(50.0, 4, 51.0) == 5
    assert tracked(50.0, 4, 40.0) == 4
    assert tracked(50.0, 4, 20.0) == 2
    assert tracked(0.1, 3, 0.1) == 3


def test_the_largest_wish_is_followed() -> None:
    def wish(count: int) -> Wish:
        return Wish(policy=f"p{count}", count=count, cause="")

    assert chosen(4, [wish(5), wish(7), wish(2)]) == wish(7)
    assert chosen(4, [wish(2), wish(3)]) == wish(3)
    assert chosen(4, [wish(2), wish(4)]) is None
    assert chosen(4, []) is None


def test_a_policys_arn_tells_its_service() -> None:
    arn = "arn:aws:autoscaling:eu-west-1:1:scalingPolicy:u:resource/ecs/service/c/web:policyName/p"
    assert service_of_action(arn) == "arn:aws:ecs:eu-west-1:1:service/c/web"
    assert service_of_action(arn.replace("/ecs/", "/rds/")) is None
    assert service_of_action("arn:aws:sns:eu-west-1:1:topic") is None
