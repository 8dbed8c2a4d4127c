"""A service deployment's ends: failed, turned round, completed, stopped."""

from __future__ import annotations

from dataclasses import dataclass, replace

from seaway.core.cluster import Cluster
from seaway.core.connect_rules import known_names
from seaway.core.discovery import NamedEndpoint
from seaway.core.moment import Moment
from seaway.core.service import Deployment, RolloutState, Service
from seaway.core.service_deployment import DeploymentStatus, ServiceDeployment
from seaway.core.strategy import configured, led_back, shifts
from seaway.core.task import Task
from seaway.reconcile.announcing_services import deployment_changed
from seaway.reconcile.events import tell
from seaway.reconcile.hooks import give_up
from seaway.reconcile.shifting import lead
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


def _serves(process: ServiceDeployment, blue: Deployment) -> bool:
    """Whether there is something to go back to: it has completed once, or has the traffic."""
    return blue.rollout_state is RolloutState.COMPLETED or shifts(process.configuration)


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
