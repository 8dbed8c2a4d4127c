"""What composite alarms' rules come to."""

from __future__ import annotations

import pytest

from seaway.core.alarm import AlarmState
from seaway.core.alarm_rule import BadRule, alarms_in, holds

STATES = {
    "hot": AlarmState.ALARM,
    "calm": AlarmState.OK,
    "new": AlarmState.INSUFFICIENT_DATA,
    "my own": AlarmState.ALARM,
}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(hot)", True),
        ("ALARM(calm)", False),
        ('ALARM("my own") AND OK(calm)', True),
        ("INSUFFICIENT_DATA(new)", True),
        ("NOT ALARM(hot)", False),
        ("NOT ALARM(calm) AND ALARM(hot)", True),
        ("ALARM(hot) OR ALARM(calm) AND ALARM(calm)", True),
        ("(ALARM(hot) OR ALARM(calm)) AND ALARM(calm)", False),
        ("TRUE AND NOT FALSE", True),
        ("ALARM(gone) OR OK(gone)", False),
    ],
)
def test_a_rule_joins_states(rule: str, expected: bool) -> None:
    assert holds(rule, STATES.get) is expected


def test_a_rule_names_each_alarm_once() -> None:
    assert alarms_in('ALARM(a) AND (OK("b c") OR NOT ALARM(a))') == ["a", "b c"]


@pytest.mark.parametrize(
    "rule", ["", "ALARM", "ALARM(", "ALARM()", "LOUD(a)", "ALARM(a) ALARM(b)", "(ALARM(a)", "NOT"]
)
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(BadRule):
        holds(rule, STATES.get)
