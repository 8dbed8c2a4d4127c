"""A service deployment's beginning and its ends: failed, turned round, completed, stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile

from seaway.core.alarm import Alarm, AlarmState
from seaway.core.cluster import Cluster
from seaway.core.connect_rules import known_names
from seaway.core.discovery import NamedEndpoint
from seaway.core.moment import Moment
from seaway.core.names import place_of
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.service_deployment import DeploymentStatus, ServiceDeployment
from seaway.core.strategy import configured, entered, first_stage, led_back, resolved, shifts
from seaway.core.task import Task
from seaway.reconcile.announcing_services import deployment_changed
from seaway.reconcile.events import tell
from seaway.reconcile.hooks import give_up
from seaway.reconcile.shifting import direct, undirect
from seaway.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Cause:
    """Why a deployment failed: for the service's events, its rollout, and the way back."""

    event: str
    rollout: str
    back: str
    status: str


BREAKER = Cause(
    "tasks failed to start.",
    "ECS deployment circuit breaker: task failed to start.",
    "ECS deployment circuit breaker: rolling back to deploymentId {}.",
    "the circuit breaker's threshold was reached.",
)
ALARM = Cause(
    "alarm detected.",
    "ECS deployment alarms: alarm detected.",
    "ECS deployment alarms: rolling back to deploymentId {}.",
    "an alarm was detected.",
)
HAND = Cause(
    "rollback requested.",
    "ECS deployment stopped: rollback requested.",
    "ECS deployment stopped: rolling back to deploymentId {}.",
    "a rollback was requested.",
)
OVERDUE = Cause(
    "a lifecycle stage took more than 24 hours.",
    "ECS deployment failed: a lifecycle stage took more than 24 hours.",
    "ECS deployment failed: rolling back to deploymentId {}.",
    "a lifecycle stage took more than 24 hours.",
)


def hook_cause(complaint: str) -> Cause:
    """A lifecycle hook would not let the deployment go on."""
    return Cause(
        "hook execution failure(s) detected.",
        "ECS deployment failed: hook execution failure(s) detected.",
        "ECS deployment failed: rolling back to deploymentId {}.",
        f"{complaint}.",
    )


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


def _serves(process: ServiceDeployment, blue: Deployment) -> bool:
    """Whether there is something to go back to: it has completed once, or has the traffic."""
    return _done(blue) or shifts(process.configuration)


def _heir(process: ServiceDeployment) -> str | None:
    """Who has the traffic after a deployment, however it ended."""
    if process.status is DeploymentStatus.SUCCESSFUL:
        return process.target
    if process.rolls_back:
        return process.rollback_to
    return process.target if shifts(process.configuration) and process.share > 50 else process.blue


def lead(tx: Transaction, service: Service, process: ServiceDeployment) -> None:
    """Bring the traffic where the deployment is at."""
    green = tx.find(Deployment, process.target)
    if not shifts(process.configuration):
        undirect(tx, service)
    elif green is not None:
        blue = tx.find(Deployment, process.blue or "")
        direct(tx, service, blue, green, process.share, process.tested)


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


def fail(
    tx: Transaction,
    service: Service,
    process: ServiceDeployment,
    cause: Cause,
    moment: Moment,
    *,
    rollback: bool,
) -> ServiceDeployment:
    """The deployment has failed: it goes back to what was in force, or stays where it is."""
    give_up(tx, process)
    failing = process.rollback_to if process.rolls_back else process.target
    green = tx.find(Deployment, failing or "")
    assert green is not None, "a service deployment's revisions are never removed before it"
    tell(tx, service, f"(deployment {green.id}) deployment failed: {cause.event}", moment)
    green = replace(
        green,
        rollout_state=RolloutState.FAILED,
        rollout_reason=cause.rollout,
        updated_at=moment.now,
    )
    tx.put(green)
    deployment_changed(tx, service, green, "SERVICE_DEPLOYMENT_FAILED", moment)
    blue = tx.find(Deployment, process.blue or "")
    if process.rolls_back or not rollback or blue is None or not _serves(process, blue):
        return _ended(tx, process, cause, moment)
    return _turn_round(tx, service, process, green, blue, cause, moment)


def _ended(
    tx: Transaction, process: ServiceDeployment, cause: Cause, moment: Moment
) -> ServiceDeployment:
    back = process.rolls_back
    status = DeploymentStatus.ROLLBACK_FAILED if back else DeploymentStatus.STOPPED
    why = "Service deployment rollback failed" if back else "Service deployment failed"
    if process.rollback_asked and not back:
        status = DeploymentStatus.ROLLBACK_FAILED
        why = "There is no service revision to roll back to"
    process = replace(
        process,
        status=status,
        reason=f"{why} because {cause.status}",
        stopped_at=moment.now,
        finished_at=moment.now,
        updated_at=moment.now,
    )
    tx.put(process)
    return process


def _turn_round(
    tx: Transaction,
    service: Service,
    process: ServiceDeployment,
    green: Deployment,
    blue: Deployment,
    cause: Cause,
    moment: Moment,
) -> ServiceDeployment:
    """Blue is in force again: its traffic at once, then its tasks, and green goes."""
    back = replace(
        blue,
        status="PRIMARY",
        number=process.number,
        known=_known(tx, service, blue),
        updated_at=moment.now,
        finished_at=None,
        steady_at=None,
        failed_tasks=0,
        rollout_state=RolloutState.IN_PROGRESS,
        rollout_reason=cause.back.format(blue.id),
    )
    tx.put(replace(green, status="ACTIVE"))
    tx.put(back)
    tx.put(_reverted(service, back))
    reason = f"Service deployment rolled back because {cause.status}"
    process = led_back(
        replace(
            process,
            status=DeploymentStatus.ROLLBACK_IN_PROGRESS,
            reason=reason,
            rollback_reason=reason,
            rollback_at=moment.now,
            rollback_to=back.id,
        ),
        moment.now,
    )
    tx.put(process)
    lead(tx, service, process)
    tell(tx, service, f"rolling back to deployment {back.id}.", moment)
    deployment_changed(tx, service, back, "SERVICE_DEPLOYMENT_IN_PROGRESS", moment)
    return process


def _reverted(service: Service, back: Deployment) -> Service:
    """The service as it was when the revision was deployed."""
    return replace(
        service,
        task_definition=back.task_definition,
        connect=back.connect,
        network=back.network,
        load_balancers=configured(back),
        registries=back.registries,
        launch_type=back.launch_type,
        strategy=back.strategy,
        platform_version=back.platform_version,
    )


def _known(tx: Transaction, service: Service, back: Deployment) -> tuple[str, ...] | None:
    """In a faithful cluster a revision without tasks knows, when it comes back, what there is."""
    if any(task.is_alive for task in tx.where(Task, deployment=back.id)):
        return back.known
    cluster = tx.find(Cluster, service.cluster)
    namespace = back.connect.namespace if back.connect and back.connect.enabled else None
    if cluster is None or namespace is None:
        return None
    return known_names(cluster.faithful, tx.where(NamedEndpoint, namespace=namespace))


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


def stop(tx: Transaction, process: ServiceDeployment, moment: Moment) -> None:
    """The deployment ends where it is: something newer has taken over."""
    tx.put(
        replace(
            process,
            status=DeploymentStatus.STOPPED,
            stopped_at=moment.now,
            finished_at=moment.now,
            updated_at=moment.now,
        )
    )


def complete(
    tx: Transaction, service: Service, process: ServiceDeployment, moment: Moment
) -> ServiceDeployment:
    """The deployment has arrived: at green, or back at blue."""
    back = process.rolls_back
    there = tx.find(Deployment, (process.rollback_to or "") if back else process.target)
    assert there is not None, "a service deployment's revisions are never removed before it"
    tell(tx, service, f"(deployment {there.id}) deployment completed.", moment)
    there = replace(
        there,
        rollout_state=RolloutState.COMPLETED,
        rollout_reason=f"ECS deployment {there.id} completed.",
        updated_at=moment.now,
        finished_at=moment.now,
    )
    tx.put(there)
    process = replace(
        process,
        status=DeploymentStatus.ROLLBACK_SUCCESSFUL if back else DeploymentStatus.SUCCESSFUL,
        finished_at=moment.now,
        updated_at=moment.now,
    )
    tx.put(process)
    deployment_changed(tx, service, there, "SERVICE_DEPLOYMENT_COMPLETED", moment)
    return process
