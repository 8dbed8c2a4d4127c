"""AWS's two tables of missing data, row by row, and the words of the reasons."""

from __future__ import annotations

import pytest

from seaway.core.alarm import AlarmState
from seaway.core.alarm_evaluation import Rule, judge
from seaway.core.alarm_watch import next_look, periods_before

OK, ALARM, UNKNOWN = AlarmState.OK, AlarmState.ALARM, AlarmState.INSUFFICIENT_DATA
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")

ALL_THREE = [
    ("0-X-X", (OK, OK, OK, OK)),
    ("0----", (OK, OK, OK, OK)),
    ("-----", (UNKNOWN, None, ALARM, OK)),
    ("0XX-X", (ALARM, ALARM, ALARM, ALARM)),
    ("--X--", (ALARM, None, ALARM, OK)),
]
TWO_OF_THREE = [
    ("0-X-X", (ALARM, ALARM, ALARM, ALARM)),
    ("00X0X", (ALARM, ALARM, ALARM, ALARM)),
    ("0-X--", (OK, OK, ALARM, OK)),
    ("----0", (OK, OK, ALARM, OK)),
    ("---X-", (ALARM, None, ALARM, OK)),
]


def seen(drawn: str) -> list[tuple[int, float | None]]:
    values = {"0": 1.0, "X": 99.0, "-": None}
    return [(60 * place, values[sign]) for place, sign in enumerate(drawn)]


@pytest.mark.parametrize(
    ("drawn", "to_alarm", "states"),
    [(drawn, 3, states) for drawn, states in ALL_THREE]
    + [(drawn, 2, states) for drawn, states in TWO_OF_THREE],
)
def test_missing_values_are_treated_as_awss_tables_say(
    drawn: str, to_alarm: int, states: tuple[AlarmState | None, ...]
) -> None:
    found = tuple(
        judge(
            seen(drawn),
            Rule(
                comparison="GreaterThanThreshold",
                threshold=50.0,
                periods=3,
                to_alarm=to_alarm,
                missing=treatment,
            ),
        ).state
        for treatment in TREATMENTS
    )
    assert found == states


@pytest.mark.parametrize(
    ("comparison", "below", "at", "above"),
    [
        ("GreaterThanThreshold", OK, OK, ALARM),
        ("GreaterThanOrEqualToThreshold", OK, ALARM, ALARM),
        ("LessThanThreshold", ALARM, OK, OK),
        ("LessThanOrEqualToThreshold", ALARM, ALARM, OK),
    ],
)
def test_each_comparison_knows_the_threshold_itself(
    comparison: str, below: AlarmState, at: AlarmState, above: AlarmState
) -> None:
    rule = Rule(comparison=comparison, threshold=5.0, periods=1, to_alarm=1)
    found = [judge([(0, None), (60, None), (120, value)], rule).state for value in (4.0, 5.0, 6.0)]
    assert found == [below, at, above]


def test_the_reason_names_the_values_that_crossed() -> None:
    rule = Rule(comparison="GreaterThanThreshold", threshold=50.0, periods=3, to_alarm=2)
    assert judge(seen("000XX"), rule).reason == (
        "Threshold Crossed: 2 out of the last 3 datapoints [99.0 (01/01/70 00:04:00), 99.0 "
        "(01/01/70 00:03:00)] were greater than the threshold (50.0) (minimum 2 datapoints for "
        "OK -> ALARM transition)."
    )


def test_the_reason_says_what_became_of_missing_values() -> None:
    rule = Rule(
        comparison="LessThanThreshold", threshold=5.0, periods=2, to_alarm=2, missing="breaching"
    )
    assert judge(seen("----"), rule).reason == (
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints "
        "were treated as [Breaching]."
    )


def test_a_period_is_looked_at_when_its_values_have_had_time_to_come_in() -> None:
    assert periods_before(184.0, 60, 1)[-1] == 60
    assert periods_before(185.0, 60, 1)[-1] == 120
    assert next_look(185.0) == 195.0
    assert next_look(183.2) == 185.0
