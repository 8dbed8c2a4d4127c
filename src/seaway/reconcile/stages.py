"""Takes a service deployment through its lifecycle stages, as far as it can go at one look."""

from __future__ import annotations

from dataclasses import replace

from seaway.core.breaker import recount, threshold
from seaway.core.deployment import consecutive_failures, is_settled
from seaway.core.moment import Moment
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.service_deployment import ServiceDeployment, Stage
from seaway.core.strategy import (
    STAGE_LIMIT,
    entered,
    hooks_at,
    next_place,
    pause_of,
    shifts,
)
from seaway.core.task import Task
from seaway.reconcile.crews import Crew
from seaway.reconcile.endings import ALARM, BREAKER, HAND, OVERDUE, complete, fail, hook_cause
from seaway.reconcile.hooks import consult
from seaway.reconcile.shifting import lead
from seaway.reconcile.verdicts import Verdicts
from seaway.reconcile.watching import alarms, triggered
from seaway.store.transaction import Transaction


def guard(
    tx: Transaction,
    service: Service,
    process: ServiceDeployment,
    verdicts: Verdicts,
    moment: Moment,
) -> ServiceDeployment:
    """Has the deployment failed by now: by hand, by its circuit breaker or by an alarm?"""
    tripped = _tripped(tx, service, process, verdicts, moment)
    if process.rollback_asked and not process.rolls_back:
        return fail(tx, service, process, HAND, moment, rollback=True)
    if tripped:
        process = replace(process, breaker_tripped=True)
        rollback = process.configuration.circuit_breaker_rollback
        return fail(tx, service, process, BREAKER, moment, rollback=rollback)
    if process.alarms_watched and not process.rolls_back:
        going_off = triggered(tx, service, process)
        if going_off:
            process = replace(process, alarms_triggered=going_off)
            rollback = process.configuration.alarms.rollback
            return fail(tx, service, process, ALARM, moment, rollback=rollback)
    return process


def _tripped(
    tx: Transaction,
    service: Service,
    process: ServiceDeployment,
    verdicts: Verdicts,
    moment: Moment,
) -> bool:
    """Count the failures of the deployment on its way in; True when they are too many."""
    coming = tx.find(Deployment, process.rollback_to or process.target)
    if coming is None or coming.rollout_state is not RolloutState.IN_PROGRESS:
        return False
    tasks = tx.where(Task, deployment=coming.id)
    configuration = process.configuration
    if configuration.circuit_breaker:
        failures, judged = recount(
            tasks,
            coming.failed_tasks,
            verdicts.healthy,
            verdicts.unhealthy.keys() | verdicts.shunned,
            resets=configuration.breaker_resets,
        )
        for task in judged:
            tx.put(task)
    else:
        stopped = [task for task in tasks if task.stopped_at is not None]
        failures = consecutive_failures(stopped, any(task.is_running for task in tasks))
    if failures != coming.failed_tasks:
        tx.put(replace(coming, failed_tasks=failures, updated_at=moment.now))
    limit = threshold(configuration, service.desired_count)
    return configuration.circuit_breaker and failures >= limit


def advance(crew: Crew, process: ServiceDeployment) -> tuple[ServiceDeployment, float | None]:
    """Leave every stage that is done; gives the deployment, and when to look again."""
    tx, service, moment = crew.tx, crew.service, crew.moment
    alone = process.blue is None and shifts(process.configuration)
    while process.is_open:
        asked = consult(tx, process, moment)
        if asked.turn_back:
            cause = hook_cause(asked.turn_back)
            return fail(tx, service, process, cause, moment, rollback=True), None
        over_at = process.stage_at + pause_of(process, alarms(tx, service, process))
        if not (asked.passed and _is_done(crew, process) and over_at <= moment.now):
            return _wait(crew, process, over_at, asked.until)
        place = next_place(process)
        if place is None:
            return complete(tx, service, process, moment), None
        process = entered(process, *place, moment.now, alone=alone)
        tx.put(process)
        lead(tx, service, process)
    return process, None


def _wait(
    crew: Crew, process: ServiceDeployment, over_at: float, until: float | None
) -> tuple[ServiceDeployment, float | None]:
    """Time passes in a stage: until its pause is over, a hook is given up, or the stage is."""
    now = crew.moment.now
    limit = over_at + STAGE_LIMIT if _is_limited(process) else None
    if limit is not None and now >= limit:
        return fail(crew.tx, crew.service, process, OVERDUE, crew.moment, rollback=True), None
    return process, min((at for at in (over_at, until, limit) if at and at > now), default=None)


def _is_limited(process: ServiceDeployment) -> bool:
    """Hooks have limits of their own; a rolling deployment goes on trying for ever, as AWS does."""
    if process.stage is None or process.rolls_back or process.stage is Stage.CLEAN_UP:
        return False
    configuration = process.configuration
    return shifts(configuration) and not hooks_at(configuration, process.stage)


def _is_done(crew: Crew, process: ServiceDeployment) -> bool:
    """Whether the tasks are where the stage wants them."""
    blue = crew.tx.find(Deployment, process.blue or "")
    green = crew.tx.find(Deployment, process.target)
    assert green is not None, "a service deployment's target is never removed before it"
    winner = blue if process.rolls_back else green
    apart = shifts(process.configuration)
    match process.stage:
        case Stage.RECONCILE_SERVICE if apart:
            return _is_alone(crew, blue)
        case Stage.SCALE_UP if not apart:
            return winner is not None and is_arrived(crew, winner)
        case Stage.SCALE_UP | Stage.PRE_PRODUCTION_TRAFFIC_SHIFT:
            return crew.is_ready(green)
        case Stage.CLEAN_UP if winner is not None and (apart or process.rolls_back):
            left = crew.has_left(winner) or not apart
            return left and is_arrived(crew, winner)
        case _:
            return True


def _is_alone(crew: Crew, blue: Deployment | None) -> bool:
    if blue is None:
        return all(not task.is_alive for task in crew.tasks)
    return crew.has_left(blue) and crew.is_ready(blue)


def is_arrived(crew: Crew, deployment: Deployment) -> bool:
    """The service runs what the deployment wants, healthy, and nothing else."""
    return is_settled(crew.service, deployment, crew.tasks) and all(
        task.arn in crew.verdicts.healthy for task in crew.tasks if task.is_alive
    )
