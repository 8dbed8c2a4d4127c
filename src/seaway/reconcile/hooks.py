"""Lifecycle hooks at a stage of a service deployment: made, waited for, given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from seaway.core.hooks import expired, lets_pass, payload, turns_back
from seaway.core.moment import Moment
from seaway.core.names import revision_arn, service_deployment_arn
from seaway.core.service import LifecycleHook
from seaway.core.service_deployment import HookRun, HookStatus, ServiceDeployment
from seaway.core.strategy import hooks_at
from seaway.reconcile.announcing_services import hook_changed
from seaway.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the hooks of a stage say: go on, turn back, or wait (until when at the latest)."""

    passed: bool
    turn_back: str = ""
    until: float | None = None


def consult(tx: Transaction, process: ServiceDeployment, moment: Moment) -> Waiting:
    """The hooks of the stage the deployment is in; those that are not there yet are made."""
    wanted = hooks_at(process.configuration, process.stage) if process.stage else ()
    if not wanted:
        return Waiting(True)
    runs = [_run(tx, process, index, hook, moment) for index, hook in wanted]
    runs = [_looked_at(tx, run, moment) for run in runs]
    waiting = [run for run in runs if not run.is_over]
    if process.rolls_back:
        # What they say of a way back that is gone already changes nothing any more.
        return Waiting(not waiting, until=_first_end(waiting))
    for run in runs:
        if turns_back(run):
            return Waiting(False, turn_back=_complaint(run))
    return Waiting(all(lets_pass(run) for run in runs), until=_first_end(waiting))


def give_up(tx: Transaction, process: ServiceDeployment) -> None:
    """Nobody waits any more for what the deployment's hooks say."""
    for run in tx.where(HookRun, deployment=process.number):
        if not run.is_over:
            tx.drop(run)


def _first_end(runs: Sequence[HookRun]) -> float | None:
    return min((run.expires_at for run in runs), default=None)


def _complaint(run: HookRun) -> str:
    what = f"lifecycle hook {run.target or run.id} at {run.stage}"
    return f"{what} {run.reason}" if run.reason else f"{what} failed"


def _looked_at(tx: Transaction, run: HookRun, moment: Moment) -> HookRun:
    seen = expired(run, moment.now)
    if seen is not run:
        tx.put(seen)
        hook_changed(tx, seen, seen.deployment, moment)
    return seen


def _run(
    tx: Transaction, process: ServiceDeployment, index: int, hook: LifecycleHook, moment: Moment
) -> HookRun:
    assert process.stage is not None, "hooks are consulted in a stage"
    before = [r for r in tx.where(HookRun, deployment=process.number) if r.index == index]
    for run in before:
        if run.stage is process.stage and run.step == process.step:
            return run
    pause = hook.kind == "PAUSE"
    run = HookRun(
        id=f"ecs-{'pause' if pause else 'lambda'}-{moment.alnum(43)}",
        deployment=process.number,
        service=process.service,
        stage=process.stage,
        step=process.step,
        index=index,
        kind=hook.kind,
        began_at=moment.now,
        expires_at=moment.now + hook.timeout_minutes * 60.0,
        on_timeout=hook.on_timeout,
        target=hook.target,
        details=before[-1].details if before else hook.details,
        payload="" if pause else _payload(process, moment),
        status=HookStatus.AWAITING_ACTION if pause else HookStatus.IN_PROGRESS,
        call_at=None if pause else moment.now,
    )
    tx.put(run)
    hook_changed(tx, run, process.number, moment)
    return run


def _payload(process: ServiceDeployment, moment: Moment) -> str:
    assert process.stage is not None, "hooks are consulted in a stage"
    green = revision_arn(process.service, process.target)
    production, test = {green: process.share}, {green: 100.0 if process.tested else 0.0}
    if process.blue is not None:
        blue = revision_arn(process.service, process.blue)
        production[blue] = 100.0 - process.share
        test[blue] = 100.0 - test[green]
    return payload(
        execution=moment.uuid(),
        stage=process.stage,
        deployment=service_deployment_arn(process.service, process.number),
        service=process.service,
        revision=green,
        test=test,
        production=production,
    )
