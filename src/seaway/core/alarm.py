"""CloudWatch alarms: a metric, a threshold, and what the last look made of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from seaway.core.names import Tags


class AlarmState(StrEnum):
    """What an alarm says (API: StateValue)."""

    OK = "OK"
    ALARM = "ALARM"
    INSUFFICIENT_DATA = "INSUFFICIENT_DATA"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """A metric alarm (API: MetricAlarm). Times are epoch seconds, periods seconds.

    The API writes what is watched, the alarm reconciler what it sees.
    """

    arn: str
    name: str
    account: str
    region: str
    updated_at: float
    actions_enabled: bool = True
    ok_actions: tuple[str, ...] = ()
    alarm_actions: tuple[str, ...] = ()
    insufficient_actions: tuple[str, ...] = ()
    settings: str = ""
    """What is watched: PutMetricAlarm's members as canonical JSON."""
    rule: str | None = None
    """A composite alarm's rule about others; None for a metric alarm."""
    tags: Tags = ()

    state: AlarmState = AlarmState.INSUFFICIENT_DATA
    state_reason: str = "Unchecked: Initial alarm creation"
    state_data: str | None = None
    """The reason as JSON (API: StateReasonData)."""
    state_at: float = 0.0
    """When the state last changed."""
    told: AlarmState = AlarmState.INSUFFICIENT_DATA
    """The state that history and EventBridge last heard of; SetAlarmState runs ahead of it."""
    told_reason: str = "Unchecked: Initial alarm creation"
    told_data: str | None = None
    told_at: float = 0.0

    @property
    def kind(self) -> str:
        """Its AlarmType."""
        return "MetricAlarm" if self.rule is None else "CompositeAlarm"

    def actions(self) -> tuple[str, ...]:
        """What is to be done in the state it is in, whether or not actions are enabled."""
        match self.state:
            case AlarmState.OK:
                return self.ok_actions
            case AlarmState.ALARM:
                return self.alarm_actions
            case AlarmState.INSUFFICIENT_DATA:
                return self.insufficient_actions


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmHistory:
    """One line of an alarm's story (API: AlarmHistoryItem); it outlives the alarm."""

    id: str
    alarm: str
    """ARN."""
    name: str
    at: float
    type: str = "MetricAlarm"
    """The alarm's AlarmType."""
    kind: str
    """ConfigurationUpdate, StateUpdate or Action."""
    summary: str
    data: str
    """JSON."""
