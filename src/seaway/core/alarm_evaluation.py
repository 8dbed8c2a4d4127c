"""What an alarm makes of the values it sees: AWS's rules for thresholds and missing data.

Source: CloudWatch User Guide, "Evaluating an alarm" and "Configuring how CloudWatch alarms treat
missing data".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from seaway.core.alarm import AlarmState

RANGE_BEYOND = 2
"""How many periods more than it evaluates an alarm looks at, to find values for missing ones.

AWS's number depends on the alarm and is not told; its documented examples have 5 for 3.
"""

COMPARISONS: dict[str, tuple[Callable[[float, float], bool], str]] = {
    "GreaterThanOrEqualToThreshold": (operator.ge, "greater than or equal to"),
    "GreaterThanThreshold": (operator.gt, "greater than"),
    "LessThanThreshold": (operator.lt, "less than"),
    "LessThanOrEqualToThreshold": (operator.le, "less than or equal to"),
}
TREATMENTS = {
    "missing": "Missing",
    "ignore": "Ignore",
    "breaching": "Breaching",
    "notBreaching": "NonBreaching",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When an alarm goes off: M (``to_alarm``) out of N (``periods``) values beyond a threshold."""

    comparison: str
    threshold: float
    periods: int
    to_alarm: int
    missing: str = "missing"

    def breaches(self, value: float) -> bool:
        """Whether a value is beyond the threshold."""
        return COMPARISONS[self.comparison][0](value, self.threshold)


Seen = tuple[int, float | None]
"""A period's start in epoch seconds, and its value where there is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a look came to, and the values it rests on, newest first. ``state`` None: as it was."""

    state: AlarmState | None
    reason: str = ""
    evaluated: tuple[tuple[int, float], ...] = ()


def judge(seen: Sequence[Seen], rule: Rule) -> Verdict:
    """The state of an alarm that sees these periods, oldest first and the missing ones named.

    Real values come before missing ones: as long as the whole range has N values the newest N
    count, and only what is then still missing is filled as the alarm says.
    """
    real = [(at, value) for at, value in seen if value is not None]
    used = tuple(reversed(real[-rule.periods :]))
    missing = rule.periods - len(used)
    bad = sum(rule.breaches(value) for _, value in used)
    match rule.missing:
        case "breaching":
            state = _state(bad + missing >= rule.to_alarm)
        case "notBreaching":
            state = _state(bad >= rule.to_alarm)
        case treatment:
            known = _known(seen, rule, bad, len(used))
            if known is None and treatment == "missing" and not used:
                unknown = "datapoint was" if rule.periods == 1 else "datapoints were"
                reason = f"Insufficient Data: {rule.periods} {unknown} unknown."
                return Verdict(state=AlarmState.INSUFFICIENT_DATA, reason=reason)
            if known is None:
                return Verdict(state=None, evaluated=used)
            state = known
    return Verdict(state=state, reason=_reason(used, missing, rule, state), evaluated=used)


def _state(alarmed: bool) -> AlarmState:
    return AlarmState.ALARM if alarmed else AlarmState.OK


def _known(seen: Sequence[Seen], rule: Rule, bad: int, count: int) -> AlarmState | None:
    """What real values alone say, None when too few are there to say anything."""
    if bad >= rule.to_alarm:
        return AlarmState.ALARM
    if count > bad:
        return AlarmState.OK
    if count and rule.missing == "missing":
        # AWS: "premature" transitions. All that is there breaches, and has for M periods.
        newest_first = [value for _, value in reversed(seen)]
        oldest = max(place for place, value in enumerate(newest_first, 1) if value is not None)
        return AlarmState.ALARM if oldest >= rule.to_alarm else None
    return None


def _reason(used: Sequence[tuple[int, float]], missing: int, rule: Rule, state: AlarmState) -> str:
    word = TREATMENTS[rule.missing]
    filled = f"{missing} missing {_points(missing)} treated as [{word}]"
    is_filled = missing and rule.missing in ("breaching", "notBreaching")
    if not used:
        return (
            f"Threshold Crossed: no datapoints were received for {rule.periods} "
            f"period{'' if rule.periods == 1 else 's'} and {filled}."
        )
    crossed = state is AlarmState.ALARM
    told = [(at, value) for at, value in used if rule.breaches(value) is crossed] or list(used)
    values = ", ".join(f"{value} ({_day(at)})" for at, value in told)
    verb = "was" if len(told) == 1 else "were"
    words = COMPARISONS[rule.comparison][1]
    needed = rule.to_alarm if crossed else rule.periods - rule.to_alarm + 1
    return (
        f"Threshold Crossed: {len(told)} out of the last {rule.periods} datapoints [{values}] "
        f"{verb} {'' if crossed else 'not '}{words} the threshold ({rule.threshold})"
        + (f" and {filled}" if is_filled else "")
        + f" (minimum {needed} datapoint{'' if needed == 1 else 's'} for "
        f"{'OK -> ALARM' if crossed else 'ALARM -> OK'} transition)."
    )


def _points(count: int) -> str:
    return "datapoint was" if count == 1 else "datapoints were"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%d/%m/%y %H:%M:%S")
