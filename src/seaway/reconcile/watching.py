"""The CloudWatch alarms that watch a service deployment."""

from __future__ import annotations

from seaway.core.alarm import Alarm, AlarmState
from seaway.core.names import place_of
from seaway.core.service import Service
from seaway.core.service_deployment import ServiceDeployment
from seaway.store.transaction import Transaction


def triggered(tx: Transaction, service: Service, process: ServiceDeployment) -> tuple[str, ...]:
    """The deployment's alarms that are off now, by name."""
    return tuple(a.name for a in alarms(tx, service, process) if a.state is AlarmState.ALARM)


def alarms(tx: Transaction, service: Service, process: ServiceDeployment) -> list[Alarm]:
    """The alarms that can fail the deployment, as far as they exist."""
    wanted, here = process.configuration.alarms, place_of(service.arn)
    if not wanted.enabled:
        return []
    return [
        alarm
        for name in wanted.names
        for alarm in tx.where(Alarm, name=name)
        if (alarm.account, alarm.region) == (here.account, here.region)
    ]
