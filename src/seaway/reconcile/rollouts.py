"""A service deployment's beginning: who is blue, where green goes, and what it overtakes."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from seaway.core.moment import Moment
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.service_deployment import DeploymentStatus, ServiceDeployment
from seaway.core.strategy import entered, first_stage, resolved, shifts
from seaway.reconcile.announcing_services import deployment_changed
from seaway.reconcile.endings import stop
from seaway.reconcile.hooks import give_up
from seaway.reconcile.shifting import lead
from seaway.reconcile.watching import triggered
from seaway.store.transaction import Transaction


def latest(
    tx: Transaction, service: Service, primary: Deployment, moment: Moment
) -> ServiceDeployment:
    """The service deployment that matters, begun; older ones that were overtaken are stopped."""
    newest = next(tx.newest(ServiceDeployment, service=service.arn), None)
    if newest is None or primary.id not in (newest.target, newest.rollback_to):
        _adopt(tx, service, primary, alone=newest is not None)
    history = tx.newest(ServiceDeployment, service=service.arn)
    process = next(history)
    for old in [*takewhile(lambda one: one.is_open, history)]:
        _overtake(tx, service, old, moment)
    if process.status is DeploymentStatus.PENDING:
        process = _begin(tx, service, process, moment)
    return process


def _adopt(tx: Transaction, service: Service, primary: Deployment, *, alone: bool) -> None:
    """Make records for deployments that are older than the records, or for the primary alone."""
    for deployment in tx.where(Deployment, service=service.arn):
        if deployment is primary or not alone:
            tx.put(_record(tx, service, deployment, primary))


def _record(
    tx: Transaction, service: Service, deployment: Deployment, primary: Deployment
) -> ServiceDeployment:
    sources = tuple(
        other.id
        for other in tx.where(Deployment, service=service.arn)
        if other.status == "ACTIVE" and deployment is primary
    )
    record = ServiceDeployment(
        number=deployment.number or deployment.id.rsplit("/", 1)[-1],
        service=service.arn,
        target=deployment.id,
        created_at=deployment.created_at,
        sources=sources,
        configuration=service.rollout,
        updated_at=deployment.updated_at,
    )
    if deployment.rollout_state is RolloutState.COMPLETED:
        status = DeploymentStatus.SUCCESSFUL
    elif deployment is primary and deployment.rollout_state is RolloutState.IN_PROGRESS:
        return record
    else:
        status = DeploymentStatus.STOPPED
    return replace(
        record,
        status=status,
        started_at=deployment.created_at,
        finished_at=deployment.finished_at or deployment.updated_at,
    )


def _begin(
    tx: Transaction, service: Service, process: ServiceDeployment, moment: Moment
) -> ServiceDeployment:
    """Who is blue, where green's tasks are registered, and the first stage."""
    blue = _blue(tx, process)
    green = tx.find(Deployment, process.target)
    assert green is not None, "a service deployment's target is never removed before it"
    used = [b.target_group for b in blue.load_balancers] if blue else []
    if blue is not None and not shifts(process.configuration):
        # A rolling deployment goes where the traffic is.
        used = [b.alternate_target_group or "" for b in blue.load_balancers]
    balancers, swapped = resolved(green.load_balancers, used)
    if swapped:
        tx.put(replace(green, load_balancers=balancers, swapped=True))
    if blue is not None and blue.status == "INACTIVE" and shifts(process.configuration):
        blue = replace(blue, status="ACTIVE")
        tx.put(blue)
    alone = blue is None and shifts(process.configuration)
    process = entered(
        replace(
            process,
            status=DeploymentStatus.IN_PROGRESS,
            started_at=moment.now,
            blue=blue.id if blue else None,
            alarms_watched=not triggered(tx, service, process),
        ),
        first_stage(process),
        0,
        moment.now,
        alone=alone,
    )
    tx.put(process)
    lead(tx, service, process)
    deployment_changed(tx, service, green, "SERVICE_DEPLOYMENT_IN_PROGRESS", moment)
    return process


def _blue(tx: Transaction, process: ServiceDeployment) -> Deployment | None:
    """The revision in force: what the last service deployment left with the traffic."""
    for before in tx.newest(ServiceDeployment, service=process.service):
        if before.number == process.number:
            continue
        heir = _heir(before)
        if heir is not None and heir != process.target:
            found = tx.find(Deployment, heir)
            # The sources of the deployment may all be gone: then there is nothing to go back to.
            return found if found is not None and (process.sources or _done(found)) else None
    sources = [tx.find(Deployment, source) for source in process.sources]
    there = [source for source in sources if source is not None]
    best = [source for source in there if _done(source)] or there
    return best[-1] if best else None


def _done(deployment: Deployment) -> bool:
    return deployment.rollout_state is RolloutState.COMPLETED


def _heir(process: ServiceDeployment) -> str | None:
    """Who has the traffic after a deployment, however it ended."""
    if process.status is DeploymentStatus.SUCCESSFUL:
        return process.target
    if process.rolls_back:
        return process.rollback_to
    return process.target if shifts(process.configuration) and process.share > 50 else process.blue


def _overtake(
    tx: Transaction, service: Service, process: ServiceDeployment, moment: Moment
) -> None:
    """A newer deployment was asked for: the traffic goes wholly to who has most of it."""
    give_up(tx, process)
    if shifts(process.configuration) and process.blue is not None:
        most = process.share > 50
        process = replace(process, share=100.0 if most else 0.0, tested=most)
        lead(tx, service, process)
    stop(tx, process, moment)
